import { AlcoveError, type Clock } from "@alcove/plugin-api";
import type { RunAbort } from "../runs/run-abort.js";

/**
 * Gives up runs that take too long. All have the same time, so that the one that began first is always due first, and one
 * timer is enough for all of them.
 */
export class RunDeadlines {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  // In order of their deadlines, since a Map keeps the order in which its keys were set. Runs leave it when they end.
  readonly #deadlinesMs = new Map<RunAbort, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number, clock: Clock) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** The time of a run begins. */
  enter(run: RunAbort): void {
    this.#deadlinesMs.set(run, this.#clock.monotonicMs() + this.#timeoutMs);
    this.#timer ??= this.#wakeAfter(this.#timeoutMs);
  }

  /** The run has ended, or can no longer be given up. Idempotent. */
  exit(run: RunAbort): void {
    this.#deadlinesMs.delete(run);
  }

  #wakeAfter(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#giveUpWhoIsDue(), delayMs).unref();
  }

  #giveUpWhoIsDue(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (const [run, deadlineMs] of this.#deadlinesMs) {
      if (deadlineMs > nowMs) {
        this.#timer = this.#wakeAfter(Math.max(1, deadlineMs - nowMs));
        return;
      }
      this.#deadlinesMs.delete(run);
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
