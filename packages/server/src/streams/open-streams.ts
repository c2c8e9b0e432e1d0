import type { ServedRunner } from "../served-application.js";

/** The runs whose streams are open: what a shutdown has to end before connections are cut off. */
export class OpenStreams {
  readonly #runners = new Set<ServedRunner>();

  /** How many there are. */
  get count(): number {
    return this.#runners.size;
  }

  /** Counts one in. Returns what counts it out. */
  add(runner: ServedRunner): () => void {
    this.#runners.add(runner);
    return () => {
      this.#runners.delete(runner);
    };
  }

  /** Gives up every run; each stream then ends with `reason` in an error frame. */
  abortAll(reason: unknown): void {
    for (const runner of this.#runners) {
      runner.abort(reason);
    }
  }
}
