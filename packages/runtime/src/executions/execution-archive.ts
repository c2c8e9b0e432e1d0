import type { SessionStore } from "@alcove/state";
import type { UserRecords } from "./execution-ledger.js";
import {
  type JournalEntry,
  readAnswer,
  readInput,
  readState,
  recordNames,
  type StoredExecutionInput,
  type StoredExecutionState,
} from "./execution-records.js";
import { type ExecutionView, isFinal, LONGEST_EXECUTION_ID } from "./execution-view.js";
import { interruptedError, viewOf } from "./view-of-stored.js";

const answersPerPage = 256;

/** An unfinished execution as it was found. */
export interface UnfinishedExecution {
  readonly state: StoredExecutionState;
  readonly input: StoredExecutionInput;
  readonly journal: readonly JournalEntry[];
}

/** Reads executions from where they are stored. */
export class ExecutionArchive {
  readonly #store: SessionStore;

  constructor(store: SessionStore) {
    this.#store = store;
  }

  /**
   * A stored execution as its owner may see it; `undefined` when there is none. Only for those that are not in memory: one
   * that is not finished has lost its run.
   *
   * @throws STATE_UNREADABLE, STORE_FAILED.
   */
  async view({ key }: UserRecords, id: string): Promise<ExecutionView | undefined> {
    // The store has no names for longer ones, and nothing was ever stored under them.
    const stored =
      id.length > LONGEST_EXECUTION_ID ? undefined : await this.#store.readRecord(key, recordNames.state(id));
    if (stored === undefined) {
      return undefined;
    }
    const state = readState(stored);
    if (!isFinal(state.status)) {
      return viewOf(id, { ...state, status: "interrupted", error: interruptedError(), pending: undefined }, undefined);
    }
    const result = state.status === "success" ? await this.#store.readRecord(key, recordNames.result(id)) : undefined;
    return viewOf(id, state, result);
  }

  /** An execution that is not finished; `undefined` when there is none, or it is. @throws STATE_UNREADABLE, STORE_FAILED. */
  async unfinished({ key }: UserRecords, id: string): Promise<UnfinishedExecution | undefined> {
    const stored = await this.#store.readRecord(key, recordNames.state(id));
    const state = stored === undefined ? undefined : readState(stored);
    if (state === undefined || isFinal(state.status)) {
      return undefined;
    }
    const input = readInput(await this.#store.readRecord(key, recordNames.input(id)));
    return { state, input, journal: await this.#journal(key, id, state.answerCount) };
  }

  async #journal(key: UserRecords["key"], id: string, count: number): Promise<JournalEntry[]> {
    const journal: JournalEntry[] = [];
    while (journal.length < count) {
      const page = await this.#store.pageRecords(key, {
        prefix: recordNames.answers(id),
        from: recordNames.answer(id, journal.length),
        direction: "forward",
        limit: answersPerPage,
      });
      journal.push(...page.map(({ value }) => readAnswer(value)));
      if (page.length === 0) {
        break;
      }
    }
    return journal;
  }
}
