import type { RunRequest } from "../runs/run-facts.js";
import { Runner, type RunnerOptions } from "../runs/runner.js";

/** What a session hands to each of its runners. */
export type RunnerSurroundings = Omit<RunnerOptions, "input" | "request">;

/**
 * One caller's hold on a user's session, usually for the length of a request. While it is open the session stays in
 * memory. Close it, or declare it with `await using`.
 */
export class Session implements AsyncDisposable {
  readonly userId: string | undefined;
  readonly #surroundings: RunnerSurroundings;
  readonly #release: () => void;
  #isClosed = false;

  constructor(surroundings: RunnerSurroundings, release: () => void) {
    this.userId = surroundings.userId;
    this.#surroundings = surroundings;
    this.#release = release;
  }

  /** A runner for one run of the workflow. Nothing happens before the runner is asked for its result or stream. */
  run(input: unknown, request: RunRequest = {}): Runner {
    if (this.#isClosed) {
      throw new TypeError("This session is closed; ask the session manager for a new one.");
    }
    return new Runner({ ...this.#surroundings, input, request });
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
