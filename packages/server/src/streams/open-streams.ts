/** What a stream shows, and what ends it when it is given up. */
export interface Abortable {
  abort(reason?: unknown): void;
}

/** The runs whose streams are open: what a shutdown has to end before connections are cut off. */
export class OpenStreams {
  readonly #runners = new Set<Abortable>();

  /** How many there are. */
  get count(): number {
    return this.#runners.size;
  }

  /** Counts one in. Returns what counts it out. */
  add(runner: Abortable): () => void {
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
