import type { SessionAdministration } from "./control/session-administration.js";

/** What the owner of a session can do with it. Each method takes the owner's user id. */
export type StoredSessions = Pick<SessionAdministration, "describe" | "export" | "delete">;
