export { createKeyvSessionStore, type KeyvSessionStoreOptions } from "./create-keyv-session-store.js";
export { Distribution, durationBoundsMs } from "./distribution.js";
export { sessionKeyOf } from "./entry-keys.js";
export { exportedSessionSchema, userIdOfExport } from "./exported-session.js";
export type { KeyvEntryStorage } from "./guarded-adapter.js";
export { itemRecordKind, itemRecordName } from "./item-records.js";
export {
  type CommittedComponentState,
  type FoundSignposts,
  type RecordChange,
  type RecordPage,
  type SequenceRange,
  type SessionCommit,
  type SessionKey,
  type SessionStore,
  type SessionStorePromises,
  type SignpostPage,
  type StoredComponentState,
  type StoredRecord,
  type StoredSession,
  signpostPrefix,
} from "./session-store.js";
export type {
  ImportOptions,
  ListedSession,
  SessionDescription,
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
export type { StoreFigures, WriteAttempt } from "./store-figures.js";
