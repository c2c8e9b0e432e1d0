import { StoreError } from "@alcove/plugin-api";
import { batchTables } from "./sqlite-batch.js";
import { commitViews } from "./sqlite-commit.js";
import { openSqliteConnection, type SqliteConnection } from "./sqlite-connection.js";
import { pragmaValue } from "./sqlite-database-file.js";
import { sqliteCodeOf } from "./sqlite-failure.js";

const busyTimeoutMs = 500;
const longestKeptLogBytes = 8 * 1024 * 1024;

/** Settings in the order in which they have to be made, each with what it must read as afterwards. */
const connectionSettings: readonly (readonly [pragma: string, value: string | number, readsAs: unknown])[] = [
  ["locking_mode", "EXCLUSIVE", "exclusive"],
  ["journal_mode", "WAL", "wal"],
  ["synchronous", "FULL", 2],
  ["temp_store", "MEMORY", 2],
  // SQLite's own limit up to 3.44, kept: a damaged number of a page that is beyond it is refused, and not written to.
  ["max_page_count", 1_073_741_823, 1_073_741_823],
  // The log is moved into the database about every 4 MB; what a larger commit made of it is cut off again.
  ["wal_autocheckpoint", 1_000, 1_000],
  ["journal_size_limit", longestKeptLogBytes, longestKeptLogBytes],
];

/**
 * Opens the connection of the store: makes its settings, takes the exclusive lock on the file, and checks that the settings
 * were taken.
 *
 * @throws StoreError STORE_OPEN_FAILED when one was not; the driver's error when the file cannot be used.
 */
export async function openConfiguredConnection(path: string): Promise<SqliteConnection> {
  const connection = await openSqliteConnection(path, busyTimeoutMs, { mustExist: true });
  try {
    await configure(connection);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function configure(connection: SqliteConnection): Promise<void> {
  for (const [pragma, value] of connectionSettings) {
    await connection.query(`PRAGMA ${pragma} = ${value}`);
  }
  // From here on the exclusive lock on the file is held, and nobody else can even read it.
  await connection.query("BEGIN EXCLUSIVE");
  await connection.query("COMMIT");
  for (const [pragma, , expected] of [...connectionSettings, ["auto_vacuum", "INCREMENTAL", 2] as const]) {
    const found = pragmaValue(await connection.query(`PRAGMA ${pragma}`));
    if (found !== expected) {
      throw new StoreError(
        "STORE_OPEN_FAILED",
        `SQLite keeps ${pragma} at ${String(found)}, and the store needs ${String(expected)}.`,
      );
    }
  }
  await emptyLog(connection);
  for (const statement of [...batchTables, ...commitViews]) {
    await connection.query(statement);
  }
}

/**
 * Moves what an earlier connection left in the log into the database. Part of it may never have reached the disk,
 * if that connection died of a failed fsync, and what came behind such a part would be lost with it.
 */
async function emptyLog(connection: SqliteConnection): Promise<void> {
  try {
    await connection.query("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    // On a full disk sessions can still be read.
    if (sqliteCodeOf(error) !== "SQLITE_FULL") {
      throw error;
    }
  }
}
