import type { InFlightPlace } from "../runs/in-flight.js";
import type { RunAbort } from "../runs/run-abort.js";
import type { FairSemaphore } from "./fair-semaphore.js";
import type { Deadline } from "./run-deadlines.js";
import type { RunSurroundings } from "./run-surroundings.js";

/** What a run holds while it works: its place among the active runs, the user's turn where it is in a session, and a slot. */
export class RunPermits {
  readonly #surroundings: RunSurroundings;
  readonly #turns: FairSemaphore | undefined;
  readonly #abort: RunAbort;
  #active: InFlightPlace<RunAbort> | undefined;
  #deadline: Deadline | undefined;
  #hasTurn = false;
  #hasSlot = false;

  /** @param turns Those of the session; `undefined` for a run in none. */
  constructor(surroundings: RunSurroundings, turns: FairSemaphore | undefined, abort: RunAbort) {
    this.#surroundings = surroundings;
    this.#turns = turns;
    this.#abort = abort;
  }

  /**
   * Takes a place among the active runs, and the turn. `undefined` when the turn was free, which spares the hot path a promise.
   *
   * @param onFirst Called with the run that has the turn, when nobody else waits for it before.
   * @throws SHUTTING_DOWN, SESSION_QUEUE_FULL, RUN_ABORTED; {@link release} is due all the same.
   */
  takeTurn(onFirst?: (holder: RunAbort | undefined) => void): Promise<void> | undefined {
    const { activeRuns, assertOpen } = this.#surroundings;
    assertOpen();
    this.#active = activeRuns.enter(this.#abort);
    const turn = this.#turns?.acquire(this.#abort, onFirst);
    if (turn === undefined) {
      this.#hasTurn = true;
      return undefined;
    }
    return this.#whenGiven(turn, () => {
      this.#hasTurn = true;
    });
  }

  /** From now on the run's time runs, where it is limited, until its slot is given back. */
  startClock(): void {
    this.#deadline = this.#surroundings.deadlines?.enter(this.#abort);
  }

  /** As {@link takeTurn}. @throws RUN_ABORTED, RUN_TIMED_OUT; {@link release} is due all the same. */
  takeSlot(): Promise<void> | undefined {
    const slot = this.#surroundings.slots.acquire(this.#abort);
    if (slot === undefined) {
      this.#hasSlot = true;
      return undefined;
    }
    return this.#whenGiven(slot, () => {
      this.#hasSlot = true;
    });
  }

  #whenGiven(permit: Promise<void>, take: () => void): Promise<void> {
    const { figures, clock } = this.#surroundings;
    const sinceMs = clock.monotonicMs();
    figures.beginWait();
    return permit.then(
      () => {
        figures.endWait(clock.monotonicMs() - sinceMs);
        take();
      },
      (error: unknown) => {
        figures.endWait(clock.monotonicMs() - sinceMs);
        throw error;
      },
    );
  }

  /** From now on the run's time does not matter any more. Idempotent. */
  releaseSlot(): void {
    if (this.#deadline !== undefined) {
      this.#surroundings.deadlines?.exit(this.#deadline);
      this.#deadline = undefined;
    }
    if (this.#hasSlot) {
      this.#hasSlot = false;
      this.#surroundings.slots.release();
    }
  }

  /** Gives back whatever is held. Idempotent. */
  release(): void {
    this.releaseSlot();
    if (this.#hasTurn) {
      this.#hasTurn = false;
      this.#turns?.release();
    }
    if (this.#active !== undefined) {
      this.#surroundings.activeRuns.exit(this.#active);
      this.#active = undefined;
    }
  }
}
