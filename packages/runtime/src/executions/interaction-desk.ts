import { randomUUID } from "node:crypto";
import { AlcoveError } from "@alcove/plugin-api";
import type { SpanContext } from "@opentelemetry/api";
import type { Attempt } from "./attempt.js";
import type { ExecutionLedger } from "./execution-ledger.js";
import { type JournalEntry, putAnswer } from "./execution-records.js";
import type { PendingInteraction } from "./execution-view.js";
import { answerOf, type InteractionAnswer, type InteractionResponse } from "./interaction-answer.js";
import { fingerprintOf, type Prompt } from "./prompt.js";

/** How a question came to its end. */
interface Resolution {
  /** `undefined` where nobody answered in time. */
  readonly answer: InteractionAnswer | undefined;
  /** The span in which the answer came. */
  readonly traceParent: SpanContext | undefined;
}

/** What a question is resolved with in vain, since its execution has come to its end. */
const endsExecution: ReadonlySet<string> = new Set(["SESSION_CHANGED", "EXECUTION_NOT_FOUND", "RUN_ABORTED"]);

/** Hears every question, and everything a person is to be told. */
export type InteractionListener = (interaction: PendingInteraction) => void;

/** What an {@link InteractionDesk} is made of. */
export interface InteractionDeskParts {
  readonly executionId: string;
  readonly ledger: ExecutionLedger;
  /** Whether the workflow may be begun again. */
  readonly isResumable: boolean;
  /** The answers it got before. */
  readonly journal: readonly JournalEntry[];
  nowMs(): number;
  /** Called before the first question is stored. @throws TOO_MANY_EXECUTIONS */
  beforeFirst(): void;
  /** Called when a question is answered that no run waits for: the run is to begin. */
  goOn(): void;
  /** Ends the execution, whose run can go on no more. */
  fail(error: AlcoveError): Promise<void>;
}

/** Where the questions of one execution lie: asked by its run, answered by its owner, kept in a journal. */
export class InteractionDesk {
  readonly #parts: InteractionDeskParts;
  readonly #journal: JournalEntry[];
  readonly #past = new Set<string>();
  readonly #listeners = new Set<InteractionListener>();
  #mustBeginAgain = false;
  #isAnswering = false;
  // The answer a run that is to begin goes on with, as far as its spans tell of it.
  #goesOnWith: Resolution | undefined;
  #resume: ((entry: JournalEntry) => void) | undefined;

  constructor(parts: InteractionDeskParts) {
    this.#parts = parts;
    this.#journal = [...parts.journal];
  }

  /** Whether the run has to begin again, because the session changed while it waited. */
  get mustBeginAgain(): boolean {
    return this.#mustBeginAgain;
  }

  /** Calls the listener for every question from now on. Returns the end of it. */
  listen(listener: InteractionListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** A run begins: it gets the answers that are there, from the first one on. */
  begin({ parkable }: Attempt): void {
    if (this.#goesOnWith !== undefined) {
      parkable.run.events.trace?.goOn(this.#goesOnWith.traceParent);
      this.#goesOnWith = undefined;
    }
    this.#mustBeginAgain = false;
    this.#resume = undefined;
  }

  /** The answer to a question of a run. @throws INTERACTION_TIMED_OUT, RUN_DIVERGED, SESSION_CHANGED, what the run was given up with. */
  ask(attempt: Attempt, prompt: Prompt): Promise<InteractionAnswer | undefined> {
    if (prompt.inputType === "notification") {
      this.#notify(attempt, prompt);
      return Promise.resolve(undefined);
    }
    return attempt.inTurn(async (sequence) => {
      const { run } = attempt.parkable;
      run.assertActive();
      attempt.assertAsking();
      run.abort.assertNotAborted();
      const entry = this.#journal[sequence];
      if (entry !== undefined && entry.prompt !== fingerprintOf(prompt)) {
        attempt.fault = divergedError("asked something else");
        throw attempt.fault;
      }
      const { answer } = entry ?? (await this.#wait(attempt, prompt));
      if (answer === undefined) {
        throw new AlcoveError("INTERACTION_TIMED_OUT", `Nobody answered in time: ${prompt.text}`);
      }
      return answer;
    });
  }

  /** Withdraws a question the run's code has not waited for itself, be it only just being stored, so that the run holds the turn at its end. */
  async settle(attempt: Attempt): Promise<void> {
    const { ledger } = this.#parts;
    attempt.settle();
    await ledger.settled();
    const { pending } = ledger.state;
    if (pending !== undefined) {
      this.#past.add(pending.interactionId);
      await ledger.write({ status: "running", pending: undefined }, [], { mayBegin: false, holdsTurn: false });
    }
    await this.#unpark(attempt);
    if (attempt.fault !== undefined) {
      throw attempt.fault;
    }
  }

  /**
   * Answers the question that waits; resolves when the answer is durable.
   *
   * @throws INTERACTION_NOT_FOUND, INTERACTION_RESOLVED, INTERACTION_RESPONSE_INVALID, SESSION_CHANGED, EXECUTION_NOT_FOUND;
   * the store's errors, after which the question still waits.
   */
  async answer(attempt: Attempt | undefined, interactionId: string, response: InteractionResponse): Promise<void> {
    const { ledger, executionId, nowMs } = this.#parts;
    const { pending } = ledger.state;
    if (pending?.interactionId !== interactionId) {
      throw this.#past.has(interactionId)
        ? resolvedError()
        : new AlcoveError("INTERACTION_NOT_FOUND", `The execution ${executionId} does not ask that.`);
    }
    const isLate = pending.deadlineMs !== undefined && pending.deadlineMs <= nowMs();
    if (this.#isAnswering || ledger.isClosed || isLate) {
      throw resolvedError();
    }
    const { traceParent } = response;
    await this.#resolve(attempt, pending, { answer: answerOf(pending.prompt, response), traceParent });
  }

  /** Gives up the question whose time is over. Where the execution has ended meanwhile, or ends of it, nothing is left to do. */
  async timeOut(attempt: Attempt | undefined): Promise<void> {
    const { ledger, nowMs } = this.#parts;
    const { pending } = ledger.state;
    const isOver = pending?.deadlineMs !== undefined && pending.deadlineMs <= nowMs();
    if (isOver && !this.#isAnswering && !ledger.isClosed) {
      await this.#resolve(attempt, pending, { answer: undefined, traceParent: undefined }).catch((error: unknown) => {
        if (!AlcoveError.is(error) || !endsExecution.has(error.code)) {
          throw error;
        }
      });
    }
  }

  async #wait(attempt: Attempt, prompt: Prompt): Promise<JournalEntry> {
    const { ledger, executionId, beforeFirst, nowMs } = this.#parts;
    if (!ledger.isStored) {
      beforeFirst();
    }
    const deadlineMs = prompt.timeoutMs === undefined ? undefined : nowMs() + Math.ceil(prompt.timeoutMs);
    const pending = { interactionId: randomUUID(), prompt, deadlineMs };
    const answered = new Promise<JournalEntry>((resolve) => {
      this.#resume = resolve;
    });
    await ledger.write({ status: "waiting", pending }, [], { mayBegin: true, holdsTurn: true });
    attempt.parkable.run.events.trace?.wait();
    attempt.park();
    this.#tell({ executionId, ...pending });
    const entry = await attempt.parkable.run.abort.race(answered);
    await this.#unpark(attempt);
    return entry;
  }

  async #unpark(attempt: Attempt): Promise<void> {
    if (!(await attempt.unpark())) {
      this.#mustBeginAgain = this.#parts.isResumable;
      attempt.fault = sessionChangedError();
      throw attempt.fault;
    }
  }

  async #resolve(
    attempt: Attempt | undefined,
    pending: Omit<PendingInteraction, "executionId">,
    resolution: Resolution,
  ): Promise<void> {
    const { ledger, executionId, isResumable, fail, goOn } = this.#parts;
    this.#isAnswering = true;
    try {
      if (!isResumable && attempt?.parkable.hasChanged() === true) {
        const error = sessionChangedError();
        await fail(error);
        throw error;
      }
      const entry: JournalEntry = { prompt: fingerprintOf(pending.prompt), answer: resolution.answer };
      const sequence = this.#journal.length;
      const next = { status: "running", pending: undefined, answerCount: sequence + 1 } as const;
      await ledger.write(next, [putAnswer(executionId, sequence, entry)], { mayBegin: false, holdsTurn: false });
      this.#journal.push(entry);
      this.#past.add(pending.interactionId);
      if (attempt === undefined) {
        this.#goesOnWith = resolution;
        goOn();
      } else {
        attempt.parkable.run.events.trace?.goOn(resolution.traceParent);
        this.#resume?.(entry);
      }
    } finally {
      this.#isAnswering = false;
    }
  }

  #notify(attempt: Attempt, prompt: Prompt): void {
    attempt.parkable.run.assertActive();
    // What was said before the run began again, or was taken up, has been said.
    if (attempt.questionCount >= this.#journal.length) {
      const { executionId } = this.#parts;
      this.#tell({ executionId, interactionId: randomUUID(), prompt, deadlineMs: undefined });
    }
  }

  #tell(interaction: PendingInteraction): void {
    for (const listener of this.#listeners) {
      listener(interaction);
    }
  }
}

/** The run did something else than before it began again. */
export function divergedError(what: string): AlcoveError {
  return new AlcoveError("RUN_DIVERGED", `The run was begun again, and ${what} than before.`);
}

function resolvedError(): AlcoveError {
  return new AlcoveError("INTERACTION_RESOLVED", "The question has been answered already, or its time is over.");
}

function sessionChangedError(): AlcoveError {
  return new AlcoveError(
    "SESSION_CHANGED",
    "The session has changed while the run waited for an answer; nothing of the run was stored.",
  );
}
