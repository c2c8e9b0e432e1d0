import type { Execution } from "./execution.js";
import type { ExecutionArchive } from "./execution-archive.js";
import type { UserRecords } from "./execution-ledger.js";
import { type ExecutionView, isFinal } from "./execution-view.js";
import type { LiveExecutions } from "./live-executions.js";

/** Finds the executions of a user: in memory what is unfinished, in the store what is finished. */
export class ExecutionFinder {
  readonly #live: LiveExecutions;
  readonly #archive: ExecutionArchive;
  readonly #records: (userId: string) => UserRecords;

  constructor(live: LiveExecutions, archive: ExecutionArchive, records: (userId: string) => UserRecords) {
    this.#live = live;
    this.#archive = archive;
    this.#records = records;
  }

  /** An unfinished one, as soon as it is durable that there is such an execution. Rejects as its submission does. */
  async live(userId: string, id: string): Promise<Execution | undefined> {
    const execution = this.#live.get(userId, id);
    await execution?.whenStored();
    return execution;
  }

  /** As its owner may see it, wherever it is; `undefined` where the user has none. @throws STATE_UNREADABLE, STORE_FAILED. */
  async view(userId: string, id: string): Promise<ExecutionView | undefined> {
    const live = await this.live(userId, id);
    if (live !== undefined) {
      return live.view();
    }
    const stored = await this.#archive.view(this.#records(userId), id);
    // It may have been submitted while the store was read.
    return (await this.live(userId, id))?.view() ?? stored;
  }

  /**
   * Whether the store still has it, as unfinished: what belongs to a session goes with that.
   *
   * @throws STATE_UNREADABLE, STORE_FAILED.
   */
  async isUnfinished({ userId, id }: Execution): Promise<boolean> {
    const stored = await this.#archive.view(this.#records(userId), id);
    return stored !== undefined && !isFinal(stored.status);
  }
}
