import { AlcoveError, type Clock } from "@alcove/plugin-api";
import { InFlight, type InFlightPlace } from "../runs/in-flight.js";
import type { RunAbort } from "../runs/run-abort.js";

/** When a run is given up, on the monotonic clock. */
interface DueRun {
  readonly run: RunAbort;
  readonly deadlineMs: number;
}

/** What {@link RunDeadlines.exit} wants. */
export type Deadline = InFlightPlace<DueRun>;

/**
 * Gives up runs that take too long. All have the same time, so that the one that began first is always due first, and one
 * timer is enough for all of them.
 */
export class RunDeadlines {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  // In order of their deadlines. Runs leave it when they end.
  readonly #runs = new InFlight<DueRun>();
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number, clock: Clock) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** The time of a run begins. */
  enter(run: RunAbort): Deadline {
    this.#timer ??= this.#wakeAfter(this.#timeoutMs);
    return this.#runs.enter({ run, deadlineMs: this.#clock.monotonicMs() + this.#timeoutMs });
  }

  /** The run has ended, or can no longer be given up. Idempotent. */
  exit(deadline: Deadline): void {
    this.#runs.leave(deadline);
  }

  #wakeAfter(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#giveUpWhoIsDue(), delayMs).unref();
  }

  #giveUpWhoIsDue(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (let first = this.#runs.first; first !== undefined; first = this.#runs.first) {
      const { run, deadlineMs } = first.item;
      if (deadlineMs > nowMs) {
        this.#timer = this.#wakeAfter(Math.max(1, deadlineMs - nowMs));
        return;
      }
      this.#runs.leave(first);
      run.abort(this.#timedOut());
    }
  }

  #timedOut(): AlcoveError {
    return new AlcoveError(
      "RUN_TIMED_OUT",
      `The run took longer than ${this.#timeoutMs / 1_000} s and was given up; nothing it did was stored. Ask for less at once, or raise general.run_timeout.`,
      { details: { runTimeoutMs: this.#timeoutMs } },
    );
  }
}
