import type { AlcoveError } from "@alcove/plugin-api";

/**
 * What an execution does with the end of a run that was given up so that the session could end, which may still be refused:
 * it is held back until that is known.
 */
export class GivingWay {
  readonly #afterAll: (error: AlcoveError) => void;
  #stage: "to-be-seen" | "in-vain" | undefined;
  #heldBack: AlcoveError | undefined;

  /** @param afterAll Called with what the run ended with, once it has, when the session stays after all. */
  constructor(afterAll: (error: AlcoveError) => void) {
    this.#afterAll = afterAll;
  }

  /** The run is given up. */
  begin(): void {
    this.#stage = "to-be-seen";
  }

  /** Takes what the run has ended with, if it was given up so. Returns whether it was. */
  takes(error: AlcoveError): boolean {
    if (this.#stage === "to-be-seen") {
      this.#heldBack = error;
    } else if (this.#stage === "in-vain") {
      this.#finish(error);
    } else {
      return false;
    }
    return true;
  }

  /** The session stays. */
  wasInVain(): void {
    if (this.#heldBack !== undefined) {
      this.#finish(this.#heldBack);
    } else if (this.#stage !== undefined) {
      this.#stage = "in-vain";
    }
  }

  #finish(error: AlcoveError): void {
    this.#stage = undefined;
    this.#heldBack = undefined;
    this.#afterAll(error);
  }
}
