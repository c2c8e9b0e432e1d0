import { randomUUID } from "node:crypto";
import { AlcoveError, z } from "@alcove/plugin-api";
import type { RecordChange, SessionKey, SessionStore } from "@alcove/state";
import type { EnteredObjects } from "./object-access.js";
import { digest } from "./object-keys.js";

/** The last moment a Date can name: what is kept of objects never expires by itself. */
const NEVER_MS = 8_640_000_000_000_000;
const TIME_DIGITS = 16;

const tenancySchema = z.object({
  user_id: z.string(),
  generation: z.string(),
  begun_at_ms: z.number(),
  due_at_ms: z.number(),
  stores: z.array(z.string()),
});
const endedSchema = z.object({ user: z.string(), stores: z.array(z.string()) });
type Tenancy = z.output<typeof tenancySchema>;

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
}

/**
 * Which sessions have objects, durably: noted before the first object of a session is put, so that none is ever put that nobody
 * knows of. Objects lie under a name of their session (its generation) that no other session ever gets; so
 * with a session all its objects are out of sight at once, and what is stored of them is removed when the store answers.
 *
 * It is kept in the session store, as records of one session, of an application of its own, that nobody serves:
 * `user/<user>` says what a user has, `due/<time>/<user>` when to look whether that session is still there, `ended/<generation>` what is to be removed.
 */
export class ObjectLedger {
  readonly #options: ObjectLedgerOptions;
  readonly #key: SessionKey;
  // What changes the entry of one user happens one after the other.
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #atWork = new Map<string, number>();

  constructor(options: ObjectLedgerOptions) {
    this.#options = options;
    this.#key = { application: `\0objects\0${options.application}`, userId: "ledger" };
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

  /** Ends the objects of whatever session a user has. Resolves to what is to be removed, if anything is. */
  end(userId: string): Promise<EndedObjects | undefined> {
    const user = digest(userId);
    return this.#inTurn(user, async () => {
      const tenancy = await this.#read(user);
      return tenancy && this.#endTenancy(user, tenancy);
    });
  }

  /**
   * Looks at every session with objects whose time may be over by now, and ends the objects of those that are gone.
   *
   * @param lookIntoMemory Finds the sessions that are in memory.
   */
  async endExpired(lookIntoMemory: LookIntoMemory): Promise<void> {
    for await (const name of this.#names("due/")) {
      const [, time = "", user = ""] = name.split("/");
      if (Number(time) > this.#options.store.nowMs()) {
        return;
      }
      await this.#inTurn(user, () => this.#lookAt(name, user, lookIntoMemory));
    }
  }

  /** What is to be removed. */
  async *ended(): AsyncGenerator<EndedObjects> {
    for await (const name of this.#names("ended/")) {
      const generation = name.slice("ended/".length);
      const value = await this.#options.store.readRecord(this.#key, name);
      if (value !== undefined) {
        const { user, stores } = endedSchema.parse(value);
        yield { generation, path: pathOf(user, generation), stores };
      }
    }
  }

  /** Whether nothing more is put: no store has still to answer a call of that session. */
  isQuiet({ generation }: EndedObjects): boolean {
    return !this.#atWork.has(generation);
  }

  /** Forgets what has been removed after all was quiet. */
  async forget({ generation }: EndedObjects): Promise<void> {
    await this.#change([{ kind: "remove", name: `ended/${generation}` }]);
  }

  async #tenancyOf(user: string, owner: ObjectOwner, store: string, mayPut: boolean): Promise<Tenancy | undefined> {
    const found = await this.#read(user);
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
    await this.#change([put(`user/${user}`, tenancy), put(dueName(tenancy.due_at_ms, user), {})]);
    return tenancy;
  }

  async #widen(user: string, tenancy: Tenancy, store: string): Promise<Tenancy> {
    const wider = { ...tenancy, stores: [...tenancy.stores, store] };
    await this.#change([put(`user/${user}`, wider)]);
    return wider;
  }

  async #endTenancy(user: string, { generation, stores, due_at_ms }: Tenancy): Promise<EndedObjects> {
    await this.#change([
      { kind: "remove", name: `user/${user}` },
      { kind: "remove", name: dueName(due_at_ms, user) },
      put(`ended/${generation}`, { user, stores }),
    ]);
    return { generation, path: pathOf(user, generation), stores };
  }

  async #lookAt(name: string, user: string, lookIntoMemory: LookIntoMemory): Promise<void> {
    const tenancy = await this.#read(user);
    if (tenancy === undefined || dueName(tenancy.due_at_ms, user) !== name) {
      return this.#change([{ kind: "remove", name }]);
    }
    const aliveUntilMs = await this.#aliveUntil(tenancy, lookIntoMemory);
    if (aliveUntilMs === undefined) {
      await this.#endTenancy(user, tenancy);
      return;
    }
    const later = { ...tenancy, due_at_ms: aliveUntilMs };
    await this.#change([{ kind: "remove", name }, put(`user/${user}`, later), put(dueName(aliveUntilMs, user), {})]);
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
      if (AlcoveError.is(error) && error.code === "STATE_UNREADABLE") {
        // It is kept until somebody deletes it or puts another one in its place, and so are its objects.
        return nowMs + timeoutMs;
      }
      throw error;
    }
  }

  async #read(user: string): Promise<Tenancy | undefined> {
    const value = await this.#options.store.readRecord(this.#key, `user/${user}`);
    return value === undefined ? undefined : tenancySchema.parse(value);
  }

  async #change(changes: readonly RecordChange[]): Promise<void> {
    const { store } = this.#options;
    if (await store.changeRecords(this.#key, changes)) {
      return;
    }
    const nowMs = store.nowMs();
    try {
      await store.commit({
        key: this.#key,
        expectedRevision: 0,
        createdAtMs: nowMs,
        lastActivityAtMs: nowMs,
        expiresAtMs: NEVER_MS,
        runsCompleted: 0,
        components: new Map(),
        records: changes,
      });
    } catch (error) {
      if (!AlcoveError.is(error) || error.code !== "STORE_CONFLICT") {
        throw error;
      }
      // Somebody else has begun it.
      await this.#change(changes);
    }
  }

  /** The names of records, in their order. Those that are gone by the time are left out, and new ones may be. */
  async *#names(prefix: string): AsyncGenerator<string> {
    let from = prefix;
    for (;;) {
      const page = await this.#options.store.pageRecords(this.#key, { prefix, from, direction: "forward", limit: 100 });
      yield* page.map(({ name }) => name);
      const last = page.at(-1);
      if (last === undefined || page.length < 100) {
        return;
      }
      // The first name that comes after it.
      from = `${last.name}\0`;
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

function dueName(dueAtMs: number, user: string): string {
  return `due/${String(dueAtMs).padStart(TIME_DIGITS, "0")}/${user}`;
}

function put(name: string, value: unknown): RecordChange {
  return { kind: "put", name, json: JSON.stringify(value) };
}
