import { StoreError } from "@alcove/plugin-api";
import { KeyvSqlite } from "@keyv/sqlite";
import { z } from "zod";
import type {
  EntryAdapter,
  EntryToStore,
  ExpiredEntries,
  FoundEntry,
  FoundRecords,
  RecordRange,
  SessionRange,
} from "./entry-adapter.js";
import type { StoredRecordChanges } from "./record-changes.js";
import { ReopeningConnection } from "./reopening-connection.js";
import type { SqliteParameter } from "./sqlite-connection.js";
import { entriesTable, pragmaValue } from "./sqlite-database-file.js";
import { sqliteFailureOf } from "./sqlite-failure.js";
import { isPageDamage, orUnreadable } from "./sqlite-page-damage.js";
import { openConfiguredConnection } from "./sqlite-settings.js";
import * as statements from "./sqlite-statements.js";
import { damageItself, longestHead, readEntryHead, unreadable } from "./stored-entry.js";
import type { WriteFailure } from "./write-failure.js";

const pagesGivenBackPerStep = 256;
/** Free pages that are kept for what is stored next. */
const sparePages = 256;

const keyRowsSchema = z.array(z.object({ key: z.string() }));
const entryRowsSchema = z.array(z.object({ value: z.unknown(), expires_at: z.unknown(), revision: z.unknown() }));
const sessionRowsSchema = z.array(entryRowsSchema.element.extend({ key: z.string() }));
const recordRowsSchema = z.array(
  z.object({
    expires_at: z.unknown(),
    revision: z.unknown(),
    head: z.unknown(),
    name: z.string().nullable(),
    value: z.unknown(),
  }),
);
const countRowsSchema = z.tuple([z.object({ count: z.int() })]);

/** Options of {@link SqliteAdapter}. */
export interface SqliteAdapterOptions {
  /** A file that `prepareDatabaseFile` has been through. */
  readonly path: string;
  /** By which time an entry counts as expired when another one is to take its place. */
  readonly nowMs: () => number;
}

/**
 * Keyv's SQLite adapter over Alcove's own tables: durable, with an exclusive lock, conditional upserts of many rows in one
 * statement (which is atomic by itself), and expiry in an indexed column. No method that goes by patterns
 * of keys is used: `_` and `%` in a key would match others.
 */
export class SqliteAdapter extends KeyvSqlite implements EntryAdapter {
  readonly maxEntriesPerBatch = 512;
  readonly #nowMs: () => number;
  readonly #connection: ReopeningConnection;
  readonly #closeUnused: () => Promise<void>;

  constructor({ path, nowMs }: SqliteAdapterOptions) {
    // The base class opens a connection that could be neither replaced nor copied from, so it gets one to nothing.
    super({ uri: "sqlite://:memory:", table: entriesTable });
    this.#nowMs = nowMs;
    this.#connection = new ReopeningConnection(() => openConfiguredConnection(path));
    this.#closeUnused = this.close as () => Promise<void>;
    this.query = (statement, ...parameters) =>
      this.#connection.query(statement, parameters.flat() as SqliteParameter[]) as Promise<never>;
    this.close = () => this.#connection.close() as Promise<never>;
    // The base class also emits what it rejects with, and Node ends a process for an error event without listener.
    this.on("error", () => undefined);
  }

  /**
   * Opens the connection. From then on the file is locked.
   *
   * @throws StoreError STORE_OPEN_FAILED when a setting was not taken; the driver's error when the file cannot be used.
   */
  async configure(): Promise<void> {
    await this.#closeUnused();
    await this.query("SELECT 1");
  }

  // The base class is generic in what it reads; what comes from a file has no type until it has been checked.
  override async get<Value>(key: string): Promise<Value | undefined> {
    const statement = `SELECT value, expires_at, revision FROM ${entriesTable} WHERE key = ?`;
    const [row] = entryRowsSchema.parse(await orUnreadable(key, this.query(statement, key)));
    if (row === undefined) {
      return undefined;
    }
    assertAgreement(key, row.value, row);
    return row.value as Value;
  }

  async setMany(entries: readonly EntryToStore[]): Promise<boolean[]> {
    const rows = entries.map(rowOf);
    const { statement, texts } = entries.some(({ records }) => records !== undefined)
      ? this.#withRecords(entries, rows)
      : {
          statement: statements.upsertStatement(rows, this.#nowMs()),
          texts: entries.flatMap(({ key, value }) => [key, value]),
        };
    const taken = new Set(keyRowsSchema.parse(await this.#connection.query(statement, texts)).map(({ key }) => key));
    return entries.map(({ key }) => taken.has(key));
  }

  #withRecords(
    entries: readonly EntryToStore[],
    rows: readonly statements.EntryRow[],
  ): { readonly statement: string; readonly texts: SqliteParameter[] } {
    const hasSingleRecords = entries.every(({ records }) => records === undefined || isSingleRecord(records));
    return {
      statement: statements.commitStatement(rows, this.#nowMs(), hasSingleRecords),
      texts: entries.flatMap(({ key, value, records }) => {
        const [first = [null, null], ...more] = records?.put ?? [];
        const single = [key, value, ...first];
        return hasSingleRecords ? single : [...single, ...changesAsJson(records, more)];
      }),
    };
  }

  override async set(key: string, value: string): Promise<boolean> {
    const [taken] = await this.setMany([{ key, value }]);
    return taken === true;
  }

  /** Refused: the base class would remove every entry whose key fits a pattern. */
  override async clear(): Promise<void> {
    throw new StoreError("STORE_FAILED", "A session store is not cleared; sessions are removed one by one.");
  }

  override async delete(key: string): Promise<boolean> {
    const rows = await this.query(`DELETE FROM ${entriesTable} WHERE key = ? RETURNING key`, key);
    return keyRowsSchema.parse(rows).length > 0;
  }

  async deleteExpired({ expiredAtMs, limit, except }: ExpiredEntries): Promise<number> {
    const exceptText = JSON.stringify(except);
    let deleted = await this.#change(statements.deleteExpiredSessions, [expiredAtMs, exceptText, limit]);
    if (deleted < limit) {
      deleted += await this.#change(statements.deleteExpiredRecords, [expiredAtMs, limit - deleted]);
    }
    if (deleted < limit) {
      const leftRecords = await this.#change(statements.deleteLeftRecords, [limit - deleted]);
      // Also where none was left: records can go on their own, after their room was noted.
      await this.#change(statements.deleteEmptyRooms, [limit]);
      deleted += leftRecords;
    }
    return deleted;
  }

  async giveSpaceBack(): Promise<boolean> {
    const free = Number(pragmaValue(await this.query("PRAGMA freelist_count")));
    if (free <= sparePages) {
      return false;
    }
    await this.query(`PRAGMA incremental_vacuum(${Math.min(pagesGivenBackPerStep, free - sparePages)})`);
    const isLast = free - sparePages <= pagesGivenBackPerStep;
    if (isLast) {
      // The file itself gets shorter when the log is moved into it.
      await this.query("PRAGMA wal_checkpoint(PASSIVE)");
    }
    return !isLast;
  }

  async countExpiringAfter(timeMs: number): Promise<number> {
    const rows = await this.query(`SELECT count(*) AS count FROM ${entriesTable} WHERE expires_at > ?`, timeMs);
    return countRowsSchema.parse(rows)[0].count;
  }

  async countMisdated(timeMs: number): Promise<number> {
    return countRowsSchema.parse(await this.query(statements.countMisdatedSessions, timeMs))[0].count;
  }

  async readRecords(range: RecordRange): Promise<FoundRecords | undefined> {
    const { sessionKey, from, to, direction, limit, expiredAtMs = null } = range;
    const reading = this.#connection.query(statements.recordsStatement(direction, longestHead), [
      ...[from, to, expiredAtMs, limit, sessionKey],
    ]);
    const rows = recordRowsSchema.parse(await orUnreadable(sessionKey, reading));
    const [first] = rows;
    if (first === undefined) {
      return undefined;
    }
    const sessionExpiresAtMs = assertAgreement(sessionKey, first.head, first);
    if (sessionExpiresAtMs === undefined) {
      throw unreadable(sessionKey, "it is not a session");
    }
    const records = rows.flatMap(({ name, value }) => (name === null ? [] : [{ name, value }]));
    return { sessionExpiresAtMs, records };
  }

  async readSessions({ above, below, limit }: SessionRange): Promise<FoundEntry[]> {
    const rest = `FROM ${entriesTable} WHERE key > ? AND key < ? ORDER BY key LIMIT ?`;
    try {
      const rows = await this.query(`SELECT key, value, expires_at, revision ${rest}`, above, below, limit);
      return sessionRowsSchema
        .parse(rows)
        .map(({ key, value, ...columns }) => ({ name: key, value: valueOrDamage(key, value, columns) }));
    } catch (error) {
      if (!isPageDamage(error)) {
        throw error;
      }
      const rows = orUnreadable(above, this.query(`SELECT key ${rest}`, above, below, limit));
      const keys = keyRowsSchema.parse(await rows);
      return Promise.all(keys.map(async ({ key }) => ({ name: key, value: await this.get(key).catch(damageItself) })));
    }
  }

  async highestRoom(): Promise<number> {
    const rows = await this.query(
      `SELECT max(coalesce((SELECT max(room) FROM ${entriesTable}), 0), coalesce((SELECT max(room) FROM records), 0),
        coalesce((SELECT max(room) FROM left_rooms), 0)) AS count`,
    );
    return countRowsSchema.parse(rows)[0].count;
  }

  copyTo(file: string): Promise<void> {
    return this.#connection.copyTo(file);
  }

  failureOf(error: unknown): WriteFailure {
    return sqliteFailureOf(error);
  }

  async #change(statement: string, parameters: readonly SqliteParameter[]): Promise<number> {
    return (await this.#connection.query(statement, parameters)).length;
  }
}

function rowOf({ key, value, room }: EntryToStore): statements.EntryRow {
  const { expiresAtMs, revision } = readEntryHead(key, value);
  return { expiresAtMs, revision, room };
}

function isSingleRecord({ removed, removedRanges, put }: StoredRecordChanges): boolean {
  return removed.length === 0 && removedRanges.length === 0 && put.size <= 1;
}

/** What of the changes does not stand in the row itself. */
function changesAsJson(
  records: StoredRecordChanges | undefined,
  more: readonly (readonly [name: string, text: string])[],
): SqliteParameter[] {
  // Written by hand, because an object would not keep a record `__proto__`.
  const pairs = more.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`);
  const { removed = [], removedRanges = [] } = records ?? {};
  return [jsonOf(removed), jsonOf(removedRanges), more.length > 0 ? `{${pairs.join()}}` : null];
}

function jsonOf(list: readonly unknown[]): string | null {
  return list.length > 0 ? JSON.stringify(list) : null;
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
