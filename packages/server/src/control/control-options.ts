import type { Logger } from "@alcove/plugin-api";
import type { RunWorkflow, SessionAdministration } from "./session-administration.js";

/** What the control server is made of. */
export interface ControlOptions {
  /** The name of the application; requests that mean another one are refused. */
  readonly application: string;
  /** Looks after the application's sessions while it is served. */
  readonly administration: SessionAdministration;
  /** Runs the application's workflow. */
  readonly run: RunWorkflow;
  /** Gets errors. */
  readonly logger: Logger;
}
