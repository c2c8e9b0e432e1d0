export { createKeyvSessionStore, type KeyvSessionStoreOptions } from "./create-keyv-session-store.js";
export type { KeyvEntryStorage } from "./guarded-adapter.js";
export type {
  CommittedComponentState,
  SessionCommit,
  SessionKey,
  SessionStore,
  SessionStorePromises,
  StoredComponentState,
  StoredSession,
} from "./session-store.js";
export { openSqliteSessionStore, type SqliteSessionStoreOptions } from "./sqlite-session-store.js";
