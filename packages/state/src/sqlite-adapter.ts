import { StoreError } from "@alcove/plugin-api";
import { KeyvSqlite } from "@keyv/sqlite";
import { z } from "zod";
import type {
  EntryAdapter,
  EntryToStore,
  ExpiredEntries,
  FoundRecords,
  FoundSessionEntry,
  FoundSignpost,
  MeasuredSession,
  RecordRange,
  SessionRange,
  SignpostRange,
} from "./entry-adapter.js";
import type { StoredRecordChanges } from "./record-changes.js";
import { ReopeningConnection } from "./reopening-connection.js";
import { hasRoomOnDisk } from "./room-on-disk.js";
import { type PreparedBatch, preparedBatch } from "./sqlite-batch.js";
import { commitStatement, recordsChangeStatement } from "./sqlite-commit.js";
import type { SqliteParameter } from "./sqlite-connection.js";
import { entriesTable, pragmaValue } from "./sqlite-database-file.js";
import { SqliteEntryReader } from "./sqlite-entry-reader.js";
import { sqliteCodeOf, sqliteFailureOf } from "./sqlite-failure.js";
import { renewLog } from "./sqlite-log.js";
import { measureSession } from "./sqlite-measure.js";
import { openConfiguredConnection } from "./sqlite-settings.js";
import * as statements from "./sqlite-statements.js";
import { readEntryHead } from "./stored-entry.js";
import type { FoundSession } from "./stored-session.js";
import type { WriteFailure } from "./write-failure.js";

/** One record may have been the last of several ranges, so this does not follow from how many records go in a step. */
const emptyRangesPerStep = 512;
const pagesGivenBackPerStep = 256;
/** Free pages that are kept for what is stored next. */
const sparePages = 256;

const keyRowsSchema = z.array(z.object({ key: z.string() }));
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
  readonly usesComponentRows = true;
  readonly #path: string;
  readonly #nowMs: () => number;
  /** What was made of an error, so that all who ask are told the same, and the disk is looked at once. */
  readonly #failures = new WeakMap<Error, WriteFailure>();
  readonly #connection: ReopeningConnection;
  readonly #reader: SqliteEntryReader;
  readonly #closeUnused: () => Promise<void>;
  /** Large ranges of records that were removed, and are not deleted yet; as long as there are any, commits have to look at them. */
  #mayHaveLeftRanges = true;

  constructor({ path, nowMs }: SqliteAdapterOptions) {
    // The base class opens a connection that could be neither replaced nor copied from, so it gets one to nothing.
    super({ uri: "sqlite://:memory:", table: entriesTable });
    this.#path = path;
    this.#nowMs = nowMs;
    this.#connection = new ReopeningConnection({
      open: () => openConfiguredConnection(path),
      renewLog: () => renewLog(path),
    });
    this.#reader = new SqliteEntryReader(this.#connection);
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
    await this.#lookForLeftRanges();
  }

  // The base class is generic in what it reads; what comes from a file has no type until it has been checked.
  override async get<Value>(key: string): Promise<Value | undefined> {
    return (await this.#reader.get(key)) as Value | undefined;
  }

  getSession(key: string): Promise<FoundSession | undefined> {
    return this.#reader.getSession(key);
  }

  async setMany(entries: readonly EntryToStore[]): Promise<boolean[]> {
    const prepared = preparedBatch(entries, this.#nowMs(), this.#mayHaveLeftRanges);
    const areAllTaken = prepared !== undefined && (await this.#storeAll(prepared));
    return areAllTaken ? entries.map(() => true) : this.#storeEach(entries);
  }

  /** Resolves to `false` when nothing was stored, because an entry is not to be taken. */
  async #storeAll({ statement, parameters }: PreparedBatch): Promise<boolean> {
    try {
      await this.#connection.runPrepared(statement, parameters);
      return true;
    } catch (error) {
      if (sqliteCodeOf(error) === "SQLITE_CONSTRAINT") {
        return false;
      }
      throw error;
    }
  }

  async #storeEach(entries: readonly EntryToStore[]): Promise<boolean[]> {
    const { statement, parameters } = commitStatement(entries, this.#nowMs());
    const leavesRanges = entries.some(({ records }) => records !== undefined && records.removedRanges.length > 0);
    this.#mayHaveLeftRanges ||= leavesRanges;
    const rows = await this.#connection.query(statement, parameters);
    if (leavesRanges) {
      await this.#lookForLeftRanges();
    }
    const taken = new Set(keyRowsSchema.parse(rows).map(({ key }) => key));
    return entries.map(({ key }) => taken.has(key));
  }

  async changeRecords(
    sessionKey: string,
    changes: StoredRecordChanges,
    expiredAtMs: number | undefined,
  ): Promise<boolean> {
    const { statement, parameters } = recordsChangeStatement(sessionKey, changes, expiredAtMs);
    this.#mayHaveLeftRanges ||= changes.removedRanges.length > 0;
    const rows = await this.#connection.query(statement, parameters);
    return keyRowsSchema.parse(rows).length > 0;
  }

  /** It cannot fail what was done before; where it is not known, they count as there. */
  async #lookForLeftRanges(): Promise<void> {
    try {
      this.#mayHaveLeftRanges = (await this.#count(statements.countLeftRanges)) > 0;
    } catch {
      this.#mayHaveLeftRanges = true;
    }
  }

  override async set(key: string, value: string): Promise<boolean> {
    const [taken] = await this.setMany([{ key, value, head: readEntryHead(key, value) }]);
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
    if (deleted < limit && this.#mayHaveLeftRanges) {
      deleted += await this.#change(statements.deleteRecordsInLeftRanges, [limit - deleted]);
      await this.#change(statements.deleteEmptyRanges, [emptyRangesPerStep]);
      await this.#lookForLeftRanges();
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

  countExpiringAfter(timeMs: number): Promise<number> {
    return this.#count(`SELECT count(*) AS count FROM ${entriesTable} WHERE expires_at > ?`, timeMs);
  }

  countMisdated(timeMs: number): Promise<number> {
    return this.#count(statements.countMisdatedSessions, timeMs);
  }

  readRecords(range: RecordRange): Promise<FoundRecords | undefined> {
    return this.#reader.readRecords(range);
  }

  measure(session: MeasuredSession): Promise<number> {
    return measureSession(this.#connection, session);
  }

  readSignposts(range: SignpostRange): Promise<FoundSignpost[]> {
    return this.#reader.readSignposts(range);
  }

  readSessions(range: SessionRange): Promise<FoundSessionEntry[]> {
    return this.#reader.readSessions(range);
  }

  highestRoom(): Promise<number> {
    return this.#count(
      `SELECT max(coalesce((SELECT max(room) FROM ${entriesTable}), 0), coalesce((SELECT max(room) FROM records), 0),
        coalesce((SELECT max(room) FROM left_rooms), 0)) AS count`,
    );
  }

  copyTo(file: string): Promise<void> {
    return this.#connection.copyTo(file);
  }

  failureOf(error: unknown): WriteFailure {
    const hasRoom = (): boolean => hasRoomOnDisk(this.#path);
    if (!(error instanceof Error)) {
      return sqliteFailureOf(error, hasRoom);
    }
    const failure = this.#failures.get(error) ?? sqliteFailureOf(error, hasRoom);
    this.#failures.set(error, failure);
    return failure;
  }

  async #count(statement: string, ...parameters: readonly number[]): Promise<number> {
    return countRowsSchema.parse(await this.#connection.query(statement, parameters))[0].count;
  }

  async #change(statement: string, parameters: readonly SqliteParameter[]): Promise<number> {
    return (await this.#connection.query(statement, parameters)).length;
  }
}
