import type { JsonValue } from "@alcove/plugin-api";
import type { StoreFigures } from "./store-figures.js";

/** Whose session: one user's in one application. Both parts may hold any characters, and be of any length. */
export interface SessionKey {
  /** `general.application` of the configuration. */
  readonly application: string;
  /** The user id an identity provider derived. */
  readonly userId: string;
}

/** A component's state as it was stored. */
export interface StoredComponentState {
  /** The version of the component's state declaration that wrote it. */
  readonly version: number;
  /** Parsed afresh for each `load`; nobody else holds it. A key `__proto__` is an ordinary own property of it. */
  readonly state: JsonValue;
  /**
   * In which revision it was stored last, where the store can leave it where it is for as long as it does not change;
   * `undefined` where the next commit stores it again in any case.
   */
  readonly changedInRevision: number | undefined;
}

/** The sequence numbers of what is in a list whose items are records beside the session. */
export interface SequenceRange {
  /** The number of the oldest item; `next` when there is none. */
  readonly first: number;
  /** The number the next item gets. */
  readonly next: number;
}

/** A session as the store holds it. All times are milliseconds since 1970-01-01T00:00:00Z. */
export interface StoredSession {
  /** How many commits have led to this; at least 1. */
  readonly revision: number;
  /** When the session began. */
  readonly createdAtMs: number;
  /** When its last run was committed. */
  readonly lastActivityAtMs: number;
  /** From this moment on the session is expired. */
  readonly expiresAtMs: number;
  /** How many runs were committed in the whole life of the session. */
  readonly runsCompleted: number;
  /** By component name, in the order of the commit; also of components the configuration no longer has. */
  readonly components: ReadonlyMap<string, StoredComponentState>;
  /** The lists whose items are records of the session, by name. */
  readonly collections: ReadonlyMap<string, SequenceRange>;
}

/** A component's state as it is to be stored. */
export interface CommittedComponentState {
  /** The version of the component's state declaration. */
  readonly version: number;
  /** The state as JSON text. It is stored as it stands, so it has to be what `JSON.stringify` gives. */
  readonly json: string;
  /** How many characters `json` has, where that is known without making it. */
  readonly jsonLength?: number;
  /**
   * The revision whose commit brought version and text as they are now: this commit's own (also when left out), or for
   * what has not changed since, that of the earlier commit, or what `load` said. A store need not write the latter again.
   */
  readonly changedInRevision?: number | undefined;
}

/**
 * A change of the records beside a session: entries of their own below it, that are committed with it and go with it, such as
 * `collection/notes/0000000012`. A name may hold any characters; its stored form (one character for each of `!` to `}`,
 * five for each other UTF-16 code unit) may have 1,000 characters. Names are in the order of their UTF-16 code units.
 */
export type RecordChange =
  | {
      readonly kind: "put";
      /** What the record is called below its session. */
      readonly name: string;
      /** The value as `JSON.stringify` gives it. */
      readonly json: string;
      /** When the record is gone even though its session is not; in milliseconds since 1970-01-01T00:00:00Z. */
      readonly expiresAtMs?: number;
    }
  | { readonly kind: "remove"; readonly name: string }
  | {
      readonly kind: "remove-range";
      /** The first name to remove. */
      readonly from: string;
      /** The first name to keep again. */
      readonly to: string;
    };

/** A record as it was stored. */
export interface StoredRecord {
  /** The path below the session it was stored under. */
  readonly name: string;
  /** Parsed afresh for each call; nobody else holds it. */
  readonly value: unknown;
}

/** Which records {@link SessionStore.pageRecords} and {@link SessionStore.pageRecordNames} read. */
export interface RecordPage {
  /** Only names that begin with this. */
  readonly prefix: string;
  /** The name to begin at, itself included if it is there; from the first or the last name on when left out. */
  readonly from?: string;
  /** `forward`: in the order of the names; `backward`: the other way round. */
  readonly direction: "forward" | "backward";
  /** At most so many; at least 1. */
  readonly limit: number;
  /** Reads also when the session has expired: for a run that began before, and that is going to commit. */
  readonly evenIfSessionExpired?: boolean;
}

/**
 * The beginning of the names of signposts: records that are found without knowing whose they are, so that whoever starts finds
 * unfinished business without a look at every session. The value of one is an object that names its session in
 * `application` and `user_id`.
 */
export const signpostPrefix = "signpost/";

/** Which signposts {@link SessionStore.pageSignposts} reads. */
export interface SignpostPage {
  /** Only those of this application. */
  readonly application: string;
  /** What the page before has said; the first page when left out. */
  readonly from?: string | undefined;
  /** At most so many are looked at; at least 1. */
  readonly limit: number;
}

/** Signposts that were found. */
export interface FoundSignposts {
  /** In which sessions they stand, and their names. Those of sessions that are over, and damaged ones, are left out. */
  readonly signposts: readonly { readonly key: SessionKey; readonly name: string }[];
  /** Where the next page begins; `undefined` when there is none. */
  readonly next: string | undefined;
}

/**
 * The whole next content of one session. A component it leaves out is gone; records are kept, but for the changes it
 * names.
 */
export interface SessionCommit {
  /** Whose session it is. */
  readonly key: SessionKey;
  /**
   * The revision this change was based on; 0 for a new session, where nothing is stored or only something expired. What
   * is stored afterwards has this revision plus one.
   */
  readonly expectedRevision: number;
  /** When the session began; the same in every commit of it. */
  readonly createdAtMs: number;
  /** When this run ended. */
  readonly lastActivityAtMs: number;
  /** From this moment on the session is expired. */
  readonly expiresAtMs: number;
  /** How many runs were committed, this one included. */
  readonly runsCompleted: number;
  /** Every state of the session by component name, the unchanged ones and those of unconfigured components included. */
  readonly components: ReadonlyMap<string, CommittedComponentState>;
  /**
   * The components as they are stored in the expected revision, if the caller still has them. It spares the store
   * looking for what it has to remove of components that are gone, or have become small.
   */
  readonly replaces?: ReadonlyMap<string, CommittedComponentState> | undefined;
  /** Every list whose items are records, by name; none when left out. */
  readonly collections?: ReadonlyMap<string, SequenceRange>;
  /** Take effect one after the other, together with the rest of the commit or not at all. */
  readonly records?: readonly RecordChange[];
}

/**
 * What a store promises; nobody may count on what is not promised. The contract suite of `@alcove/testing` says which of it
 * can be checked there.
 */
export interface SessionStorePromises {
  /** What was committed survives the end of the process and of the machine's power. */
  readonly durable: boolean;
  /** Commits that are written together are stored together or not at all, whatever happens in the middle. */
  readonly atomicBatches: boolean;
  /** No second process (and no second store in this one) can write while this one is open. */
  readonly exclusive: boolean;
}

/**
 * Where sessions are while they are not in memory.
 *
 * A store is safe to call concurrently. Calls that change one session take effect in the order in which they were made.
 * It keeps nothing of any session in memory. After `close` every call but `close` fails with `STORE_CLOSED`.
 */
export interface SessionStore {
  /** What may be counted on. */
  readonly promises: SessionStorePromises;
  /** Where the sessions are, for people, e.g. the absolute path of the database. */
  readonly place: string;
  /** What it has done since it was opened. Always the same object, whose numbers grow. */
  readonly figures: StoreFigures;

  /**
   * The store's time in whole milliseconds since 1970-01-01T00:00:00Z. It never runs backwards, and is never before a
   * time the store has recorded, also after a restart and after the machine's clock was set back. Whoever decides about
   * a session's expiry has to use it.
   */
  nowMs(): number;

  /**
   * Reads a session from where it is stored. `undefined` when there is none, or it is expired.
   *
   * @throws StoredStateError STATE_UNREADABLE for a damaged entry, which is kept as it is; StoreError STORE_FAILED.
   */
  load(key: SessionKey): Promise<StoredSession | undefined>;

  /**
   * Stores the next content of a session, and resolves when that is durable (as far as the store promises it).
   *
   * A commit based on revision n is taken only while revision n is stored, even when it has expired since, so that
   * a run that outlasts the timeout is not lost. A session that was removed or swept does not come back.
   *
   * @throws StoreError STORE_CONFLICT when another revision (or none) is stored, STATE_TOO_LARGE, STORE_FULL or
   * STORE_FAILED: nothing was changed; OUTCOME_UNKNOWN: load the session to learn what is stored. TypeError when a number
   * is not whole, or negative.
   */
  commit(commit: SessionCommit): Promise<void>;

  /**
   * Changes records of a session, and nothing else of it: neither its revision nor its times. Resolves to whether there is
   * such a session, when the change is durable; all of the changes take effect, or none.
   *
   * @param evenIfSessionExpired Changes them also when the session has expired: for a run that began before.
   * @throws StoreError STATE_TOO_LARGE, STORE_FULL, STORE_FAILED: nothing was changed; OUTCOME_UNKNOWN.
   */
  changeRecords(key: SessionKey, changes: readonly RecordChange[], evenIfSessionExpired?: boolean): Promise<boolean>;

  /**
   * Reads signposts, in an order of the store's own. One may be named twice.
   *
   * @throws StoreError STORE_FAILED.
   */
  pageSignposts(page: SignpostPage): Promise<FoundSignposts>;

  /**
   * Stores a little of the store's own, as a commit would be, to find out whether it takes changes.
   *
   * @throws StoreError as {@link commit}, but for STORE_CONFLICT and STATE_TOO_LARGE; STORE_CLOSED.
   */
  checkWritable(): Promise<void>;

  /**
   * Reads one record of a session. `undefined` when there is none, or it or its session is expired.
   *
   * @throws StoredStateError STATE_UNREADABLE for a damaged one, which is kept as it is; StoreError STORE_FAILED.
   */
  readRecord(key: SessionKey, name: string): Promise<unknown>;

  /**
   * Reads records of a session in the order of their names; none when the session is not there, or expired (unless the page
   * says otherwise).
   *
   * @throws StoredStateError STATE_UNREADABLE when one of them is damaged; StoreError STORE_FAILED.
   */
  pageRecords(key: SessionKey, page: RecordPage): Promise<StoredRecord[]>;

  /**
   * As {@link pageRecords}, but only their names, also those of damaged ones: for whoever goes through records of several users,
   * one of which must not be in the way of the others.
   *
   * @throws StoreError STORE_FAILED.
   */
  pageRecordNames(key: SessionKey, page: RecordPage): Promise<string[]>;

  /**
   * How many bytes are stored of a session: its own text, the states of its components, and its records, those that have expired not
   * counted; 0 when there is none. Reads no values, and in steps, so that nobody waits for a session that has many.
   *
   * @param of Counts only the records that these changes would remove or replace, and nothing else.
   * @throws StoreError STORE_FAILED.
   */
  measure(key: SessionKey, of?: readonly RecordChange[]): Promise<number>;

  /**
   * Removes a session and its records, expired or damaged ones too. Resolves to whether there was such a session, when
   * nothing of it is in the store any more; commits of others are written meanwhile. Where the medium fails after the
   * session itself is removed, the next sweep removes what is left, which nobody sees.
   */
  remove(key: SessionKey): Promise<boolean>;

  /**
   * Removes at most `limit` entries whose time was over when it was called: sessions, those expired for longest first, then
   * records. Resolves to how many. Fewer than `limit` means that none is left; call again until then.
   * A session's records are gone for everybody at once with the session, and from the medium step by step.
   *
   * @param inUse sessions to leave alone, because a run of theirs began before they expired and is going to commit.
   */
  sweep(limit: number, inUse?: Iterable<SessionKey>): Promise<number>;

  /** How many sessions are stored and not expired. */
  count(): Promise<number>;

  /** Finishes what was asked for before, and lets go of everything. Idempotent; later calls wait for the first. */
  close(): Promise<void>;
}
