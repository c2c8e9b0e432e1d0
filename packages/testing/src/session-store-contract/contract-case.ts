import assert from "node:assert/strict";
import { AlcoveError, type Clock, type ErrorCode } from "@alcove/plugin-api";
import type { SessionCommit, SessionKey, SessionStore } from "@alcove/state";
import { createFakeClock, type FakeClock } from "../fake-clock.js";

/** How the contract suite gets at the store under test. */
export interface SessionStoreContractOptions {
  /** Opens a new, empty store. Called once for each case. */
  readonly open: (clock: Clock) => Promise<SessionStore>;
  /**
   * Opens once more what the latest `open` opened, with everything in it. Cases about restarts are left out without it; it is
   * also called while the store is still open, when that promises to be exclusive.
   */
  readonly reopen?: (clock: Clock) => Promise<SessionStore>;
}

/** One sentence of the contract. */
export interface SessionStoreContractCase {
  /** What has to hold, as a sentence. */
  readonly name: string;
  /** Rejects with an `AssertionError` when the store breaks the contract. */
  run(): Promise<void>;
}

/** What a sentence is checked with. The store is closed afterwards, whatever came of it. */
interface ContractRoom {
  readonly store: SessionStore;
  readonly clock: FakeClock;
  /** Opens what the store has open, a second time. */
  openAgain(): Promise<SessionStore>;
  /** Closes the present store and opens it again. */
  restart(): Promise<SessionStore>;
}

/** A sentence of the contract, and how to find out whether it holds. */
export interface ContractSentence {
  readonly name: string;
  readonly check: (room: ContractRoom) => Promise<void>;
}

/** Makes a {@link ContractSentence}. */
export function sentence(name: string, check: ContractSentence["check"]): ContractSentence {
  return { name, check };
}

/** Makes the case that checks a sentence on a store of its own, and closes that again. */
export function contractCase(
  options: SessionStoreContractOptions,
  { name, check }: ContractSentence,
): SessionStoreContractCase {
  return {
    name,
    async run() {
      const clock = createFakeClock();
      const store = await options.open(clock);
      let latest = store;
      const openAgain = async (): Promise<SessionStore> => {
        assert.ok(options.reopen, "this sentence is checked only where there is reopen");
        return options.reopen(clock);
      };
      const restart = async (): Promise<SessionStore> => {
        await latest.close();
        latest = await openAgain();
        return latest;
      };
      try {
        await check({ store, clock, openAgain, restart });
      } finally {
        await latest.close();
      }
    },
  };
}

/** The session of a user in the application `contract`. */
export function sessionOf(userId: string): SessionKey {
  return { application: "contract", userId };
}

/** How long the sessions of {@link commitOf} live after their last activity. */
export const timeoutMs = 60_000;

/** A commit with one component `notes`, whose last activity is now. */
export function commitOf(
  store: SessionStore,
  key: SessionKey,
  change: Partial<Omit<SessionCommit, "key" | "components">> & { readonly state?: unknown } = {},
): SessionCommit {
  const nowMs = store.nowMs();
  const { state = { notes: [] }, ...rest } = change;
  return {
    key,
    expectedRevision: 0,
    createdAtMs: nowMs,
    lastActivityAtMs: nowMs,
    expiresAtMs: nowMs + timeoutMs,
    runsCompleted: 1,
    components: new Map([["notes", { version: 1, json: JSON.stringify(state) }]]),
    ...rest,
  };
}

/** The stored state of the component `notes`; `undefined` when there is no session. */
export async function storedState(store: SessionStore, key: SessionKey): Promise<unknown> {
  return (await store.load(key))?.components.get("notes")?.state;
}

/** Asserts that a call fails with a code of the error catalogue. */
export async function assertFails(code: ErrorCode, call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(AlcoveError.is(error), `expected an error of the catalogue, got ${String(error)}`);
    assert.equal(error.code, code);
    return true;
  });
}
