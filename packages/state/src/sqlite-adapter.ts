import { StoreError } from "@alcove/plugin-api";
import { KeyvSqlite } from "@keyv/sqlite";
import { z } from "zod";
import type { EntryAdapter, ExpiredEntries, KeyvEntryText } from "./entry-adapter.js";
import { entriesTable, pragmaValue } from "./sqlite-database-file.js";
import { sqliteFailureOf } from "./sqlite-failure.js";
import { type EntryHead, readEntryHead } from "./stored-entry.js";
import type { WriteFailure } from "./write-failure.js";

/** Settings in the order in which they have to be made, each with what it must read as afterwards. */
const connectionSettings: readonly (readonly [pragma: string, value: string, readsAs: unknown])[] = [
  ["locking_mode", "EXCLUSIVE", "exclusive"],
  ["journal_mode", "WAL", "wal"],
  ["synchronous", "FULL", 2],
  ["temp_store", "MEMORY", 2],
];

const keyRowsSchema = z.array(z.object({ key: z.string() }));
const valueRowsSchema = z.array(z.object({ value: z.unknown() }));
const countRowsSchema = z.tuple([z.object({ count: z.int() })]);

/** Options of {@link SqliteAdapter}. */
export interface SqliteAdapterOptions {
  /** A file that `prepareDatabaseFile` has been through. */
  readonly path: string;
  /** By which time an entry counts as expired when another one is to take its place. */
  readonly nowMs: () => number;
}

/**
 * Keyv's SQLite adapter over Alcove's own table: durable, with an exclusive lock, conditional upserts of many rows in one
 * statement (which is atomic by itself), and expiry in an indexed column. No method that goes by patterns
 * of keys is used: `_` and `%` in a key would match others.
 */
export class SqliteAdapter extends KeyvSqlite implements EntryAdapter {
  readonly maxEntriesPerBatch = 512;
  readonly #nowMs: () => number;

  constructor({ path, nowMs }: SqliteAdapterOptions) {
    super({ uri: `sqlite://${path}`, table: entriesTable, busyTimeout: 500 });
    this.#nowMs = nowMs;
    // The base class also emits what it rejects with, and Node ends a process for an error event without listener.
    this.on("error", () => undefined);
  }

  /**
   * Makes the settings of the connection, takes the exclusive lock, and checks that the settings were taken.
   *
   * @throws StoreError STORE_OPEN_FAILED when one was not; the driver's error when the file cannot be used.
   */
  async configure(): Promise<void> {
    for (const [pragma, value] of connectionSettings) {
      await this.query(`PRAGMA ${pragma} = ${value}`);
    }
    // From here on the exclusive lock on the file is held, and nobody else can even read it.
    await this.query("BEGIN EXCLUSIVE");
    await this.query("COMMIT");
    for (const [pragma, , expected] of [...connectionSettings, ["auto_vacuum", "INCREMENTAL", 2] as const]) {
      const found = pragmaValue(await this.query(`PRAGMA ${pragma}`));
      if (found !== expected) {
        throw new StoreError(
          "STORE_OPEN_FAILED",
          `SQLite keeps ${pragma} at ${String(found)}, and the store needs ${String(expected)}.`,
        );
      }
    }
  }

  // The base class is generic in what it reads; what comes from a file has no type until it has been checked.
  override async get<Value>(key: string): Promise<Value | undefined> {
    const [row] = valueRowsSchema.parse(await this.query(`SELECT value FROM ${entriesTable} WHERE key = ?`, key));
    return row?.value as Value | undefined;
  }

  async setMany(entries: readonly KeyvEntryText[]): Promise<boolean[]> {
    const heads = entries.map(({ key, value }) => readEntryHead(key, value));
    const texts = entries.flatMap(({ key, value }) => [key, value]);
    const rows = keyRowsSchema.parse(await this.query(upsertStatement(heads, this.#nowMs()), texts));
    const taken = new Set(rows.map(({ key }) => key));
    return entries.map(({ key }) => taken.has(key));
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
    const rows = await this.query(
      `DELETE FROM ${entriesTable} WHERE rowid IN (
        SELECT rowid FROM ${entriesTable} WHERE expires_at <= ? AND key NOT IN (SELECT value FROM json_each(?))
        ORDER BY expires_at LIMIT ?
      ) RETURNING key`,
      [expiredAtMs, JSON.stringify(except), limit],
    );
    return keyRowsSchema.parse(rows).length;
  }

  async countExpiringAfter(timeMs: number): Promise<number> {
    const rows = await this.query(`SELECT count(*) AS count FROM ${entriesTable} WHERE expires_at > ?`, timeMs);
    return countRowsSchema.parse(rows)[0].count;
  }

  failureOf(error: unknown): WriteFailure {
    return sqliteFailureOf(error);
  }
}

/**
 * A row that is neither a first revision nor there already falls through the outer WHERE, so it is not inserted. The
 * numbers stand in the statement, because the driver takes longer to bind a parameter than SQLite to read a number.
 */
function upsertStatement(heads: readonly EntryHead[], nowMs: number): string {
  const rows = heads.map(({ expiresAtMs, revision }) => `(?,?,${expiresAtMs ?? "NULL"},${revision ?? "NULL"})`);
  return `INSERT INTO ${entriesTable}(key, value, expires_at, revision)
    SELECT column1, column2, column3, column4 FROM (VALUES ${rows.join()})
    WHERE column4 IS NULL OR column4 = 1 OR EXISTS (SELECT 1 FROM ${entriesTable} WHERE key = column1)
    ON CONFLICT(key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at, revision = excluded.revision
    WHERE ${entriesTable}.revision IS excluded.revision - 1
      OR (excluded.revision = 1 AND ${entriesTable}.expires_at <= ${nowMs})
    RETURNING key`;
}
