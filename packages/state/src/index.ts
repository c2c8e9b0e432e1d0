export { createKeyvSessionStore, type KeyvSessionStoreOptions } from "./create-keyv-session-store.js";
export type { KeyvEntryStorage } from "./guarded-adapter.js";
export type {
  CommittedComponentState,
  RecordChange,
  RecordPage,
  SequenceRange,
  SessionCommit,
  SessionKey,
  SessionStore,
  SessionStorePromises,
  StoredComponentState,
  StoredRecord,
  StoredSession,
} from "./session-store.js";
export type {
  ListedSession,
  SessionList,
  SessionStoreTools,
  Verification,
  VerifiedEntry,
} from "./session-store-tools.js";
export {
  openSqliteSessionStore,
  type SqliteSessionStore,
  type SqliteSessionStoreOptions,
} from "./sqlite-session-store.js";
