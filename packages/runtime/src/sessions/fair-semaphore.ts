import { AlcoveError } from "@alcove/plugin-api";
import { InFlight } from "../runs/in-flight.js";
import type { RunAbort } from "../runs/run-abort.js";

interface Waiter {
  readonly abort: RunAbort;
  readonly resume: () => void;
  /** Told who had a permit last, when nobody else waits before it. */
  readonly onFirst: ((holder: RunAbort | undefined) => void) | undefined;
}

/** Gives out a number of permits, first come, first served. With one permit it is a queue of turns. */
export class FairSemaphore {
  readonly #maxWaiting: number;
  #free: number;
  #latestHolder: RunAbort | undefined;
  readonly #waiting = new InFlight<Waiter>();

  /** @param maxWaiting How many may wait at most; one more is refused by {@link acquire}. */
  constructor(permits: number, maxWaiting: number) {
    this.#free = permits;
    this.#maxWaiting = maxWaiting;
  }

  /** Whether somebody who came now would have to wait. */
  get isTaken(): boolean {
    return this.#free <= 0;
  }

  /**
   * Takes a permit, waiting for one if need be. `undefined` when it was free, which spares the hot path a promise.
   *
   * @param onFirst Called when nobody else waits before the caller, with the run that got the last permit: the one in the way, where there is one permit.
   * @throws SESSION_QUEUE_FULL at once when too many wait; RUN_ABORTED when the run is given up while it waits.
   */
  acquire(abort: RunAbort, onFirst?: (holder: RunAbort | undefined) => void): Promise<void> | undefined {
    abort.assertNotAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      this.#latestHolder = abort;
      return undefined;
    }
    if (this.#waiting.size >= this.#maxWaiting) {
      throw new AlcoveError("SESSION_QUEUE_FULL", `${this.#waiting.size} calls of this user are already waiting.`, {
        retryAfterSeconds: 1,
      });
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.leave(place);
        reject(abort.error());
        this.#tellFirst();
      };
      const place = this.#waiting.enter({
        abort,
        onFirst,
        resume: () => {
          stopListening();
          resolve();
        },
      });
      const stopListening = abort.onAbort(leave);
      this.#tellFirst();
    });
  }

  /** Gives a permit back, to whoever has waited longest. */
  release(): void {
    const next = this.#waiting.first;
    if (next === undefined) {
      this.#free += 1;
      // What is kept of a run that is over keeps its whole request from the garbage collector.
      this.#latestHolder = undefined;
      return;
    }
    this.#waiting.leave(next);
    this.#latestHolder = next.item.abort;
    next.item.resume();
    this.#tellFirst();
  }

  #tellFirst(): void {
    this.#waiting.first?.item.onFirst?.(this.#latestHolder);
  }
}
