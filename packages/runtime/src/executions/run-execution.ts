import type { RecordChange } from "@alcove/state";
import type { Run } from "../runs/run.js";

/** A run that has begun, as its execution sees it: it can leave the user's turn to others while a person is asked. */
export interface ParkableRun {
  readonly run: Run;
  /** Gives back the user's turn, and everything else the run holds. */
  park(): void;
  /** Takes all of it again. Resolves to whether the user's session is as it was. @throws SHUTTING_DOWN, SESSION_QUEUE_FULL, RUN_ABORTED */
  unpark(): Promise<boolean>;
  /** Whether somebody has changed the session since the run was parked. */
  hasChanged(): boolean;
}

/** What a runner tells of its run, where that is, or may become, an execution. */
export interface RunExecution {
  /** A run has begun; called again for each time it begins again. */
  begin(run: ParkableRun): Promise<void>;
  /** Whether the run has to begin again, since the session changed while it was parked. */
  readonly mustBeginAgain: boolean;
  /** Whether a chunk is new, and not one that was sent before the run began again. @throws RUN_DIVERGED */
  isNewChunk(text: string): boolean;
  /** The run's code has ended. Resolves when the run holds the turn again. @throws whatever the run has to fail with all the same. */
  settle(): Promise<void>;
  /**
   * What is to be committed with the run; `undefined` for a run that has become no execution.
   *
   * @param resultText The JSON text of the reply body; `undefined` where the run has streamed.
   */
  recordsAtEnd(resultText: string | undefined): readonly RecordChange[] | undefined;
  /** The run is committed. */
  succeeded(): void;
  /** Somebody who ends the session waits for nothing but its run: it is given up, unless that is its caller's. */
  giveWay(): void;
  /** The run has failed, and nothing of it is stored. */
  failed(error: unknown): void;
}
