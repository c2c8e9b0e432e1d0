import { StoreError } from "@alcove/plugin-api";
import type { StoredRecordChanges } from "./record-changes.js";
import type { EntryHead } from "./stored-entry.js";
import { changeError, type WriteFailure } from "./write-failure.js";

/** An entry on its way to the medium. */
export interface QueuedEntry {
  readonly key: string;
  readonly text: string;
  /** What the text says about itself. */
  readonly head: EntryHead;
  /** Whether a session begins with it. */
  readonly isNew: boolean;
  /** Whether it takes the place of whatever is there. Only for one that is written by a task. */
  readonly replacesAnything?: boolean;
  readonly records: StoredRecordChanges | undefined;
}

/** Options of {@link WriteQueue}. */
export interface WriteQueueOptions {
  /** Writes entries of different keys, all or none; resolves when that is durable, to whether each was taken. */
  readonly writeBatch: (entries: readonly QueuedEntry[]) => Promise<readonly boolean[]>;
  readonly failureOf: (error: unknown) => WriteFailure;
  readonly maxEntriesPerBatch: number;
  readonly maxCharactersPerBatch: number;
  /** Waits before a busy medium is tried again. */
  readonly pause: (durationMs: number) => Promise<void>;
}

interface WaitingEntry extends QueuedEntry {
  resolve(taken: boolean): void;
  reject(error: unknown): void;
}

interface WaitingTask {
  run(): Promise<void>;
}

const pausesWhenBusyMs = [5, 20, 80, 320];

/**
 * The one way to the medium. Exactly one batch is on its way at any time, while the next one fills; so writes keep their
 * order, and many commits share one fsync. A batch that fails because of one entry is halved until only that entry fails.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  #waiting: (WaitingEntry | WaitingTask)[] = [];
  #draining: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  /**
   * Writes an entry after everything that was asked for before; resolves to whether the medium took it.
   *
   * @throws StoreError STORE_FAILED, OUTCOME_UNKNOWN, STORE_CLOSED.
   */
  write(entry: QueuedEntry): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const { key, text, head, isNew, records } = entry;
      // Not by spreading, which costs more than all the rest of this queue.
      this.#add({ key, text, head, isNew, records, resolve, reject }, reject);
    });
  }

  /**
   * Runs another kind of change in its turn, alone; `task` is called again when the medium was busy.
   *
   * @throws StoreError STORE_FAILED, OUTCOME_UNKNOWN, STORE_CLOSED.
   */
  run<Result>(task: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const run = () => this.#attempt(task).then(resolve, (error: unknown) => reject(this.#asStoreError(error)));
      this.#add({ run }, reject);
    });
  }

  /** Takes nothing more, and resolves when all that was asked for before is done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#draining;
  }

  #add(waiting: WaitingEntry | WaitingTask, reject: (error: unknown) => void): void {
    if (this.#isClosed) {
      reject(new StoreError("STORE_CLOSED", "The session store has been closed."));
      return;
    }
    this.#waiting.push(waiting);
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // What is asked for in the same turn of the event loop goes into the first batch already.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const [first] = this.#waiting;
      if (first !== undefined && "run" in first) {
        this.#waiting.shift();
        await first.run();
      } else {
        await this.#writeEntries(this.#takeBatch());
      }
    }
    this.#draining = undefined;
  }

  /** The entries at the head of the queue, up to the limits, the first task, or the second entry of one key. */
  #takeBatch(): WaitingEntry[] {
    const batch: WaitingEntry[] = [];
    const keys = new Set<string>();
    let characters = 0;
    for (const waiting of this.#waiting) {
      if ("run" in waiting || keys.has(waiting.key) || batch.length === this.#options.maxEntriesPerBatch) {
        break;
      }
      characters += charactersOf(waiting);
      if (batch.length > 0 && characters > this.#options.maxCharactersPerBatch) {
        break;
      }
      keys.add(waiting.key);
      batch.push(waiting);
    }
    // A new list: one that is shortened in place keeps what stood in front from being collected with the young objects,
    // and each entry holds, by its promise, all of the request it is for.
    this.#waiting = this.#waiting.slice(batch.length);
    return batch;
  }

  async #writeEntries(batch: readonly WaitingEntry[]): Promise<void> {
    try {
      const taken = await this.#attempt(() => this.#options.writeBatch(batch));
      for (const [index, entry] of batch.entries()) {
        entry.resolve(taken[index] === true);
      }
    } catch (error) {
      if (batch.length > 1 && this.#options.failureOf(error).kind === "suspect") {
        const middle = batch.length >> 1;
        await this.#writeEntries(batch.slice(0, middle));
        await this.#writeEntries(batch.slice(middle));
        return;
      }
      for (const entry of batch) {
        entry.reject(this.#asStoreError(error));
      }
    }
  }

  async #attempt<Result>(access: () => Promise<Result>): Promise<Result> {
    for (const pauseMs of pausesWhenBusyMs) {
      try {
        return await access();
      } catch (error) {
        if (this.#options.failureOf(error).kind !== "busy") {
          throw error;
        }
        await this.#options.pause(pauseMs);
      }
    }
    return access();
  }

  #asStoreError(error: unknown): StoreError {
    return error instanceof StoreError ? error : changeError(this.#options.failureOf(error), error);
  }
}

function charactersOf({ text, records }: QueuedEntry): number {
  let characters = text.length;
  if (records !== undefined) {
    for (const record of records.put.values()) {
      characters += record.length;
    }
  }
  return characters;
}
