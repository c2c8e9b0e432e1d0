import { AlcoveError } from "@alcove/plugin-api";
import type { ExecutionLedger } from "./execution-ledger.js";
import { removeUnfinished } from "./execution-records.js";

/** What {@link ExecutionEnding} needs of its execution. */
export interface EndingParts {
  /** Whether the store has the execution, as unfinished. */
  readonly isUnfinished: () => Promise<boolean>;
  /** The end is durable, or there is nothing to store it in. */
  readonly stored: () => void;
  /** The store does not take it: it has to be stored later. */
  readonly notStored: () => void;
}

/** How an execution has ended, on its way to the store. That it succeeded is no matter of this: it is stored with what it changed. */
export class ExecutionEnding {
  readonly #id: string;
  readonly #ledger: ExecutionLedger;
  readonly #parts: EndingParts;
  #end: { readonly status: "failure" | "interrupted"; readonly error: AlcoveError } | undefined;
  /** Whether the store may have an end that it has not told of. */
  #isInDoubt = false;
  #storing: Promise<void> | undefined;

  constructor(id: string, ledger: ExecutionLedger, parts: EndingParts) {
    this.#id = id;
    this.#ledger = ledger;
    this.#parts = parts;
  }

  /** Whether it is known how the execution has ended, durable or not. */
  get isKnown(): boolean {
    return this.#end !== undefined;
  }

  /** Notes the end. Returns whether it is the first, and nobody has given the execution up. */
  note(status: "failure" | "interrupted", error: AlcoveError): boolean {
    const isFirst = this.#ledger.close();
    if (isFirst) {
      this.#end = { status, error };
    }
    return isFirst;
  }

  /** Notes that an end was written, of which it is not known whether it is durable. The store can tell when it answers again. */
  doubt(error: AlcoveError): void {
    this.note("failure", error);
    this.#isInDoubt = true;
    this.#parts.notStored();
  }

  /** Makes the end durable, where anything is. Who calls meanwhile waits for the same writing. @throws the store's errors. */
  store(): Promise<void> {
    this.#storing ??= this.#store().finally(() => {
      this.#storing = undefined;
    });
    return this.#storing;
  }

  async #store(): Promise<void> {
    // A question that is being written makes it an execution with an end to store.
    await this.#ledger.settled();
    const { isStored, state } = this.#ledger;
    try {
      if (isStored && (!this.#isInDoubt || (await this.#parts.isUnfinished()))) {
        const change = { ...this.#end, pending: undefined };
        const removals = removeUnfinished(this.#id, state.answerCount);
        await this.#ledger.write(change, removals, { mayBegin: false, holdsTurn: false });
      }
    } catch (error) {
      const isSessionOver = AlcoveError.is(error) && error.code === "EXECUTION_NOT_FOUND";
      this.#isInDoubt = true;
      this.#parts[isSessionOver ? "stored" : "notStored"]();
      throw error;
    }
    this.#parts.stored();
  }
}
