import type { RunAbort } from "../runs/run-abort.js";
import type { ResidentSession } from "./resident-session.js";
import type { RunSurroundings } from "./run-surroundings.js";

/** What a run holds while it works: its place among the active runs, the user's turn, and a slot. */
export class RunPermits {
  readonly #surroundings: RunSurroundings;
  readonly #resident: ResidentSession;
  readonly #abort: RunAbort;
  #isActive = false;
  #hasTurn = false;
  #hasSlot = false;

  constructor(surroundings: RunSurroundings, resident: ResidentSession, abort: RunAbort) {
    this.#surroundings = surroundings;
    this.#resident = resident;
    this.#abort = abort;
  }

  /**
   * `undefined` when the turn was free, which spares the hot path a promise.
   *
   * @param onFirst Called with the run that has the turn, when nobody else waits for it before.
   * @throws SHUTTING_DOWN, SESSION_QUEUE_FULL, RUN_ABORTED; {@link release} is due all the same.
   */
  takeTurn(onFirst?: (holder: RunAbort | undefined) => void): Promise<void> | undefined {
    const { activeRuns, assertOpen } = this.#surroundings;
    assertOpen();
    activeRuns.enter(this.#abort);
    this.#isActive = true;
    const turn = this.#resident.turns.acquire(this.#abort, onFirst);
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
    this.#surroundings.deadlines?.enter(this.#abort);
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
    this.#surroundings.deadlines?.exit(this.#abort);
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
      this.#resident.turns.release();
    }
    if (this.#isActive) {
      this.#isActive = false;
      this.#surroundings.activeRuns.exit(this.#abort);
    }
  }
}
