import { AlcoveError, StoredStateError, z } from "@alcove/plugin-api";
import type { RecordChange, SessionKey, SessionStore } from "@alcove/state";

/** The last moment a Date can name: what is kept of objects never expires by itself. */
const NEVER_MS = 8_640_000_000_000_000;
const TIME_DIGITS = 16;
const NAMES_PER_PAGE = 100;

const tenancySchema = z.object({
  user_id: z.string(),
  generation: z.string(),
  begun_at_ms: z.number(),
  due_at_ms: z.number(),
  stores: z.array(z.string()),
});
const endedSchema = z.object({ user: z.string(), stores: z.array(z.string()) });

/** The objects a user has. */
export type Tenancy = z.output<typeof tenancySchema>;

/** The objects of a session that is over: whose they were, as a hash, and which stores there may be some in. */
type StoredEnd = z.output<typeof endedSchema>;

/** The names of the ledger's records. */
export const ledgerNames = {
  /** What a user has. */
  user: (user: string): string => `user/${user}`,
  /** When to look whether the session of a user's objects is still there; they are in the order of their times. */
  due: (dueAtMs: number, user: string): string => `due/${String(dueAtMs).padStart(TIME_DIGITS, "0")}/${user}`,
  /** What is to be removed. */
  ended: (generation: string): string => `ended/${generation}`,
};

/** The record of a name and a value. */
export function putRecord(name: string, value: Tenancy | StoredEnd | Record<string, never>): RecordChange {
  return { kind: "put", name, json: JSON.stringify(value) };
}

/** The records of an application's ledger of objects: those of one session, of an application of its own, that nobody serves. */
export class LedgerRecords {
  readonly #store: SessionStore;
  readonly #key: SessionKey;

  constructor(store: SessionStore, application: string) {
    this.#store = store;
    this.#key = { application: `\0objects\0${application}`, userId: "ledger" };
  }

  /** What a user has, if anything. @throws STATE_UNREADABLE, STORE_FAILED */
  tenancy(user: string): Promise<Tenancy | undefined> {
    return this.#read(ledgerNames.user(user), tenancySchema);
  }

  /** What is to be removed of a session, if anything is. @throws STATE_UNREADABLE, STORE_FAILED */
  ended(generation: string): Promise<StoredEnd | undefined> {
    return this.#read(ledgerNames.ended(generation), endedSchema);
  }

  /** The names of records, in their order, damaged ones too. Those that are gone by the time are left out, and new ones may be. */
  async *names(prefix: "due/" | "ended/"): AsyncGenerator<string> {
    let from: string = prefix;
    for (;;) {
      const page = { prefix, from, direction: "forward", limit: NAMES_PER_PAGE } as const;
      const names = await this.#store.pageRecordNames(this.#key, page);
      yield* names;
      const last = names.at(-1);
      if (last === undefined || names.length < NAMES_PER_PAGE) {
        return;
      }
      // The first name that comes after it.
      from = `${last}\0`;
    }
  }

  /** Changes records, all or none. @throws the session store's errors. */
  async change(changes: readonly RecordChange[]): Promise<void> {
    if (await this.#store.changeRecords(this.#key, changes)) {
      return;
    }
    try {
      await this.#begin(changes);
    } catch (error) {
      if (!AlcoveError.is(error) || error.code !== "STORE_CONFLICT") {
        throw error;
      }
      // Somebody else has begun it.
      await this.change(changes);
    }
  }

  async #begin(records: readonly RecordChange[]): Promise<void> {
    const nowMs = this.#store.nowMs();
    await this.#store.commit({
      key: this.#key,
      expectedRevision: 0,
      createdAtMs: nowMs,
      lastActivityAtMs: nowMs,
      expiresAtMs: NEVER_MS,
      runsCompleted: 0,
      components: new Map(),
      records,
    });
  }

  async #read<Schema extends z.ZodType>(name: string, schema: Schema): Promise<z.output<Schema> | undefined> {
    const value = await this.#store.readRecord(this.#key, name);
    if (value === undefined) {
      return undefined;
    }
    const { data, error } = schema.safeParse(value);
    if (error !== undefined) {
      const message = `What is noted of objects under ${name} does not hold what it should. It is kept as it is.`;
      throw new StoredStateError("STATE_UNREADABLE", message, { cause: error });
    }
    return data;
  }
}
