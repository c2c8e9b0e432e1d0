import type { RunRequest } from "../runs/run-facts.js";
import type { RunHost } from "../runs/run-host.js";
import { Runner } from "../runs/runner.js";

/**
 * One caller's hold on a user's session, usually for the length of a request. While it is open the session stays in
 * memory. Close it, or declare it with `await using`.
 */
export class Session implements AsyncDisposable {
  readonly #host: RunHost;
  readonly #release: () => void;
  #isClosed = false;

  constructor(host: RunHost, release: () => void) {
    this.#host = host;
    this.#release = release;
  }

  /** Whose session it is; `undefined` for a shared workflow that was called without identity. */
  get userId(): string | undefined {
    return this.#host.userId;
  }

  /** A runner for one run of the workflow. Nothing happens before the runner is asked for its result or stream. */
  run(input: unknown, request: RunRequest = {}): Runner {
    if (this.#isClosed) {
      throw new TypeError("This session is closed; ask the session manager for a new one.");
    }
    return new Runner(this.#host, input, request);
  }

  /** Gives the session back. Idempotent. */
  close(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
