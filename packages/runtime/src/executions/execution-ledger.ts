import { AlcoveError } from "@alcove/plugin-api";
import type { RecordChange, SessionKey } from "@alcove/state";
import {
  putInput,
  putSignpost,
  putState,
  type StoredExecutionInput,
  type StoredExecutionState,
} from "./execution-records.js";
import { isFinal } from "./execution-view.js";

/** How a change of a user's records is to be made. */
export interface RecordsChangeOptions {
  /** Whether a session is begun for it where there is none. */
  readonly mayBegin: boolean;
  /** Whether the caller holds the user's turn. */
  readonly holdsTurn: boolean;
  /** Asked before a session is begun; throws where no more may be. */
  readonly admitNewSession?: (() => void) | undefined;
}

/** Where the records of one user are. */
export interface UserRecords {
  readonly key: SessionKey;
  /** Makes changes durable, all or none. Resolves to whether there was a session to make them in. */
  change(changes: readonly RecordChange[], options: RecordsChangeOptions): Promise<boolean>;
}

/** What an execution has written down of itself. */
export class ExecutionLedger {
  readonly #id: string;
  readonly #records: UserRecords;
  readonly #input: () => StoredExecutionInput;
  readonly #nowMs: () => number;
  readonly #onChange: () => void;
  #state: StoredExecutionState;
  #isStored: boolean;
  #isClosed = false;
  #writing: Promise<unknown> = Promise.resolve();

  /** @param onChange Called whenever the state has become another one. */
  constructor(parts: {
    readonly id: string;
    readonly records: UserRecords;
    readonly input: () => StoredExecutionInput;
    readonly state: StoredExecutionState;
    readonly isStored: boolean;
    readonly nowMs: () => number;
    readonly onChange: () => void;
  }) {
    this.#id = parts.id;
    this.#records = parts.records;
    this.#input = parts.input;
    this.#state = parts.state;
    this.#isStored = parts.isStored;
    this.#nowMs = parts.nowMs;
    this.#onChange = parts.onChange;
  }

  get state(): StoredExecutionState {
    return this.#state;
  }

  /** Whether it has been, or is being, stored: a run nobody was asked anything in leaves nothing. */
  get isStored(): boolean {
    return this.#isStored;
  }

  /** Whether its end is being written, or it was given up: nothing else may be. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Makes the next state durable, and then true. One state is written after the other, so that what the store holds in the end is the latest.
   *
   * @throws EXECUTION_NOT_FOUND when its session is over, RUN_ABORTED when it has ended; the store's errors.
   */
  write(
    change: Partial<StoredExecutionState>,
    more: readonly RecordChange[],
    options: RecordsChangeOptions,
  ): Promise<void> {
    const writing = this.#writing.then(() => this.#write(change, more, options));
    this.#writing = writing.catch(() => undefined);
    return writing;
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(
    change: Partial<StoredExecutionState>,
    more: readonly RecordChange[],
    options: RecordsChangeOptions,
  ): Promise<void> {
    const next = this.changed(change);
    if (this.#isClosed && !isFinal(next.status)) {
      throw new AlcoveError("RUN_ABORTED", "The execution has ended.");
    }
    const changes = [putState(this.#id, next, isFinal(next.status)), ...more];
    if (!this.#isStored) {
      changes.push(putInput(this.#id, this.#input()), putSignpost(this.#id, this.#records.key));
    }
    if (!(await this.#records.change(changes, options))) {
      throw new AlcoveError("EXECUTION_NOT_FOUND", "The session that the execution belongs to is over.");
    }
    this.#isStored = true;
    if (!this.#isClosed || isFinal(next.status)) {
      this.become(next);
    }
  }

  /** The state with a change, as of now. */
  changed(change: Partial<StoredExecutionState>): StoredExecutionState {
    return { ...this.#state, updatedAtMs: this.#nowMs(), ...change };
  }

  /** Takes over a state that has become durable by other means. */
  become(next: StoredExecutionState): void {
    this.#state = next;
    this.#onChange();
  }

  /** From now on only an end is taken. Returns whether it was open. */
  close(): boolean {
    const wasOpen = !this.#isClosed;
    this.#isClosed = true;
    return wasOpen;
  }
}
