import type { ListedSession } from "@alcove/state";
import type { SessionAdministration } from "./control/session-administration.js";

/** Which stored sessions a page of them shows. */
export interface SessionPage {
  /** At most so many; fewer mean that it is the last page. */
  readonly limit: number;
  /** The entry after which to go on; from the first one on where it is left out. */
  readonly after?: string;
}

/** What users can do with their own session, and operators with those of others. */
export interface StoredSessions extends Pick<SessionAdministration, "describe" | "export" | "delete"> {
  /** A page of the application's sessions in the order of their entries' names, damaged and expired ones too. */
  page(page: SessionPage): Promise<readonly ListedSession[]>;
}
