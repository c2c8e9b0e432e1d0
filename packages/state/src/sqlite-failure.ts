import type { WriteFailure } from "./write-failure.js";

const failures: Readonly<Record<string, WriteFailure>> = {
  SQLITE_BUSY: { kind: "busy", reason: "the database is locked", retryAfterSeconds: 1 },
  SQLITE_LOCKED: { kind: "busy", reason: "the database is locked", retryAfterSeconds: 1 },
  SQLITE_FULL: { kind: "suspect", code: "STORE_FULL", reason: "the disk is full", retryAfterSeconds: 10 },
  SQLITE_NOMEM: { kind: "suspect", reason: "memory is short", retryAfterSeconds: 10 },
  SQLITE_TOOBIG: {
    kind: "suspect",
    code: "STATE_TOO_LARGE",
    reason: "the session is larger than the database can hold",
  },
  SQLITE_CORRUPT: { kind: "suspect", reason: "the database file is damaged" },
  SQLITE_READONLY: { kind: "refused", reason: "the database file cannot be written", retryAfterSeconds: 10 },
  SQLITE_CANTOPEN: { kind: "refused", reason: "the database file cannot be opened", retryAfterSeconds: 10 },
  SQLITE_PERM: { kind: "refused", reason: "the database file cannot be written", retryAfterSeconds: 10 },
  SQLITE_NOTADB: { kind: "refused", reason: "the file is not an SQLite database" },
  SQLITE_MISUSE: { kind: "busy", reason: "the connection to the database is closed", retryAfterSeconds: 1 },
  // Writing or fsync failed half-way: the change may come to light when the write-ahead log is read again.
  SQLITE_IOERR: { kind: "unknown", reason: "the disk failed while the change was being written" },
};

/**
 * SQLite says that the disk is full, too, where a number in the file is taken for that of a page, and is higher than the
 * limit: https://sqlite.org/pragma.html#pragma_max_page_count
 */
const notReallyFull: WriteFailure = {
  kind: "suspect",
  reason: "the database file is damaged, unless its disk was full until a moment ago",
};

/** The log could not be made durable, so no connection was opened that could change anything. */
const refusedBySystem: WriteFailure = {
  kind: "refused",
  reason: "the database's write-ahead log cannot be written",
  retryAfterSeconds: 10,
};

/**
 * What an error of the SQLite driver, or of the file system before a connection is opened, means. Anything unheard-of is
 * taken for the fault of one entry.
 *
 * @param hasRoom Whether the disk has room; asked only where SQLite says that it is full.
 */
export function sqliteFailureOf(error: unknown, hasRoom: () => boolean): WriteFailure {
  const code = sqliteCodeOf(error);
  if (code === "SQLITE_FULL" && hasRoom()) {
    return notReallyFull;
  }
  if (code === undefined && error instanceof Error && "syscall" in error) {
    return refusedBySystem;
  }
  return (code === undefined ? undefined : failures[code]) ?? { kind: "suspect", reason: "the database refused it" };
}

/** The SQLite result code of an error, e.g. `SQLITE_BUSY`; `undefined` for an error that does not come from SQLite. */
export function sqliteCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") {
    return undefined;
  }
  return /^SQLITE_[A-Z]+/.exec(error.code)?.[0];
}
