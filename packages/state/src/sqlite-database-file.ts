import { closeSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "@alcove/plugin-api";
import { z } from "zod";
import { syncFolder } from "./file-durability.js";
import { endOfStoredNames } from "./record-names.js";
import { signpostPrefix } from "./session-store.js";
import { openSqliteConnection, type SqliteConnection } from "./sqlite-connection.js";
import { renewLog } from "./sqlite-log.js";

/** The table that holds the entries. */
export const entriesTable = "entries";

/** Whether a record is a signpost, by the letter of the index that holds only those. */
export const isSignpost = `name >= '${signpostPrefix}' AND name < '${endOfStoredNames(signpostPrefix)}'`;

/** "Alcv" in ASCII. Tells a database of Alcove from others. */
const applicationId = 0x416c6376;
const schemaVersion = 5;
const busyTimeoutMs = 500;

/**
 * A second index over the keys. SQLite knows no checksums of pages: when the first index is damaged, a session may be
 * there and not be found. It is looked up here before it is said that there is none. An update does not touch it.
 */
export const witnessIndex = `${entriesTable}_witness`;

const createWitnessIndex = `CREATE INDEX IF NOT EXISTS ${witnessIndex} ON ${entriesTable}(key)`;

/** Of all records only signposts are in it, so that they are found without a look at the others. */
const createSignpostIndex = `CREATE INDEX records_signposts ON records(name, room) WHERE ${isSignpost}`;

/**
 * A session's records belong to its room, not to its key: a session that takes the place of an expired or removed one gets
 * another room, so that the records of the earlier one are out of sight at once, however many they are, and can be
 * deleted step by step. Rooms with such records are noted in `left_rooms` by whatever statement made them so.
 */
const schema: readonly string[] = [
  // The value comes last, so that what stands beside a large entry is read without going through its text.
  `CREATE TABLE ${entriesTable}(key TEXT PRIMARY KEY NOT NULL, expires_at INTEGER, revision INTEGER, room INTEGER, value TEXT NOT NULL)`,
  `CREATE INDEX ${entriesTable}_by_expiry ON ${entriesTable}(expires_at) WHERE expires_at IS NOT NULL`,
  createWitnessIndex,
  "CREATE TABLE left_rooms(room INTEGER PRIMARY KEY)",
];

/**
 * A large range of records that is removed while its session goes on is noted in `left_ranges`: from the first name up to,
 * but without, the last. Nobody sees what lies in it from then on, and it is deleted step by step as well.
 */
const recordsSchema: readonly string[] = [
  // Not WITHOUT ROWID: texts of this length are twice as expensive to write there.
  "CREATE TABLE records(id INTEGER PRIMARY KEY, room INTEGER NOT NULL, name TEXT NOT NULL, expires_at INTEGER, value TEXT NOT NULL, UNIQUE(room, name))",
  "CREATE INDEX records_by_expiry ON records(expires_at) WHERE expires_at IS NOT NULL",
  createSignpostIndex,
  "CREATE TABLE left_ranges(room INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, PRIMARY KEY(room, first)) WITHOUT ROWID",
  `CREATE TRIGGER room_is_left_by_deletion AFTER DELETE ON ${entriesTable} WHEN EXISTS (SELECT 1 FROM records WHERE room = OLD.room)
    BEGIN INSERT OR IGNORE INTO left_rooms VALUES (OLD.room); END`,
  `CREATE TRIGGER room_is_left_by_replacement AFTER UPDATE OF room ON ${entriesTable}
    WHEN OLD.room IS NOT NEW.room AND EXISTS (SELECT 1 FROM records WHERE room = OLD.room)
    BEGIN INSERT OR IGNORE INTO left_rooms VALUES (OLD.room); END`,
];

/** By the version they start from. */
const upgrades: Readonly<Record<number, readonly string[]>> = {
  // There were no records: the sessions get rooms of their own, and everything else is as in a new database.
  1: [
    `ALTER TABLE ${entriesTable} RENAME TO version1`,
    `DROP INDEX ${entriesTable}_by_expiry`,
    ...schema,
    ...recordsSchema,
    `INSERT INTO ${entriesTable} SELECT key, expires_at, revision, CASE WHEN revision IS NOT NULL THEN rowid END, value FROM version1`,
    "DROP TABLE version1",
  ],
  // The records were in a table WITHOUT ROWID, and the keys in one index only.
  2: [
    createWitnessIndex,
    "DROP TRIGGER room_is_left_by_deletion",
    "DROP TRIGGER room_is_left_by_replacement",
    "ALTER TABLE records RENAME TO version2",
    "DROP INDEX records_by_expiry",
    ...recordsSchema,
    "INSERT INTO records(room, name, expires_at, value) SELECT room, name, expires_at, value FROM version2",
    "DROP TABLE version2",
  ],
  // Some had the keys in one index only.
  3: [createWitnessIndex, createSignpostIndex],
  // Signposts could not be told from other records.
  4: [createSignpostIndex],
};

const pragmaRowsSchema = z.tuple([z.record(z.string(), z.unknown())]);

/**
 * Makes sure that `path` is a database of Alcove: creates it where there is none (or an empty file), owner-only, and
 * complete or not at all; checks it where there is one, and brings an older one up to date. Only the holder of the store's lock may call this.
 *
 * @throws StoreError STORE_OPEN_FAILED for anything else that lies there; the driver's or the file system's error when it
 * cannot be read or written.
 */
export async function prepareDatabaseFile(path: string): Promise<void> {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) {
    await createDatabaseFile(path);
  } else {
    // A file that cannot be written SQLite opens for reading, and leaves a log beside it that nobody can write later on.
    closeSync(openSync(path, "r+"));
    await checkDatabaseFile(path);
  }
}

async function createDatabaseFile(path: string): Promise<void> {
  const unfinished = `${path}.new`;
  rmSync(unfinished, { force: true });
  rmSync(`${unfinished}-journal`, { force: true });
  closeSync(openSync(unfinished, "wx", 0o600));
  const connection = await openSqliteConnection(unfinished, busyTimeoutMs);
  try {
    // auto_vacuum is taken only by a file that is still empty.
    await connection.query("PRAGMA auto_vacuum = INCREMENTAL");
    await connection.query("BEGIN");
    await connection.query(`PRAGMA application_id = ${applicationId}`);
    await connection.query(`PRAGMA user_version = ${schemaVersion}`);
    for (const statement of [...schema, ...recordsSchema]) {
      await connection.query(statement);
    }
    await connection.query("COMMIT");
  } finally {
    await connection.close();
  }
  renameSync(unfinished, path);
  syncFolder(dirname(path));
}

async function checkDatabaseFile(path: string): Promise<void> {
  // An earlier process may have died of a failed fsync, and closing the connection is a checkpoint.
  await renewLog(path);
  const connection = await openSqliteConnection(path, busyTimeoutMs);
  try {
    const foundId = pragmaValue(await connection.query("PRAGMA application_id"));
    if (foundId !== applicationId) {
      throw new StoreError(
        "STORE_OPEN_FAILED",
        `${path} is an SQLite database, but not one of Alcove. Nothing in it was changed.`,
      );
    }
    const foundVersion = pragmaValue(await connection.query("PRAGMA user_version"));
    const upgradeSteps = upgrades[Number(foundVersion)];
    if (upgradeSteps !== undefined) {
      await upgrade(connection, [...upgradeSteps, `PRAGMA user_version = ${schemaVersion}`]);
    } else if (foundVersion !== schemaVersion) {
      throw new StoreError(
        "STORE_OPEN_FAILED",
        `${path} has version ${String(foundVersion)} of the database schema, and this version of Alcove knows none after ${schemaVersion}. Install the version of Alcove that wrote it.`,
      );
    }
  } finally {
    await connection.close();
  }
}

/** All or nothing: a database whose upgrade was cut short is one of the version before. */
async function upgrade(connection: SqliteConnection, statements: readonly string[]): Promise<void> {
  await connection.query("BEGIN EXCLUSIVE");
  try {
    for (const statement of statements) {
      await connection.query(statement);
    }
    await connection.query("COMMIT");
  } catch (error) {
    await connection.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** The value of a pragma, from the one row with the one column that it answers with. */
export function pragmaValue(rows: unknown): unknown {
  return Object.values(pragmaRowsSchema.parse(rows)[0])[0];
}
