import { AlcoveError } from "@alcove/plugin-api";
import { Distribution, durationBoundsMs } from "@alcove/state";

/** How the result of a run was asked for. */
export type RunKind = "single" | "stream";

/** How a run ended. `cancelled`: given up by its caller or by a shutdown, and not by a fault of its own. */
export type RunOutcome = "completed" | "failed" | "cancelled";

/** What has become of the runs of a process. Nothing in it belongs to a user. */
export class RunFigures {
  /** How many runs ended, by kind and outcome. A request that was refused for its input was no run. */
  readonly ended: Readonly<Record<RunKind, Record<RunOutcome, number>>> = {
    single: { completed: 0, failed: 0, cancelled: 0 },
    stream: { completed: 0, failed: 0, cancelled: 0 },
  };
  /** How long they took, waiting and commit included, by kind. */
  readonly durationsMs: Readonly<Record<RunKind, Distribution>> = {
    single: new Distribution(durationBoundsMs),
    stream: new Distribution(durationBoundsMs),
  };
  /** How long those waited that could not begin at once. */
  readonly waitsMs = new Distribution(durationBoundsMs);
  #waiting = 0;
  #replays = 0;

  /** How many wait at present, for their user's turn or for a slot. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many requests got the reply recorded for their idempotency key, without a run. */
  get replays(): number {
    return this.#replays;
  }

  /** Counts a run that ended. */
  record(kind: RunKind, outcome: RunOutcome, latencyMs: number): void {
    this.ended[kind][outcome] += 1;
    this.durationsMs[kind].record(latencyMs);
  }

  /** Counts a request that was answered with a recorded reply. */
  recordReplay(): void {
    this.#replays += 1;
  }

  /** Counts a run in that has to wait. */
  beginWait(): void {
    this.#waiting += 1;
  }

  /** Counts it out, whether it may begin or has given up. */
  endWait(durationMs: number): void {
    this.#waiting -= 1;
    this.waitsMs.record(durationMs);
  }
}

/** How a run ended that ends with an error. */
export function outcomeOfError(error: unknown): RunOutcome {
  const isGivenUp = AlcoveError.is(error) && (error.code === "RUN_ABORTED" || error.code === "SHUTTING_DOWN");
  return isGivenUp ? "cancelled" : "failed";
}
