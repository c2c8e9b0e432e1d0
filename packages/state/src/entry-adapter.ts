import type { StoredRecordChanges } from "./record-changes.js";
import type { EntryHead } from "./stored-entry.js";
import type { FoundSession } from "./stored-session.js";
import type { WriteFailure } from "./write-failure.js";

/** An entry on its way to the adapter. */
export interface EntryToStore {
  readonly key: string;
  readonly value: string;
  /** What the value says about itself. */
  readonly head: EntryHead;
  /** The number of the room of a session that begins with this entry; the higher, the later. */
  readonly room?: number | undefined;
  /** Whether it is taken whatever is stored, as the beginning of a session. */
  readonly replacesAnything?: boolean | undefined;
  /** What changes in the session's records, if the entry is taken. */
  readonly records?: StoredRecordChanges | undefined;
}

/** Which expired entries to remove. */
export interface ExpiredEntries {
  /** Everything that expires at this time or earlier. */
  readonly expiredAtMs: number;
  readonly limit: number;
  /** Keys of sessions to leave alone. */
  readonly except: readonly string[];
}

/** Which records of a session to read: those between two stored names, both included. */
export interface RecordRange {
  readonly sessionKey: string;
  readonly from: string;
  readonly to: string;
  readonly direction: "forward" | "backward";
  readonly limit: number;
  /** Records that expired at this time or earlier are passed over; none are when it is left out. */
  readonly expiredAtMs?: number;
}

/** An entry as it was found, whatever that is. */
export interface FoundEntry {
  readonly name: string;
  readonly value: unknown;
}

/** A session's entry as it was found, with its component rows. */
export interface FoundSessionEntry extends FoundSession {
  readonly name: string;
}

/** What was found of a session's records. */
export interface FoundRecords {
  /** When the session expires. */
  readonly sessionExpiresAtMs: number;
  readonly records: readonly FoundEntry[];
}

/** Of which session how much is stored, and when. */
export interface MeasuredSession {
  readonly sessionKey: string;
  /** Measures only records of these names, each from the first up to, but without, the second; everything when left out. */
  readonly stretches?: readonly (readonly [from: string, before: string])[] | undefined;
  /** Records that expired at this time or earlier are not counted. */
  readonly expiredAtMs: number;
}

/** Which signposts to read: from the first one on, or those behind a place. */
export interface SignpostRange {
  readonly behind: string | undefined;
  readonly limit: number;
}

/** A signpost as it was found, by its stored name. */
export interface FoundSignpost extends FoundEntry {
  readonly place: string;
}

/** Which sessions' entries to read: in the order of their keys, which are greater and less than the two given. */
export interface SessionRange {
  readonly above: string;
  readonly below: string;
  readonly limit: number;
}

/**
 * What the session store needs of a Keyv adapter beyond Keyv's own interface.
 *
 * An entry with revision n is taken only where revision n - 1 is stored; revision 1 also where nothing is stored, or
 * something expired; an entry without revision always. (Keyv itself has no such condition.)
 */
export interface EntryAdapter {
  /** How many entries may be in one call of `setMany`, the store's own entry not counted. */
  readonly maxEntriesPerBatch: number;
  /** Whether large components get rows of their own. Only where an entry and its records are stored all or none. */
  readonly usesComponentRows: boolean;
  /** Rejects with a StoredStateError when the entry is there, and what stands beside it contradicts it. */
  get(key: string): Promise<unknown>;
  /** A session's entry with its component rows, as they are at one moment. Rejects as `get` does. */
  getSession(key: string): Promise<FoundSession | undefined>;
  /**
   * Stores entries of different keys, in order, each with what it changes in its session's records; resolves to
   * whether each was taken. A session that begins has no records but those that it brings.
   */
  setMany(entries: readonly EntryToStore[]): Promise<boolean[]>;
  /**
   * Changes records of a session, all or none; resolves to whether there is a session that expires later than
   * `expiredAtMs`, or at all when that is left out.
   */
  changeRecords(sessionKey: string, changes: StoredRecordChanges, expiredAtMs: number | undefined): Promise<boolean>;
  /** Removes a session's entry, and its records from sight. Resolves to whether there was such an entry. */
  delete(key: string): Promise<boolean>;
  /** Removes expired entries, the earliest first, and records that are left over; resolves to how many. */
  deleteExpired(expired: ExpiredEntries): Promise<number>;
  /** Gives a little of the free space back to the file system; resolves to whether there may be more. */
  giveSpaceBack(): Promise<boolean>;
  /** How many sessions expire later than a time. */
  countExpiringAfter(timeMs: number): Promise<number>;
  /** How many sessions have outlived their expiry by their index, but not by what they say themselves. */
  countMisdated(timeMs: number): Promise<number>;
  /** `undefined` when there is no such session. Rejects with a StoredStateError as `get` does. */
  readRecords(range: RecordRange): Promise<FoundRecords | undefined>;
  /** How many bytes are stored; 0 when there is no such session. The stretches do not overlap. */
  measure(session: MeasuredSession): Promise<number>;
  /** Signposts in the order of their places, also those of sessions that are no more. */
  readSignposts(range: SignpostRange): Promise<readonly FoundSignpost[]>;
  readSessions(range: SessionRange): Promise<readonly FoundSessionEntry[]>;
  /** The highest room number in use; 0 when there is none. May read everything. */
  highestRoom(): Promise<number>;
  /**
   * Copies everything into a new file, as it is at one moment, while the adapter goes on being used. Rejects with an
   * UnwritableCopyError where the file cannot be written.
   */
  copyTo(file: string): Promise<void>;
  disconnect(): Promise<void>;
  /** What an error that one of the others threw means. */
  failureOf(error: unknown): WriteFailure;
}
