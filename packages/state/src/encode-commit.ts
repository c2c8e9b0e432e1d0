import { sessionEntryKey } from "./entry-keys.js";
import { type ComponentRowChanges, type StoredRecordChanges, storedRecordChanges } from "./record-changes.js";
import type { RecordChange, SessionCommit } from "./session-store.js";
import { assertWithin } from "./size-limit.js";
import { encodeSession } from "./stored-session.js";
import type { QueuedEntry } from "./write-queue.js";

/** Options of {@link encodeCommit}. */
export interface CommitEncoding {
  /** How long a session's text, and that of each of its records, may be. */
  readonly maxSessionBytes: number;
  /** Whether large components get rows of their own. */
  readonly usesComponentRows: boolean;
}

const none = [] as const;
const noComponentRows: ComponentRowChanges = { rows: new Map(), keptRows: undefined };
const nothing: StoredRecordChanges = {
  removed: none,
  removedRanges: none,
  put: noComponentRows.rows,
  keptRows: undefined,
};
const recordWords = "A record of the session";

/**
 * Everything a commit writes, as texts.
 *
 * @throws StoreError STATE_TOO_LARGE; TypeError for what is no commit.
 */
export function encodeCommit(
  commit: SessionCommit,
  { maxSessionBytes, usesComponentRows }: CommitEncoding,
): QueuedEntry {
  const key = sessionEntryKey(commit.key);
  const session = encodeSession(key, commit, usesComponentRows);
  assertWithin(maxSessionBytes, "The session", session.text, session.inRows);
  const records = storedRecordChanges(key, commit.records ?? none, session);
  for (const [name, text] of records?.put ?? none) {
    if (!session.rows.has(name)) {
      assertWithin(maxSessionBytes, recordWords, text);
    }
  }
  return { key, text: session.text, head: session.head, isNew: commit.expectedRevision === 0, records };
}

/**
 * Changes of records alone, as texts.
 *
 * @throws StoreError STATE_TOO_LARGE; TypeError for a name that is too long.
 */
export function encodeRecordChanges(
  entryKey: string,
  changes: readonly RecordChange[],
  maxRecordBytes: number,
): StoredRecordChanges {
  const records = storedRecordChanges(entryKey, changes, noComponentRows) ?? nothing;
  for (const text of records.put.values()) {
    assertWithin(maxRecordBytes, recordWords, text);
  }
  return records;
}
