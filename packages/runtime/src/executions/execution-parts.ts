import type { UserRecords } from "./execution-ledger.js";
import type { JournalEntry, StoredExecutionInput, StoredExecutionState } from "./execution-records.js";

/** What executions stand in. Nothing in it belongs to a user. `Execution` is the class of those in memory. */
export interface ExecutionSurroundings<Execution> {
  /** Whether the workflow may be begun again. */
  readonly isResumable: boolean;
  /** The store's time. */
  nowMs(): number;
  /** An interactive run becomes an execution. @throws TOO_MANY_EXECUTIONS */
  enter(execution: Execution): void;
  /** The state of an execution has changed; it may be over. */
  changed(execution: Execution): void;
  /** An execution that has no run was answered, and is to go on. */
  goOn(execution: Execution): void;
  /** Whether the store has the execution, as unfinished. @throws STATE_UNREADABLE, STORE_FAILED. */
  isUnfinished(execution: Execution): Promise<boolean>;
  /** The end of an execution is not durable, and has to be stored later. */
  endLater(execution: Execution): void;
  /** Waits, when the process stops, for what is still being written. */
  track(writing: Promise<void>): void;
}

/** What an execution is made of. */
export interface ExecutionParts<Execution> {
  readonly id: string;
  readonly records: UserRecords;
  readonly surroundings: ExecutionSurroundings<Execution>;
  /** What it was started with; asked for when it is stored, and when it begins. */
  readonly input: () => StoredExecutionInput;
  readonly state: StoredExecutionState;
  readonly isStored: boolean;
  /** The answers it got before. */
  readonly journal: readonly JournalEntry[];
}
