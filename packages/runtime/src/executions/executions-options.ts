import type { Logger } from "@alcove/plugin-api";
import type { SessionStore } from "@alcove/state";
import type { FunctionPlan } from "../plan/application-plan.js";
import type { RunRequest } from "../runs/run-facts.js";
import type { Session } from "../sessions/session.js";
import type { UserRecords } from "./execution-ledger.js";

/** What executions need of sessions. */
interface ExecutionSessions {
  /** The records of a user, in whatever session that has. */
  userRecords(userId: string): UserRecords;
  /** Keeps a user's session going while an execution is on its way. Returns the end of it. */
  keep(userId: string): () => void;
  /** As `SessionManager.session`. */
  session(options: { readonly userId: string }): Session;
}

/** Options of `Executions`. */
export interface ExecutionsOptions {
  readonly application: string;
  readonly workflow: FunctionPlan;
  readonly store: SessionStore;
  readonly sessions: ExecutionSessions;
  readonly logger: Logger;
  /** How many jobs may run at once. */
  readonly maxRunningJobs: number;
  /** How many unfinished jobs and executions a user may have. */
  readonly maxPerUser: number;
}

/** A job that is to be done. */
export interface JobRequest {
  /** Whose job it is. */
  readonly userId: string;
  /** What the user calls it; a new UUID if left out. */
  readonly id?: string | undefined;
  /** The workflow's input. */
  readonly input: unknown;
  /** What its run is to know of the request that submits it; kept with the job. */
  readonly request: RunRequest;
  /** How long it is kept once it is finished, and its session lasts. */
  readonly expiryMs: number;
}
