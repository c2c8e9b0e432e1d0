import { StoredStateError, StoreError } from "@alcove/plugin-api";
import { z } from "zod";
import type {
  FoundEntry,
  FoundRecords,
  FoundSessionEntry,
  FoundSignpost,
  RecordRange,
  SessionRange,
  SignpostRange,
} from "./entry-adapter.js";
import { type NameStretch, stretchesOutside } from "./left-ranges.js";
import type { SqliteConnection } from "./sqlite-connection.js";
import { isPageDamage, orUnreadable } from "./sqlite-page-damage.js";
import * as statements from "./sqlite-statements.js";
import { damageItself, longestHead, readEntryHead, unreadable } from "./stored-entry.js";
import type { FoundSession } from "./stored-session.js";

const columnsSchema = z.object({ expires_at: z.unknown(), revision: z.unknown() });
// A session's own row, and behind it those of its components, which have a name.
const sessionRowsSchema = z.array(
  columnsSchema.extend({ key: z.string(), name: z.string().nullable(), value: z.unknown() }),
);
const leftRangesSchema = z.array(z.tuple([z.string(), z.string()]));
const recordRowsSchema = z.array(
  columnsSchema.extend({
    head: z.unknown(),
    left_ranges: z
      .string()
      .transform((text) => leftRangesSchema.parse(JSON.parse(text)))
      .nullable(),
    name: z.string().nullable(),
    value: z.unknown(),
  }),
);
const signpostRowsSchema = z.array(z.object({ name: z.string(), room: z.int(), value: z.unknown() }));
const placeSchema = z.tuple([z.string(), z.int()]);
const keyRowsSchema = z.array(z.object({ key: z.string() }));
const entryRowsSchema = z.array(columnsSchema.extend({ value: z.unknown() }));

/** A commit can come between the parts of one reading: while large ranges that were removed are being deleted, and where an entry is new. */
const attemptsToRead = 5;

/** Reads entries from SQLite, and checks that the columns beside each say the same as its text. */
export class SqliteEntryReader {
  readonly #connection: Pick<SqliteConnection, "query">;

  constructor(connection: Pick<SqliteConnection, "query">) {
    this.#connection = connection;
  }

  /** As `EntryAdapter.get`. */
  async get(key: string): Promise<unknown> {
    const row = (await this.#findEntry(key)) ?? (await this.#findAgain(key, () => this.#findEntry(key)));
    if (row === undefined) {
      return undefined;
    }
    assertAgreement(key, row.value, row);
    return row.value;
  }

  async #findEntry(key: string): Promise<z.output<typeof entryRowsSchema>[number] | undefined> {
    const reading = this.#connection.query(statements.entryByKey, [key]);
    return entryRowsSchema.parse(await orUnreadable(key, reading))[0];
  }

  /** As `EntryAdapter.getSession`. */
  async getSession(key: string): Promise<FoundSession | undefined> {
    const found = (await this.#findSession(key)) ?? (await this.#findAgain(key, () => this.#findSession(key)));
    if (found?.value instanceof StoredStateError) {
      throw found.value;
    }
    return found;
  }

  async #findSession(key: string): Promise<FoundSession | undefined> {
    return sessionsIn(await orUnreadable(key, this.#connection.query(statements.sessionByKey, [key])))[0];
  }

  /**
   * For an entry that was not found: nothing may take its place where it only cannot be. Where the other index has it, a
   * commit may have come in between, so that it is looked for again.
   */
  async #findAgain<Found>(key: string, find: () => Promise<Found | undefined>): Promise<Found | undefined> {
    for (let attempt = 1; attempt <= attemptsToRead; attempt += 1) {
      const rows = await orUnreadable(key, this.#connection.query(statements.keyByWitness, [key]));
      if (rows.length === 0) {
        return undefined;
      }
      const found = await find();
      if (found !== undefined) {
        return found;
      }
    }
    throw unreadable(key, "the index by which it is found is damaged");
  }

  /** As `EntryAdapter.readSessions`. */
  async readSessions({ above, below, limit }: SessionRange): Promise<FoundSessionEntry[]> {
    try {
      return sessionsIn(await this.#connection.query(statements.sessionPage, [above, below, limit]));
    } catch (error) {
      if (!isPageDamage(error)) {
        throw error;
      }
      const reading = this.#connection.query(statements.sessionKeys, [above, below, limit]);
      const keys = keyRowsSchema.parse(await orUnreadable(above, reading));
      return Promise.all(keys.map(({ key }) => this.#getOrDamage(key)));
    }
  }

  async #getOrDamage(key: string): Promise<FoundSessionEntry> {
    const found = await this.getSession(key).catch(damageItself);
    const damaged = { value: found, rows: new Map() };
    return { name: key, ...(found === undefined || found instanceof StoredStateError ? damaged : found) };
  }

  /** As `EntryAdapter.readSignposts`. */
  async readSignposts({ behind, limit }: SignpostRange): Promise<FoundSignpost[]> {
    const [name, room] = behind === undefined ? ["", 0] : placeSchema.parse(JSON.parse(behind));
    const rows = signpostRowsSchema.parse(await this.#connection.query(statements.signposts, [name, room, limit]));
    return rows.map((row) => ({ name: row.name, value: row.value, place: JSON.stringify([row.name, row.room]) }));
  }

  /** As `EntryAdapter.readRecords`. */
  async readRecords(range: RecordRange): Promise<FoundRecords | undefined> {
    // No stored name lies between a name and the same with the least character behind it.
    const whole: NameStretch = [range.from, `${range.to}\u0001`];
    for (let attempt = 1; attempt <= attemptsToRead; attempt += 1) {
      const found = await this.#readStretch(range, whole, range.limit, false);
      if (found === undefined || found.leftRanges === undefined) {
        return found;
      }
      const visible = await this.#readVisible(range, stretchesOutside(found.leftRanges, whole), found.head);
      if (visible !== undefined) {
        return { sessionExpiresAtMs: found.sessionExpiresAtMs, records: visible };
      }
    }
    throw new StoreError("STORE_FAILED", "The records changed each time they were read. Try again.", {
      retryAfterSeconds: 1,
    });
  }

  /** The records of several stretches; `undefined` when the session has changed since its entry began like that. */
  async #readVisible(
    range: RecordRange,
    stretches: readonly NameStretch[],
    head: unknown,
  ): Promise<FoundEntry[] | undefined> {
    const records: FoundEntry[] = [];
    for (const stretch of range.direction === "forward" ? stretches : stretches.toReversed()) {
      if (records.length < range.limit) {
        const found = await this.#readStretch(range, stretch, range.limit - records.length, true);
        if (found === undefined || found.head !== head) {
          return undefined;
        }
        records.push(...found.records);
      }
    }
    return records;
  }

  async #readStretch(
    { sessionKey, direction, expiredAtMs }: RecordRange,
    [first, last]: NameStretch,
    limit: number,
    inAnyCase: boolean,
  ): Promise<FoundStretch | undefined> {
    const statement = statements.recordsStatement(direction, longestHead);
    const parameters = [first, last, expiredAtMs ?? null, limit, sessionKey, inAnyCase ? 1 : 0] as const;
    const reading = this.#connection.query(statement, parameters);
    const rows = recordRowsSchema.parse(await orUnreadable(sessionKey, reading));
    const [session] = rows;
    if (session === undefined) {
      return undefined;
    }
    const sessionExpiresAtMs = assertAgreement(sessionKey, session.head, session);
    if (sessionExpiresAtMs === undefined) {
      throw unreadable(sessionKey, "it is not a session");
    }
    const leftRanges = session.left_ranges ?? undefined;
    const records = rows.flatMap(({ name, value }) => (name === null ? [] : [{ name, value }]));
    return { sessionExpiresAtMs, records, head: session.head, leftRanges };
  }
}

interface FoundStretch extends FoundRecords {
  /** How the session's entry begins, its checksum included. */
  readonly head: unknown;
  /** The ranges that were left in the stretch, if there are any. */
  readonly leftRanges: readonly NameStretch[] | undefined;
}

function sessionsIn(rows: readonly unknown[]): FoundSessionEntry[] {
  const parsed = sessionRowsSchema.parse(rows);
  const sessions = new Map<string, { name: string; value: unknown; rows: Map<string, unknown> }>();
  for (const { key, name, value, ...columns } of parsed) {
    if (name === null) {
      sessions.set(key, { name: key, value: valueOrDamage(key, value, columns), rows: new Map() });
    }
  }
  for (const { key, name, value } of parsed) {
    if (name !== null) {
      sessions.get(key)?.rows.set(name, value);
    }
  }
  return [...sessions.values()];
}

interface Columns {
  readonly expires_at?: unknown;
  readonly revision?: unknown;
}

/** What an entry's text says of its expiry, once it is sure that the columns beside it say the same. */
function assertAgreement(key: string, text: unknown, columns: Columns): number | undefined {
  if (typeof text !== "string") {
    throw unreadable(key, "it is not a text");
  }
  const { expiresAtMs, revision } = readEntryHead(key, text);
  if ((columns.expires_at ?? undefined) !== expiresAtMs || (columns.revision ?? undefined) !== revision) {
    throw unreadable(key, "its expiry or revision is not the one it is filed under");
  }
  return expiresAtMs;
}

function valueOrDamage(key: string, value: unknown, columns: Columns): unknown {
  try {
    assertAgreement(key, value, columns);
    return value;
  } catch (error) {
    return damageItself(error);
  }
}
