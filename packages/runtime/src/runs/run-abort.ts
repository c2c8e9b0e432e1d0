/**
 * The order to give a run up. Few runs are aborted and few functions look at their signal, so the `AbortSignal`, which is
 * dear to make, comes into being when it is first asked for.
 */
export class RunAbort {
  #isAborted = false;
  #reason: unknown;
  #controller: AbortController | undefined;
  #listeners: Set<() => void> | undefined;

  get isAborted(): boolean {
    return this.#isAborted;
  }

  /** What {@link abort} was given. */
  get reason(): unknown {
    return this.#reason;
  }

  /** For functions: aborts when the run is given up. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isAborted) {
        this.#controller.abort(this.#reason);
      }
    }
    return this.#controller.signal;
  }

  /** Gives the run up. Only the first call counts. */
  abort(reason: unknown): void {
    if (this.#isAborted) {
      return;
    }
    this.#isAborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) {
      listener();
    }
  }

  /** Calls the listener when the run is given up. Returns the unsubscription. */
  onAbort(listener: () => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => {
      this.#listeners?.delete(listener);
    };
  }
}
