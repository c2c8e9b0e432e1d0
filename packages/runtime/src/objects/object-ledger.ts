import { randomUUID } from "node:crypto";
import { AlcoveError, type Logger } from "@alcove/plugin-api";
import type { SessionStore } from "@alcove/state";
import { LedgerRecords, ledgerNames, putRecord, type Tenancy } from "./ledger-records.js";
import type { EnteredObjects } from "./object-access.js";
import { digest } from "./object-keys.js";

/** The objects of a session that is over. */
export interface EndedObjects {
  /** Tells them from those of every other session. */
  readonly generation: string;
  /** What the keys of all of them begin with, behind the application's own. */
  readonly path: string;
  /** The names of the stores there may be some in. */
  readonly stores: readonly string[];
}

/** A user's session, as far as objects are concerned. */
export interface ObjectOwner {
  readonly userId: string;
  /** When the session began: what tells it from the user's earlier and later ones. */
  readonly begunAtMs: number;
}

/** What is known in memory of a user's session; `undefined` for a user who is not there. */
export type LookIntoMemory = (userId: string) => SessionInMemory | undefined;

/** A session that is in memory, be it read from the store already or not. */
export interface SessionInMemory {
  /** `undefined` as long as it is not read. */
  readonly times: { readonly createdAtMs: number; readonly expiresAtMs: number } | undefined;
}

/** Options of {@link ObjectLedger}. */
export interface ObjectLedgerOptions {
  readonly store: SessionStore;
  readonly application: string;
  /** How long a session lives after its last activity. */
  readonly timeoutMs: number;
  /** Told of what cannot be read, once each. */
  readonly logger: Logger;
}

/**
 * Which sessions have objects, durably: noted before the first object of a session is put, so that none is ever put that nobody
 * knows of. Objects lie under a name of their session (its generation) that no other session ever gets; so
 * with a session all its objects are out of sight at once, and what is stored of them is removed when the store answers.
 *
 * It is kept in the session store; see {@link LedgerRecords}. What cannot be read there is reported, and is in nobody else's way.
 */
export class ObjectLedger {
  readonly #options: ObjectLedgerOptions;
  readonly #records: LedgerRecords;
  // What changes the entry of one user happens one after the other.
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #atWork = new Map<string, number>();
  readonly #reported = new Set<string>();

  constructor(options: ObjectLedgerOptions) {
    this.#options = options;
    this.#records = new LedgerRecords(options.store, options.application);
  }

  /**
   * Enters the objects of a session; see `ObjectAccess.enter`. Those of any other session of the user end.
   *
   * @throws the session store's errors.
   */
  enter(owner: ObjectOwner, store: string, mayPut: boolean): Promise<EnteredObjects | undefined> {
    const user = digest(owner.userId);
    return this.#inTurn(user, async () => {
      const tenancy = await this.#tenancyOf(user, owner, store, mayPut);
      return tenancy === undefined ? undefined : this.#entered(user, tenancy.generation);
    });
  }

  /**
   * Ends the objects of whatever session a user has. Resolves to what is to be removed, if anything is. Where it cannot be read what the
   * user has, it is out of sight afterwards, and stays in its store.
   */
  end(userId: string): Promise<EndedObjects | undefined> {
    const user = digest(userId);
    return this.#inTurn(user, async () => {
      try {
        const tenancy = await this.#records.tenancy(user);
        return tenancy && (await this.#endTenancy(user, tenancy));
      } catch (error) {
        assertUnreadable(error);
        await this.#records.change([{ kind: "remove", name: ledgerNames.user(user) }]);
        const message =
          "What a user's session had of objects cannot be read; they are out of sight and stay in their store";
        this.#options.logger.error(message, { userId, objects: `users/${user}/`, error });
        return undefined;
      }
    });
  }

  /**
   * Looks at every session with objects whose time may be over by now, and ends the objects of those that are gone.
   *
   * @param lookIntoMemory Finds the sessions that are in memory.
   */
  async endExpired(lookIntoMemory: LookIntoMemory): Promise<void> {
    for await (const name of this.#records.names("due/")) {
      const [, time = "", user = ""] = name.split("/");
      if (Number(time) > this.#options.store.nowMs()) {
        return;
      }
      await this.#inTurn(user, () => this.#lookAt(name, user, lookIntoMemory)).catch((error: unknown) => {
        this.#reportUnreadable(ledgerNames.user(user), error);
      });
    }
  }

  /** What is to be removed, as far as it can be read. */
  async *ended(): AsyncGenerator<EndedObjects> {
    for await (const name of this.#records.names("ended/")) {
      const generation = name.slice("ended/".length);
      const end = await this.#records.ended(generation).catch((error: unknown) => this.#reportUnreadable(name, error));
      if (end !== undefined) {
        yield { generation, path: pathOf(end.user, generation), stores: end.stores };
      }
    }
  }

  /** Whether nothing more is put: no store has still to answer a call of that session. */
  isQuiet({ generation }: EndedObjects): boolean {
    return !this.#atWork.has(generation);
  }

  /** Forgets what has been removed after all was quiet. */
  async forget({ generation }: EndedObjects): Promise<void> {
    await this.#records.change([{ kind: "remove", name: ledgerNames.ended(generation) }]);
  }

  async #tenancyOf(user: string, owner: ObjectOwner, store: string, mayPut: boolean): Promise<Tenancy | undefined> {
    const found = await this.#records.tenancy(user);
    if (found?.begun_at_ms === owner.begunAtMs) {
      return mayPut && !found.stores.includes(store) ? this.#widen(user, found, store) : found;
    }
    if (found !== undefined) {
      await this.#endTenancy(user, found);
    }
    return mayPut ? this.#begin(user, owner, store) : undefined;
  }

  async #begin(user: string, { userId, begunAtMs }: ObjectOwner, store: string): Promise<Tenancy> {
    const tenancy = {
      user_id: userId,
      generation: randomUUID(),
      begun_at_ms: begunAtMs,
      due_at_ms: this.#options.store.nowMs() + this.#options.timeoutMs,
      stores: [store],
    };
    await this.#records.change([
      putRecord(ledgerNames.user(user), tenancy),
      putRecord(ledgerNames.due(tenancy.due_at_ms, user), {}),
    ]);
    return tenancy;
  }

  async #widen(user: string, tenancy: Tenancy, store: string): Promise<Tenancy> {
    const wider = { ...tenancy, stores: [...tenancy.stores, store] };
    await this.#records.change([putRecord(ledgerNames.user(user), wider)]);
    return wider;
  }

  async #endTenancy(user: string, { generation, stores, due_at_ms }: Tenancy): Promise<EndedObjects> {
    await this.#records.change([
      { kind: "remove", name: ledgerNames.user(user) },
      { kind: "remove", name: ledgerNames.due(due_at_ms, user) },
      putRecord(ledgerNames.ended(generation), { user, stores }),
    ]);
    return { generation, path: pathOf(user, generation), stores };
  }

  async #lookAt(name: string, user: string, lookIntoMemory: LookIntoMemory): Promise<void> {
    const tenancy = await this.#records.tenancy(user);
    if (tenancy === undefined || ledgerNames.due(tenancy.due_at_ms, user) !== name) {
      return this.#records.change([{ kind: "remove", name }]);
    }
    const aliveUntilMs = await this.#aliveUntil(tenancy, lookIntoMemory);
    if (aliveUntilMs === undefined) {
      await this.#endTenancy(user, tenancy);
      return;
    }
    const later = { ...tenancy, due_at_ms: aliveUntilMs };
    await this.#records.change([
      { kind: "remove", name },
      putRecord(ledgerNames.user(user), later),
      putRecord(ledgerNames.due(aliveUntilMs, user), {}),
    ]);
  }

  /** Until when the session is there in any case; `undefined` where it is gone. */
  async #aliveUntil(tenancy: Tenancy, lookIntoMemory: LookIntoMemory): Promise<number | undefined> {
    const { store, application, timeoutMs } = this.#options;
    const nowMs = store.nowMs();
    const inMemory = lookIntoMemory(tenancy.user_id);
    if (inMemory !== undefined) {
      const { createdAtMs = tenancy.begun_at_ms, expiresAtMs = nowMs } = inMemory.times ?? {};
      // A run may still be at work in a session whose time is over: then the next cleanup looks again.
      return createdAtMs === tenancy.begun_at_ms ? Math.max(expiresAtMs, nowMs + 1) : undefined;
    }
    try {
      const stored = await store.load({ application, userId: tenancy.user_id });
      return stored?.createdAtMs === tenancy.begun_at_ms ? stored.expiresAtMs : undefined;
    } catch (error) {
      assertUnreadable(error);
      // It is kept until somebody deletes it or puts another one in its place, and so are its objects.
      return nowMs + timeoutMs;
    }
  }

  /** Reports what cannot be read, once; throws every other error. */
  #reportUnreadable(name: string, error: unknown): undefined {
    assertUnreadable(error);
    if (!this.#reported.has(name)) {
      this.#reported.add(name);
      const message = "What is noted of a session's objects cannot be read; they are not removed from their store";
      this.#options.logger.error(message, { record: name, error });
    }
  }

  #entered(user: string, generation: string): EnteredObjects {
    this.#atWork.set(generation, (this.#atWork.get(generation) ?? 0) + 1);
    return {
      prefix: pathOf(user, generation),
      leave: () => {
        const left = (this.#atWork.get(generation) ?? 1) - 1;
        if (left > 0) {
          this.#atWork.set(generation, left);
        } else {
          this.#atWork.delete(generation);
        }
      },
    };
  }

  #inTurn<Result>(user: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.#queues.get(user) ?? Promise.resolve();
    const done = before.catch(() => undefined).then(task);
    const settled = done
      .catch(() => undefined)
      .then(() => {
        if (this.#queues.get(user) === settled) {
          this.#queues.delete(user);
        }
      });
    this.#queues.set(user, settled);
    return done;
  }
}

function pathOf(user: string, generation: string): string {
  return `users/${user}/${generation}/`;
}

function assertUnreadable(error: unknown): void {
  if (!AlcoveError.is(error) || error.code !== "STATE_UNREADABLE") {
    throw error;
  }
}
