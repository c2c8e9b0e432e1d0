import { sqliteCodeOf } from "./sqlite-failure.js";

const reasons: Readonly<Record<string, string>> = {
  SQLITE_FULL: "the disk it is on is full",
  SQLITE_READONLY: "its file cannot be written",
  SQLITE_CANTOPEN: "its file cannot be opened",
  SQLITE_PERM: "its file cannot be written",
  SQLITE_IOERR: "a disk failed while it was being copied",
};

/** Why a copy of a store could not be written, to follow a colon, where the store itself is not to blame. */
class UnwritableCopyError extends Error {
  override readonly name = "UnwritableCopyError";
}

/** What an error in the middle of a copy means: an {@link UnwritableCopyError}, or the error itself where the store is to blame. */
export function copyErrorOf(error: unknown): unknown {
  const code = sqliteCodeOf(error);
  const reason = code === undefined ? undefined : reasons[code];
  return reason === undefined ? error : new UnwritableCopyError(reason, { cause: error });
}

/** Passes on as a value why a copy could not be written; throws every other error. */
export function unwritableItself(error: unknown): UnwritableCopyError {
  if (error instanceof UnwritableCopyError) {
    return error;
  }
  throw error;
}
