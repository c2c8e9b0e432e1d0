import { InFlight, type InFlightPlace } from "../runs/in-flight.js";
import type { RunAbort } from "../runs/run-abort.js";

/** The runs that have begun, or wait for their turn, and are not over: what a shutdown has to wait for. */
export class ActiveRuns {
  readonly #runs = new InFlight<RunAbort>();
  #onIdle: (() => void) | undefined;

  /** How many there are. */
  get size(): number {
    return this.#runs.size;
  }

  /** Counts a run in. What it returns is what {@link exit} wants. */
  enter(run: RunAbort): InFlightPlace<RunAbort> {
    return this.#runs.enter(run);
  }

  /** Counts a run out. */
  exit(place: InFlightPlace<RunAbort>): void {
    this.#runs.leave(place);
    if (this.#runs.size === 0) {
      this.#onIdle?.();
    }
  }

  /** Aborts every run that is not over. */
  abortAll(reason: unknown): void {
    for (const run of this.#runs.items()) {
      run.abort(reason);
    }
  }

  /** Waits until no run is left or the time is over. Resolves to whether none is left. */
  async drained(timeoutMs: number): Promise<boolean> {
    if (this.#runs.size > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
        timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
      this.#onIdle = undefined;
    }
    return this.#runs.size === 0;
  }
}
