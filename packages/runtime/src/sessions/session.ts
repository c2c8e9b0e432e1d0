import type { RunExecution } from "../executions/run-execution.js";
import type { Entry } from "../plan/entry.js";
import type { RunRequest } from "../runs/run-facts.js";
import type { RunHold } from "../runs/run-hold.js";
import type { RunHost } from "../runs/run-host.js";
import { Runner } from "../runs/runner.js";

/**
 * One caller's hold on a user's session, usually for the length of a request. While it is open the session stays in
 * memory. Close it, or declare it with `await using`.
 */
export class Session implements AsyncDisposable, RunHold {
  readonly #host: RunHost;
  readonly #entry: Entry;
  readonly #release: () => void;
  #activeRuns = 0;
  #isClosed = false;

  /** @param entry What its runs begin with. */
  constructor(host: RunHost, entry: Entry, release: () => void) {
    this.#host = host;
    this.#entry = entry;
    this.#release = release;
  }

  /** Whose session it is; `undefined` for a shared entry that was called without identity. */
  get userId(): string | undefined {
    return this.#host.userId;
  }

  /**
   * A runner for one run of the entry. Nothing happens before the runner is asked for its result or stream.
   *
   * @throws TypeError when the session is closed.
   */
  run(input: unknown, request: RunRequest = {}): Runner {
    this.#assertOpen();
    return new Runner({ host: this.#host, entry: this.#entry, hold: this, input, request });
  }

  /** As {@link run}, for a run that is an execution, which is told of it. */
  execute(input: unknown, request: RunRequest, execution: RunExecution): Runner {
    this.#assertOpen();
    return new Runner({ host: this.#host, entry: this.#entry, hold: this, input, request, execution });
  }

  /** Gives the session back, as soon as the runs that have begun are over. Idempotent. */
  close(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#releaseWhenIdle();
    }
  }

  /** Called by a runner that begins. */
  enterRun(): void {
    this.#assertOpen();
    this.#activeRuns += 1;
  }

  /** Called by a runner that has ended. */
  leaveRun(): void {
    this.#activeRuns -= 1;
    this.#releaseWhenIdle();
  }

  #releaseWhenIdle(): void {
    if (this.#isClosed && this.#activeRuns === 0) {
      this.#release();
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) {
      throw new TypeError("This session is closed; ask the session manager for a new one.");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
