import type { WriteFailure } from "./write-failure.js";

/** An entry as Keyv hands it to its adapter. */
export interface KeyvEntryText {
  readonly key: string;
  readonly value: string;
}

/** Which expired entries to remove. */
export interface ExpiredEntries {
  /** Everything that expires at this time or earlier. */
  readonly expiredAtMs: number;
  readonly limit: number;
  /** Keys to leave alone. */
  readonly except: readonly string[];
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
  get(key: string): Promise<unknown>;
  /** Stores entries of different keys, in order; resolves to whether each was taken. */
  setMany(entries: readonly KeyvEntryText[]): Promise<boolean[]>;
  /** Resolves to whether there was such an entry. */
  delete(key: string): Promise<boolean>;
  /** Removes expired entries, the earliest first; resolves to how many. */
  deleteExpired(expired: ExpiredEntries): Promise<number>;
  /** How many entries expire later than a time. */
  countExpiringAfter(timeMs: number): Promise<number>;
  disconnect(): Promise<void>;
  /** What an error that one of the others threw means. */
  failureOf(error: unknown): WriteFailure;
}
