import { AlcoveError, WorkflowError } from "@alcove/plugin-api";
import type { RecordChange } from "@alcove/state";
import type { IntermediateStep, StepListener } from "../events/intermediate-step.js";
import { Attempt } from "./attempt.js";
import { ExecutionEnding } from "./execution-ending.js";
import { ExecutionLedger } from "./execution-ledger.js";
import type { ExecutionParts } from "./execution-parts.js";
import {
  putResult,
  putState,
  removeUnfinished,
  type StoredExecutionInput,
  type StoredExecutionState,
} from "./execution-records.js";
import type { ExecutionStatus, ExecutionView } from "./execution-view.js";
import { GivingWay } from "./giving-way.js";
import type { InteractionResponse } from "./interaction-answer.js";
import { divergedError, InteractionDesk, type InteractionListener } from "./interaction-desk.js";
import type { ParkableRun, RunExecution } from "./run-execution.js";
import { RunInteraction } from "./run-interaction.js";
import { interruptedError, viewOf } from "./view-of-stored.js";

/**
 * One execution in memory: a job, or a run that asks a person. It belongs to one user, is reached only by that user's id
 * together with its own, and is dropped when it is finished; what is finished is in the store.
 */
export class Execution implements RunExecution {
  readonly id: string;
  readonly #parts: ExecutionParts<Execution>;
  readonly #ledger: ExecutionLedger;
  readonly #ending: ExecutionEnding;
  readonly #desk: InteractionDesk;
  readonly #sentChunks: string[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #stepListeners = new Set<StepListener>();
  #attempt: Attempt | undefined;
  #storing: Promise<void> = Promise.resolve();
  #isGone = false;
  #committing: StoredExecutionState | undefined;
  #resultText: string | undefined;
  #abortRun: ((reason: AlcoveError) => void) | undefined;
  readonly #givingWay = new GivingWay((error) => this.#goOnOrFinish(error));

  constructor(parts: ExecutionParts<Execution>) {
    const { surroundings, id } = parts;
    this.id = id;
    this.#parts = parts;
    this.#ledger = new ExecutionLedger({
      ...parts,
      nowMs: () => surroundings.nowMs(),
      onChange: () => this.#tell(),
    });
    this.#ending = new ExecutionEnding(id, this.#ledger, {
      isUnfinished: () => surroundings.isUnfinished(this),
      stored: () => this.drop(),
      notStored: () => surroundings.endLater(this),
    });
    this.#desk = new InteractionDesk({
      executionId: id,
      ledger: this.#ledger,
      isResumable: surroundings.isResumable,
      journal: parts.journal,
      nowMs: () => surroundings.nowMs(),
      beforeFirst: () => surroundings.enter(this),
      goOn: () => surroundings.goOn(this),
      fail: (error) => {
        this.#abortRun?.(error);
        return this.#finish("failure", error);
      },
    });
  }

  /** Whose it is. */
  get userId(): string {
    return this.#parts.records.key.userId;
  }

  get status(): ExecutionStatus {
    return this.#ledger.state.status;
  }

  get kind(): ExecutionView["kind"] {
    return this.#ledger.state.kind;
  }

  /** Whether it is durable that there is such an execution. */
  get isStored(): boolean {
    return this.#ledger.isStored;
  }

  /** Whether a run of it has begun in this process. */
  get hasRun(): boolean {
    return this.#attempt !== undefined;
  }

  /** What it was started with. */
  get input(): StoredExecutionInput {
    return this.#parts.input();
  }

  /** When the question that waits is given up. */
  get deadlineMs(): number | undefined {
    return this.isOver ? undefined : this.#ledger.state.pending?.deadlineMs;
  }

  /** Whether its end is being written, or nothing more happens to it. */
  get isOver(): boolean {
    return this.#ledger.isClosed;
  }

  /** Whether nothing more happens to it in this process: from then on the store knows all of it. */
  get isGone(): boolean {
    return this.#isGone;
  }

  get mustBeginAgain(): boolean {
    return this.#desk.mustBeginAgain;
  }

  /** As its owner may see it. */
  view(): ExecutionView {
    const { state } = this.#ledger;
    const isThere = state.status === "success" && this.#resultText !== undefined;
    return viewOf(this.id, state, isThere ? JSON.parse(this.#resultText ?? "") : undefined);
  }

  /** Calls the watcher whenever the state has changed, or the execution is dropped. Returns the end of it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  /** Calls the listener for every step from now on. Returns the end of it. */
  onStep(listener: StepListener): () => void {
    this.#stepListeners.add(listener);
    return () => {
      this.#stepListeners.delete(listener);
    };
  }

  /** Hands a step of its run on to whoever listens. */
  passStep(step: IntermediateStep): void {
    for (const listener of this.#stepListeners) {
      listener(step);
    }
  }

  /** Calls the listener for every question, and everything a person is to be told. Returns the end of it. */
  onInteraction(listener: InteractionListener): () => void {
    return this.#desk.listen(listener);
  }

  /** Makes it durable as it is. @throws the store's errors, and those of a session that cannot be begun. */
  submit(admitNewSession?: () => void): Promise<void> {
    this.#storing = this.#ledger.write({}, [], { mayBegin: true, holdsTurn: false, admitNewSession });
    return this.#storing;
  }

  /** Resolves when it is durable that there is such an execution. Rejects as {@link submit}. */
  whenStored(): Promise<void> {
    return this.#storing;
  }

  /** Lets whoever ends the execution abort its run. */
  abortsWith(abort: (reason: AlcoveError) => void): void {
    this.#abortRun = abort;
  }

  async begin(parkable: ParkableRun): Promise<void> {
    const attempt = new Attempt(parkable);
    this.#attempt = attempt;
    this.#desk.begin(attempt);
    parkable.run.interaction = new RunInteraction((prompt) => this.#desk.ask(attempt, prompt));
    if (this.status === "submitted") {
      await this.#ledger.write({ status: "running" }, [], { mayBegin: false, holdsTurn: true });
    }
  }

  isNewChunk(text: string): boolean {
    const sent = this.#sentChunks[this.#attempt?.nextChunk() ?? 0];
    if (sent === undefined) {
      this.#sentChunks.push(text);
    } else if (sent !== text) {
      throw divergedError("streamed something else");
    }
    return sent === undefined;
  }

  async settle(): Promise<void> {
    if (this.#attempt !== undefined) {
      await this.#desk.settle(this.#attempt);
    }
  }

  recordsAtEnd(resultText: string | undefined): readonly RecordChange[] | undefined {
    if (!this.#ledger.isStored) {
      return undefined;
    }
    const text = resultText ?? `[${this.#sentChunks.join()}]`;
    const next = this.#ledger.changed({ status: "success", pending: undefined });
    this.#resultText = text;
    this.#committing = next;
    return [
      ...removeUnfinished(this.id, next.answerCount),
      putState(this.id, next, true),
      putResult(this.id, text, next.updatedAtMs + next.expiryMs),
    ];
  }

  succeeded(): void {
    this.#ledger.close();
    this.#isGone = true;
    if (this.#committing !== undefined) {
      this.#ledger.become(this.#committing);
    }
  }

  failed(error: unknown): void {
    this.#committing = undefined;
    const coded = AlcoveError.is(error) ? error : new WorkflowError(error);
    if (coded.code === "SHUTTING_DOWN") {
      // The next start finds it unfinished.
      this.drop();
    } else if (coded.code === "OUTCOME_UNKNOWN") {
      // The store may have its end already, which it can tell when it answers again.
      this.#ending.doubt(coded);
    } else if (!this.#givingWay.takes(coded)) {
      this.#finishAfter(coded);
    }
  }

  /** Gives up its run. Whether that is its end depends on what becomes of the session: see {@link sessionStays}. */
  giveWay(): void {
    // A run that has asked nobody anything is its caller's.
    if (this.#ledger.isStored && !this.#ledger.isClosed && this.#committing === undefined) {
      this.#givingWay.begin();
      this.#abortRun?.(
        new AlcoveError("RUN_ABORTED", "The run was given up so that the user's session could be ended."),
      );
    }
  }

  /** The session it gave way for was not ended: it is begun again if it had not begun, or the workflow may be begun again, and ends if not. */
  sessionStays(): void {
    this.#givingWay.wasInVain();
  }

  #goOnOrFinish(error: AlcoveError): void {
    if (this.#attempt === undefined || this.#parts.surroundings.isResumable) {
      this.#parts.surroundings.goOn(this);
    } else {
      this.#finishAfter(error);
    }
  }

  /**
   * Aborts its run, and resolves when its end is durable; where another end is just being written, when that is.
   *
   * @throws the store's errors: then it is aborted, and its end is stored later.
   */
  async cancel(): Promise<void> {
    if (this.#ending.isKnown) {
      return this.storeEnd();
    }
    if (this.#committing !== undefined || this.#ledger.isClosed) {
      return this.#whenGone();
    }
    const reason = new AlcoveError("RUN_ABORTED", "It was cancelled by its owner.");
    const finishing = this.#finish("interrupted", reason);
    this.#abortRun?.(reason);
    await finishing;
  }

  /** Lets go of it, and aborts its run where there is a reason. Nothing is written. */
  drop(reason?: AlcoveError): void {
    this.#ledger.close();
    this.#isGone = true;
    if (reason !== undefined) {
      this.#abortRun?.(reason);
    }
    this.#tell();
  }

  /** Ends it as one whose run was lost with its process. */
  interrupt(): Promise<void> {
    return this.#finish("interrupted", interruptedError());
  }

  /** As {@link InteractionDesk.answer}. */
  answer(interactionId: string, response: InteractionResponse): Promise<void> {
    return this.#desk.answer(this.#attempt, interactionId, response);
  }

  /** Gives up the question whose time is over. */
  timeOut(): Promise<void> {
    return this.#desk.timeOut(this.#attempt);
  }

  /**
   * Stores how it has ended. Until that is durable it stays unfinished, for its owner as for the next start.
   *
   * @throws the store's errors.
   */
  storeEnd(): Promise<void> {
    return this.#ending.store();
  }

  #finishAfter(error: AlcoveError): void {
    this.#parts.surroundings.track(this.#finish(error.code === "RUN_ABORTED" ? "interrupted" : "failure", error));
  }

  async #finish(status: "failure" | "interrupted", error: AlcoveError): Promise<void> {
    if (this.#ending.note(status, error)) {
      await this.storeEnd();
    }
  }

  #whenGone(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#isGone) {
          unwatch();
          resolve();
        }
      };
      const unwatch = this.watch(look);
      look();
    });
  }

  #tell(): void {
    this.#parts.surroundings.changed(this);
    for (const watcher of [...this.#watchers]) {
      watcher();
    }
  }
}
