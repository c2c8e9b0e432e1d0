import { AlcoveError } from "@alcove/plugin-api";
import type { ParkableRun } from "./run-execution.js";

/** One beginning of a run: what its code has asked and sent so far. A run that begins again is another attempt. */
export class Attempt {
  readonly parkable: ParkableRun;
  /** What the run has to fail with, even where its code has caught it. */
  fault: unknown;
  #questions = 0;
  #chunks = 0;
  #isSettling = false;
  #isParked = false;
  #unparking: Promise<boolean> | undefined;
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

  /** Its code has ended, and asks nothing any more. */
  settle(): void {
    this.#isSettling = true;
  }

  /** @throws CALL_ENDED when its code has ended. */
  assertAsking(): void {
    if (this.#isSettling) {
      throw new AlcoveError("CALL_ENDED", "The code of the run has ended, and its questions with it.");
    }
  }

  /** Gives back the user's turn while a question waits. */
  park(): void {
    this.#isParked = true;
    this.parkable.park();
  }

  /** Takes the turn again, once, whoever asks for it; at once where it was not given back. Resolves to whether the session is as it was. */
  async unpark(): Promise<boolean> {
    if (!this.#isParked) {
      return true;
    }
    // What cannot be taken again is not asked for twice: the run fails of it.
    this.#unparking ??= this.#takeAgain();
    return this.#unparking;
  }

  async #takeAgain(): Promise<boolean> {
    const isAsItWas = await this.parkable.unpark();
    this.#isParked = false;
    this.#unparking = undefined;
    return isAsItWas;
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
