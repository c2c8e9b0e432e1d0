import type { LogFields } from "@alcove/plugin-api";
import type { ListedSession, SessionDescription, SessionKey, Verification, VerifiedEntry } from "@alcove/state";

/**
 * What whoever looks after an application can do with its sessions: on the store itself, or through the server that has
 * the store open. Every method also throws what the store throws.
 */
export interface SessionAdministration {
  /** The application's sessions in the order of their entries' names, damaged and expired ones too; at most `limit`, if there is one. */
  list(limit: number | undefined): AsyncIterable<ListedSession>;
  /** One session with what is in it. @throws SESSION_NOT_FOUND. */
  describe(userId: string): Promise<SessionDescription>;
  /** A session with its records as JSON text, as it was committed last. @throws SESSION_NOT_FOUND, STATE_UNREADABLE. */
  export(userId: string): Promise<string>;
  /** Stores an exported session in this application. @throws SESSION_EXISTS unless it is to be replaced, SESSION_EXPIRED, EXPORT_INVALID, SESSION_BUSY. */
  import(text: string, replace: boolean): Promise<SessionKey>;
  /**
   * Ends a session and removes it with its records. @throws SESSION_NOT_FOUND, SESSION_BUSY.
   *
   * @param logged What the line of the log about it says, beside whose session it was: which request asked for it, say.
   */
  delete(userId: string, logged?: LogFields): Promise<void>;
  /** As {@link delete}, by the name of the session's entry. @throws SESSION_NOT_FOUND, SESSION_BUSY. */
  deleteEntry(entry: string): Promise<void>;
  /** Reads and checks every entry of the store, and calls `onDamaged` with the damaged ones. Ends when the signal aborts. */
  verify(onDamaged: (entry: VerifiedEntry) => void, signal?: AbortSignal): Promise<Verification>;
  /** Copies the whole store into a file; the path is absolute. @throws BACKUP_FAILED. */
  backup(file: string, overwrite: boolean): Promise<void>;
}

/** Runs the workflow for a user; resolves to the JSON text of the reply, once it is durable. */
export type RunWorkflow = (userId: string, input: string, signal: AbortSignal) => Promise<string>;
