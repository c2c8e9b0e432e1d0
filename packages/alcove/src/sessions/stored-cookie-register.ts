import { AlcoveError, StoredStateError } from "@alcove/plugin-api";
import type { CookieRegister } from "@alcove/server";
import type { CommittedComponentState, SessionKey, SessionStore, StoredSession } from "@alcove/state";

/** As long as any cookie lasts: browsers keep none for longer, and the configuration allows no more. */
const KEPT_FOR_MS = 400 * 24 * 60 * 60 * 1_000;
const MAX_KNOWN = 20_000;

/** The one component an entry has whose user was not revoked: the generation from which on cookies count. */
const componentName = "oldest_valid";

/**
 * Which issued cookies count in an application, in its session store: a user of whom there is something to say has one session, of an
 * application of its own, which nobody serves, and which expires when the last cookie it ends has. It holds a number, or
 * nothing at all where the user was revoked.
 */
export class StoredCookieRegister implements CookieRegister {
  readonly #store: SessionStore;
  readonly #application: string;
  // What the store said lately, by user id. Nobody else writes the store, so that it stays true.
  readonly #known = new Map<string, number>();
  #changes = 0;

  /** @param application `general.application` of the configuration. */
  constructor(store: SessionStore, application: string) {
    this.#store = store;
    this.#application = `\0revoked\0${application}`;
  }

  oldestValid(userId: string): number | Promise<number> {
    return this.#known.get(userId) ?? this.#load(userId);
  }

  async endEarlier(userId: string, generation: number): Promise<void> {
    const stored = await this.#store.load(this.#keyOf(userId));
    if (oldestValidOf(stored) >= generation) {
      return;
    }
    try {
      await this.#commit(userId, stored, generation);
    } catch (error) {
      if (!AlcoveError.is(error) || error.code !== "STORE_CONFLICT") {
        throw error;
      }
      // Another request has changed it meanwhile; it is never lowered, so that this comes to an end.
      await this.endEarlier(userId, generation);
    }
  }

  revoke(userId: string): Promise<void> {
    return this.endEarlier(userId, Number.POSITIVE_INFINITY);
  }

  async #commit(userId: string, stored: StoredSession | undefined, generation: number): Promise<void> {
    const nowMs = this.#store.nowMs();
    const components = new Map<string, CommittedComponentState>();
    if (Number.isFinite(generation)) {
      components.set(componentName, { version: 1, json: JSON.stringify(generation) });
    }
    try {
      await this.#store.commit({
        key: this.#keyOf(userId),
        expectedRevision: stored?.revision ?? 0,
        createdAtMs: stored?.createdAtMs ?? nowMs,
        lastActivityAtMs: nowMs,
        expiresAtMs: nowMs + KEPT_FOR_MS,
        runsCompleted: 0,
        components,
      });
    } finally {
      // Also after a failure: nobody knows what that has left behind.
      this.#changes += 1;
      this.#known.delete(userId);
    }
  }

  async #load(userId: string): Promise<number> {
    const before = this.#changes;
    const oldestValid = oldestValidOf(await this.#store.load(this.#keyOf(userId)));
    // What was read before a change came may be out of date.
    return before === this.#changes ? this.#remember(userId, oldestValid) : this.#load(userId);
  }

  #remember(userId: string, oldestValid: number): number {
    if (this.#known.size >= MAX_KNOWN) {
      this.#known.clear();
    }
    this.#known.set(userId, oldestValid);
    return oldestValid;
  }

  #keyOf(userId: string): SessionKey {
    return { application: this.#application, userId };
  }
}

/** @throws STATE_UNREADABLE */
function oldestValidOf(stored: StoredSession | undefined): number {
  if (stored === undefined) {
    return 0;
  }
  if (stored.components.size === 0) {
    return Number.POSITIVE_INFINITY;
  }
  const generation = stored.components.get(componentName)?.state;
  if (typeof generation !== "number" || !Number.isSafeInteger(generation) || generation < 0) {
    throw new StoredStateError("STATE_UNREADABLE", "What is stored of a user's cookies is none of this version's.");
  }
  return generation;
}
