import type { Run } from "./run.js";
import type { RunAbort } from "./run-abort.js";

/** A run that has begun: it holds the user's turn and a slot until it is committed or rolled back. */
export interface RunLease {
  readonly run: Run;
  /** Ends the run and makes its changes durable. Rolls back by itself when that fails. */
  commit(): Promise<void>;
  /** Ends the run and discards its changes. Does nothing after {@link commit}. */
  rollback(): void;
}

/** Begins a run. Waits for the user's turn and for a slot; wakes the session up. */
export type BeginRun = (request: BeginRunRequest) => Promise<RunLease>;

/** What a runner knows when it begins a run. */
export interface BeginRunRequest {
  readonly facts: Run["facts"];
  readonly events: Run["events"];
  /** Aborted by the runner when its caller gives up, and by the session manager when the process stops. */
  readonly abort: RunAbort;
}
