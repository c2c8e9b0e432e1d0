import { AlcoveError } from "@alcove/plugin-api";

/**
 * The order to give a run up. Few runs are aborted and few functions look at their signal, so the `AbortSignal`, which is
 * dear to make, comes into being when it is first asked for.
 */
export class RunAbort {
  #isAborted = false;
  #reason: unknown;
  #controller: AbortController | undefined;
  #listeners: Set<() => void> | undefined;
  /** Called when somebody who ends the session waits for nothing but this run, where it is one that need not be waited for. */
  giveWay: (() => void) | undefined;

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

  /** @throws RUN_ABORTED when the run has been given up; what was given as the reason, where that is a coded error. */
  assertNotAborted(): void {
    if (this.#isAborted) {
      throw this.error();
    }
  }

  /** What a run that was given up ends with. */
  error(): AlcoveError {
    return AlcoveError.is(this.#reason)
      ? this.#reason
      : new AlcoveError("RUN_ABORTED", "The run was cancelled before it ended.", { cause: this.#reason });
  }

  /** The promise's outcome, unless the run is given up before. What the promise stands for goes on all the same. */
  race<Result>(promise: Promise<Result>): Promise<Result> {
    this.assertNotAborted();
    return new Promise((resolve, reject) => {
      const stopListening = this.onAbort(() => reject(this.error()));
      promise.then(resolve, reject).finally(stopListening);
    });
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
