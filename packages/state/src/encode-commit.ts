import { sessionEntryKey } from "./entry-keys.js";
import { storedRecordChanges } from "./record-changes.js";
import type { SessionCommit } from "./session-store.js";
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
      assertWithin(maxSessionBytes, "A record of the session", text);
    }
  }
  return { key, text: session.text, head: session.head, isNew: commit.expectedRevision === 0, records };
}
