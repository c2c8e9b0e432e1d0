import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "@alcove/plugin-api";
import { z } from "zod";
import { openSqliteConnection } from "./sqlite-connection.js";

/** The table that holds the entries. */
export const entriesTable = "entries";

/** "Alcv" in ASCII. Tells a database of Alcove from others. */
const applicationId = 0x416c6376;
const schemaVersion = 1;
const busyTimeoutMs = 500;

const pragmaRowsSchema = z.tuple([z.record(z.string(), z.unknown())]);

/**
 * Makes sure that `path` is a database of Alcove: creates it where there is none (or an empty file), owner-only, and
 * complete or not at all; checks it where there is one. Only the holder of the store's lock may call this.
 *
 * @throws StoreError STORE_OPEN_FAILED for anything else that lies there; the driver's error when it cannot be read.
 */
export async function prepareDatabaseFile(path: string): Promise<void> {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) {
    await createDatabaseFile(path);
  } else {
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
    // The value comes last, so that revision and expiry of a large entry are read without going through its text.
    await connection.query(
      `CREATE TABLE ${entriesTable}(key TEXT PRIMARY KEY NOT NULL, expires_at INTEGER, revision INTEGER, value TEXT NOT NULL)`,
    );
    await connection.query(
      `CREATE INDEX ${entriesTable}_by_expiry ON ${entriesTable}(expires_at) WHERE expires_at IS NOT NULL`,
    );
    await connection.query("COMMIT");
  } finally {
    await connection.close();
  }
  renameSync(unfinished, path);
  syncFolder(dirname(path));
}

async function checkDatabaseFile(path: string): Promise<void> {
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
    if (foundVersion !== schemaVersion) {
      throw new StoreError(
        "STORE_OPEN_FAILED",
        `${path} has version ${String(foundVersion)} of the database schema, and this version of Alcove knows version ${schemaVersion} only. Install the version of Alcove that wrote it.`,
      );
    }
  } finally {
    await connection.close();
  }
}

/** The value of a pragma, from the one row with the one column that it answers with. */
export function pragmaValue(rows: unknown): unknown {
  return Object.values(pragmaRowsSchema.parse(rows)[0])[0];
}

/** Makes a renamed file's new name durable. Some systems cannot open a folder; they need not. */
function syncFolder(folder: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(folder, "r");
  } catch {
    return;
  }
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
