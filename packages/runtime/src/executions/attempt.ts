import type { ParkableRun } from "./run-execution.js";

/** One beginning of a run: what its code has asked and sent so far. A run that begins again is another attempt. */
export class Attempt {
  readonly parkable: ParkableRun;
  /** What the run has to fail with, even where its code has caught it. */
  fault: unknown;
  #questions = 0;
  #chunks = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parkable: ParkableRun) {
    this.parkable = parkable;
  }

  /** Carries out one question at a time, in the order in which they were asked, each with its number. */
  inTurn<Result>(ask: (sequence: number) => Promise<Result>): Promise<Result> {
    const sequence = this.#questions;
    this.#questions += 1;
    const asked = this.#last.then(() => ask(sequence));
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  /** How many questions were asked. */
  get questionCount(): number {
    return this.#questions;
  }

  /** The number of the next chunk. */
  nextChunk(): number {
    this.#chunks += 1;
    return this.#chunks - 1;
  }
}
