import { AlcoveError } from "@alcove/plugin-api";
import { RunEvents, type Span } from "../events/run-events.js";
import type { RunExecution } from "../executions/run-execution.js";
import { outcomeOfError, type RunKind, type RunOutcome } from "../figures/run-figures.js";
import type { Entry } from "../plan/entry.js";
import type { IdempotencyRequest } from "../sessions/recorded-replies.js";
import { followSignal } from "./follow-signal.js";
import { RunAbort } from "./run-abort.js";
import { RequestedRunFacts, type RunRequest } from "./run-facts.js";
import { failureOf } from "./run-failure.js";
import type { RunHold } from "./run-hold.js";
import type { RunHost, RunLease } from "./run-host.js";
import { parseInput } from "./schema-check.js";

/** Where a run, and the runner that serves it, is in its life. */
export type RunnerState = "initialized" | "running" | "completed" | "failed";

/** A run that has begun. */
export interface BegunRun {
  readonly lease: RunLease;
  readonly span: Span | undefined;
  /** What the entry is called with: the input as its schema has parsed it. */
  readonly input: unknown;
  readonly startedAtMs: number;
}

/** What a run is asked for with, and where it takes place. */
export interface RunParts {
  readonly host: RunHost;
  /** The function the run begins with. */
  readonly entry: Entry;
  readonly hold: RunHold;
  readonly input: unknown;
  readonly request: RunRequest;
  /** What is told of the run, where it is more than the answer to a request. */
  readonly execution?: RunExecution | undefined;
}

/** Begins one run and ends it, whatever form its result has: its turn, its events, its commit or rollback, its figures. */
export class RunLifecycle {
  readonly facts: RequestedRunFacts;
  readonly events: RunEvents;
  readonly abort = new RunAbort();
  /** What the figures count the run as. */
  kind: RunKind = "single";
  /** What is told of the run. A run with an idempotency key has none once it has begun. */
  execution: RunExecution | undefined;
  readonly #parts: RunParts;
  #state: RunnerState = "initialized";
  #stopFollowingCaller: (() => void) | undefined;

  constructor(parts: RunParts) {
    const { host, request, execution } = parts;
    this.#parts = parts;
    this.execution = execution;
    this.facts = new RequestedRunFacts(request);
    this.events = new RunEvents(host, this.facts, request.parentId);
  }

  get state(): RunnerState {
    return this.#state;
  }

  /**
   * Begins the run, once: waits for its turn, wakes the session up, and finds the recorded reply of an idempotency key.
   *
   * @throws RUNNER_MISUSED at the second call; else what ends the run before its entry is called, as `Runner.result` lists it.
   */
  async begin(idempotency?: IdempotencyRequest): Promise<BegunRun> {
    if (this.#state !== "initialized") {
      throw new AlcoveError("RUNNER_MISUSED", `This runner is ${this.#state}; a runner serves one run.`);
    }
    this.#state = "running";
    if (idempotency !== undefined) {
      // A retry could not tell whether the first request still waits for a person.
      this.execution = undefined;
    }
    const { execution } = this;
    if (execution !== undefined) {
      this.abort.giveWay = () => execution.giveWay();
    }
    const { host, entry, hold, request } = this.#parts;
    const { typeName } = entry.facts;
    const startedAtMs = host.clock.monotonicMs();
    const input = this.#parseInput();
    hold.enterRun();
    this.events.beginTrace(typeName, request.traceParent);
    try {
      const { signal, admitNewSession } = request;
      if (signal !== undefined) {
        this.#stopFollowingCaller = followSignal(signal, (reason) => this.abort.abort(reason));
      }
      const { facts, events, abort } = this;
      const lease = await host.begin({ facts, events, abort, idempotency, admitNewSession });
      const isRun = lease.recordedReply === undefined;
      if (this.execution !== undefined) {
        await this.#attach(this.execution, lease);
      }
      const span = isRun ? events.start("WORKFLOW", typeName, input, undefined) : undefined;
      return { lease, span, input, startedAtMs };
    } catch (error) {
      this.events.trace?.fail(error);
      this.#end(outcomeOfError(error), startedAtMs);
      this.execution?.failed(error);
      throw error;
    }
  }

  async #attach(execution: RunExecution, lease: RunLease): Promise<void> {
    try {
      await execution.begin(lease);
    } catch (error) {
      lease.rollback();
      throw error;
    }
  }

  /** The run once more from its beginning, where its session has changed while it was parked; `undefined` where it has not. */
  async beginAgain(begun: BegunRun): Promise<BegunRun | undefined> {
    const { execution, facts, events, abort } = this;
    if (execution?.mustBeginAgain !== true || abort.isAborted) {
      return undefined;
    }
    begun.lease.rollback();
    try {
      const lease = await this.#parts.host.begin({ facts, events, abort, idempotency: undefined });
      await this.#attach(execution, lease);
      return { ...begun, lease };
    } catch (error) {
      throw this.fail(begun, error);
    }
  }

  /** A refused input is no run: nothing has begun, and no figures count it. */
  #parseInput(): unknown {
    try {
      return parseInput(this.#parts.entry.fn, this.#parts.input);
    } catch (error) {
      this.#state = "failed";
      throw error;
    }
  }

  /**
   * Makes durable what the run changed, and ends it well.
   *
   * @param recorded Makes the text that is recorded for the idempotency key, where that is not the output itself.
   * @param executionText The result as JSON text, where the run is an execution that has a single one.
   * @throws when nothing was stored, or nobody knows whether it was; the run has then to be ended with {@link fail}.
   */
  async succeed(
    { lease, span, startedAtMs }: BegunRun,
    output: unknown,
    recorded?: () => string,
    executionText?: string,
  ): Promise<void> {
    const { execution } = this;
    if (execution !== undefined) {
      await execution.settle();
    }
    lease.run.abort.assertNotAborted();
    const records = execution?.recordsAtEnd(executionText);
    await lease.commit(recorded === undefined ? output : recorded(), records);
    // Whoever follows the execution hears its last step before its end.
    lease.run.events.end(span, { output });
    execution?.succeeded();
    this.#end("completed", startedAtMs);
  }

  /** Ends what was no run, since its reply was recorded before. */
  endReplay(lease: RunLease): void {
    lease.rollback();
    this.events.trace?.endReplay();
    this.#state = "completed";
    this.#leave();
    this.#parts.host.recordReplay();
  }

  /** Discards what the run changed, and ends it. Returns what its caller is told. */
  fail({ lease, span, startedAtMs }: BegunRun, error: unknown): AlcoveError {
    // Until the run is ended for its commit, whatever is thrown comes out of the entry's code.
    const isOfEntry = lease.run.isActive;
    lease.rollback();
    const isGivenUp = lease.run.abort.isAborted && isOfEntry;
    const failure = isGivenUp ? lease.run.abort.error() : failureOf(error, isOfEntry);
    lease.run.events.end(span, { error }, failure);
    this.#end(outcomeOfError(failure), startedAtMs);
    this.execution?.failed(failure);
    return failure;
  }

  #end(outcome: RunOutcome, startedAtMs: number): void {
    this.#state = outcome === "completed" ? "completed" : "failed";
    this.#leave();
    const { host } = this.#parts;
    host.recordEnd(this.kind, outcome, host.clock.monotonicMs() - startedAtMs);
  }

  #leave(): void {
    this.#stopFollowingCaller?.();
    this.#parts.hold.leaveRun();
  }
}
