import type { SessionKey } from "./session-store.js";

/** A session as a list of them shows it. All times are milliseconds since 1970-01-01T00:00:00Z. */
export interface ListedSession {
  /** What the entry is called in the store; the place to go on after. */
  readonly entry: string;
  /** `undefined` for a damaged one with a very long name, of which only a hash can be read. */
  readonly key: SessionKey | undefined;
  /** The length of the stored text in bytes, with all component states, its records not counted. */
  readonly bytes: number;
  /** The figures, as far as they can be believed; `undefined` for a damaged one. */
  readonly figures:
    | {
        readonly revision: number;
        readonly createdAtMs: number;
        readonly lastActivityAtMs: number;
        /** From this moment on the session is gone, though it is listed until it is swept. */
        readonly expiresAtMs: number;
      }
    | undefined;
  /** What is wrong with it, if something is. It is kept, not served, and can be removed. */
  readonly damaged: string | undefined;
}

/** Which sessions {@link SessionStoreTools.list} gives. */
export interface SessionList {
  /** Of this application only; of all when left out. */
  readonly application?: string;
  /** Those that come after the entry of this name. */
  readonly after?: string;
  /** At most so many; fewer mean that it is the last page. */
  readonly limit: number;
}

/** An entry that was read to verify it. */
export interface VerifiedEntry {
  /** What the entry is called in the store. */
  readonly entry: string;
  /** Whether it is a session with all its component states, or a record beside one. */
  readonly kind: "session" | "record";
  /** How large it is. */
  readonly bytes: number;
  /** What is wrong with it, if something is. */
  readonly damaged: string | undefined;
}

/** How a verification ended. */
export interface Verification {
  /** How many entries were read. */
  readonly entries: number;
  /** How many of them are damaged. */
  readonly damaged: number;
}

/** What people who look after a store need. All of it works while the store serves. */
export interface SessionStoreTools {
  /** A page of sessions in the order of their entries' names, each read and checked. */
  list(list: SessionList): Promise<ListedSession[]>;

  /**
   * Reads every session and every record, and calls `onEntry` with each. Records are checked only of sessions that can be
   * read. What is committed meanwhile may or may not be read.
   *
   * @throws StoreError STORE_FAILED when the medium fails.
   */
  verify(onEntry: (entry: VerifiedEntry) => void): Promise<Verification>;

  /**
   * Copies the whole store, as it is at one moment, into a new file, which then is a store of its own. Owner-only.
   *
   * @throws StoreError STORE_FAILED when the file is there already, or cannot be written, or the store has no copies.
   */
  backup(file: string): Promise<void>;

  /**
   * A session with its records as JSON text; `undefined` when there is none.
   *
   * @throws StoredStateError STATE_UNREADABLE when it, or a record of it, is damaged.
   */
  exportSession(key: SessionKey): Promise<string | undefined>;

  /**
   * Stores what `exportSession` gave, in this store or another one, as a new session with revision 1.
   *
   * @throws StoreError STORE_CONFLICT when the session is there already; StoredStateError STATE_UNREADABLE for any other text.
   */
  importSession(text: string): Promise<SessionKey>;
}
