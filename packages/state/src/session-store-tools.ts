import type { JsonValue } from "@alcove/plugin-api";
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
        /** How many commits have led to this. */
        readonly revision: number;
        /** When the session began; in milliseconds since 1970-01-01T00:00:00Z, as the other times. */
        readonly createdAtMs: number;
        /** When its last run was committed. */
        readonly lastActivityAtMs: number;
        /** From this moment on the session is gone, though it is listed until it is swept. */
        readonly expiresAtMs: number;
        /** Whether that moment has come, by the store's time. */
        readonly isExpired: boolean;
        /** How many runs were committed in the whole life of the session. */
        readonly runsCompleted: number;
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

/** A session with what is in it. */
export interface SessionDescription extends ListedSession {
  /** The states of its components by name; none of a session that is damaged or expired. */
  readonly components: readonly {
    /** The component's place and type, e.g. `functions.notepad:per-user-assistant/per_user_notepad`. */
    readonly name: string;
    /** The version of the plugin's state it was stored in. */
    readonly version: number;
    /** The length of the state as JSON. */
    readonly bytes: number;
    /** The state, in its stored form. */
    readonly value: JsonValue;
  }[];
  /** Its records by kind, which is what stands before the last slash of a name, e.g. `idempotency/reply`. */
  readonly records: readonly {
    /** What the names of these records have in common. */
    readonly kind: string;
    /** How many there are. */
    readonly count: number;
    /** The length of all their values together, as stored. */
    readonly bytes: number;
    /** How many of them cannot be read, and how many items of a list are missing. */
    readonly damaged: number;
  }[];
}

/** An entry that was read to verify it. */
export interface VerifiedEntry {
  /**
   * What the entry is called in the store; for `pages`, the last entry that could be found before them; for a list that
   * is short of items, what the names of all its items begin with.
   */
  readonly entry: string;
  /**
   * Whether it is a session with all its component states, or a record beside one. `pages` are a part of the file that is damaged so badly that
   * nobody can say which entries lie in it.
   */
  readonly kind: "session" | "record" | "pages";
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

/** Options of {@link SessionStoreTools.importSession}. */
export interface ImportOptions {
  /** The application the session is to belong to, whichever it was exported from. */
  readonly application: string;
  /** Whether it takes the place of a session the user has already. */
  readonly replace?: boolean;
}

/** What people who look after a store need. All of it works while the store serves. */
export interface SessionStoreTools {
  /** A page of sessions in the order of their entries' names, each read and checked. */
  list(list: SessionList): Promise<ListedSession[]>;

  /**
   * Reads every session and every record, and calls `onEntry` with each, and with each list that has fewer items than its
   * session says. Records are checked only of sessions that can be read. What is committed meanwhile may or may not be read.
   *
   * @throws StoreError STORE_FAILED when the medium fails.
   */
  verify(onEntry: (entry: VerifiedEntry) => void): Promise<Verification>;

  /**
   * Copies the whole store, as it is at one moment, into a file, which then is a store of its own. Owner-only. The file is
   * complete or not there at all; one that is there already is replaced only with `overwrite`, and never one that
   * belongs to a store.
   *
   * @throws StoreError BACKUP_FAILED; STORE_FAILED when the store has no copies; STORE_CLOSED when it is closed meanwhile.
   */
  backup(file: string, options?: { readonly overwrite?: boolean }): Promise<void>;

  /** One session with what is in it, damaged or expired ones too; `undefined` when there is none. */
  describeSession(key: SessionKey): Promise<SessionDescription | undefined>;

  /**
   * A session with its records as JSON text; `undefined` when there is none.
   *
   * @throws StoredStateError STATE_UNREADABLE when it, or a record of it, is damaged.
   */
  exportSession(key: SessionKey): Promise<string | undefined>;

  /**
   * Stores what `exportSession` gave, in this store or another one, in the session of `key`: a new one, or with `replace`
   * in the place of whatever is there. All or nothing.
   * It is one change, so other commits wait until it is stored.
   *
   * @throws StoreError EXPORT_INVALID for any other text, SESSION_EXPIRED when its time is over, SESSION_EXISTS when there
   * is a session and it is not to be replaced; whatever `SessionStore.commit` throws.
   */
  importSession(text: string, options: ImportOptions): Promise<SessionKey>;

  /**
   * Removes a session by the name of its entry, for those of which nobody can tell whose they are. Resolves to whether
   * there was one. What is no session's entry is never removed.
   */
  removeEntry(entry: string): Promise<boolean>;
}
