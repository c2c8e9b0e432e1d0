import type { Logger } from "@alcove/plugin-api";
import type { Execution } from "./execution.js";

const RETRY_INTERVAL_MS = 1_000;

/** What {@link UnstoredEnds} works with. */
export interface UnstoredEndsOptions {
  /** Waits, when the process stops, for what is still being written. */
  readonly track: (writing: Promise<void>) => void;
  readonly logger: Logger;
}

/** Executions that are over while the store does not know it: every second it is told again, until it takes changes. */
export class UnstoredEnds {
  readonly #options: UnstoredEndsOptions;
  readonly #executions = new Set<Execution>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: UnstoredEndsOptions) {
    this.#options = options;
  }

  /** Stores the end of an execution later. */
  add(execution: Execution): void {
    this.#executions.add(execution);
    this.#arm();
  }

  /** Tries no more. The next process finds unfinished what is not stored by then. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    if (this.#isStopped || this.#timer !== undefined || this.#executions.size === 0) {
      return;
    }
    this.#timer = setTimeout(() => {
      this.#options.track(
        this.#tryAll().finally(() => {
          this.#timer = undefined;
          this.#arm();
        }),
      );
    }, RETRY_INTERVAL_MS);
    this.#timer.unref();
  }

  async #tryAll(): Promise<void> {
    for (const execution of [...this.#executions]) {
      const isDone = await this.#tryOne(execution).then(
        () => true,
        () => false,
      );
      if (isDone) {
        this.#executions.delete(execution);
      }
    }
  }

  async #tryOne(execution: Execution): Promise<void> {
    if (execution.isGone) {
      return;
    }
    await execution.storeEnd();
    this.#options.logger.info("The end of an execution was stored late", { id: execution.id });
  }
}
