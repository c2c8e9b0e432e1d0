import { AlcoveError } from "@alcove/plugin-api";
import type { StepListener } from "../events/intermediate-step.js";
import { RunEvents, type Span } from "../events/run-events.js";
import type { InteractionResponse } from "../executions/interaction-answer.js";
import type { InteractionListener } from "../executions/interaction-desk.js";
import type { RunExecution } from "../executions/run-execution.js";
import { outcomeOfError, type RunKind, type RunOutcome } from "../figures/run-figures.js";
import type { Entry } from "../plan/entry.js";
import type { IdempotencyRequest } from "../sessions/recorded-replies.js";
import { detachDrafts } from "./detach-drafts.js";
import { invokeEntry, streamEntry } from "./entry-invocation.js";
import { followSignal } from "./follow-signal.js";
import { asText, ChunkRecording, lastHeldBack, type Reply, type ReplyStream, replayedChunks } from "./reply.js";
import { RunAbort } from "./run-abort.js";
import { RequestedRunFacts, type RunRequest } from "./run-facts.js";
import { failureOf } from "./run-failure.js";
import type { RunHold } from "./run-hold.js";
import type { InteractiveExecution, RunHost, RunLease } from "./run-host.js";
import { parseInput } from "./schema-check.js";

/** Where a runner is in its life. */
export type RunnerState = "initialized" | "running" | "completed" | "failed";

interface BegunRun {
  readonly lease: RunLease;
  readonly span: Span | undefined;
  readonly input: unknown;
  readonly startedAtMs: number;
}

/** Serves exactly one run: its single result, its reply as JSON text, or its stream. */
export class Runner {
  /** What functions see of the run. */
  readonly facts: RequestedRunFacts;
  readonly #host: RunHost;
  readonly #entry: Entry;
  readonly #hold: RunHold;
  readonly #input: unknown;
  readonly #request: RunRequest;
  readonly #events: RunEvents;
  readonly #abort = new RunAbort();
  #state: RunnerState = "initialized";
  #kind: RunKind = "single";
  #stopFollowingCaller: (() => void) | undefined;
  #execution: RunExecution | undefined;
  #interactive: InteractiveExecution | undefined;

  /**
   * @param entry The function the run begins with.
   * @param execution What is told of the run, where it is more than the answer to a request.
   */
  constructor(
    host: RunHost,
    entry: Entry,
    hold: RunHold,
    input: unknown,
    request: RunRequest,
    execution?: RunExecution,
  ) {
    this.#host = host;
    this.#entry = entry;
    this.#execution = execution;
    this.#hold = hold;
    this.#input = input;
    this.#request = request;
    this.facts = new RequestedRunFacts(request);
    this.#events = new RunEvents(host, this.facts, request.parentId);
  }

  /** The id of the run, a UUID unless the caller gave another. */
  get runId(): string {
    return this.facts.runId;
  }

  /** The trace the run belongs to, 32 hexadecimal digits. */
  get traceId(): string {
    return this.facts.traceId;
  }

  /** Where in its life it is. */
  get state(): RunnerState {
    return this.#state;
  }

  /** Listens to this run's steps only. Subscribe before the run starts. Returns the unsubscription. */
  subscribe(listener: StepListener): () => void {
    return this.#events.subscribe(listener);
  }

  /**
   * Makes the run interactive: its functions may ask people, and the listener hears every question as soon as that is
   * durable. From its first question on the run is an execution: it outlives its caller, leaves the user's turn to others while
   * a question waits, and is answered with {@link answer} or, also after a restart where the workflow is declared
   * resumable, with `Executions.answer`. Notifications come the same way, with a prompt of type `notification`, and wait for nothing.
   * Call it before the run starts. Returns the end of the listening; the run stays interactive.
   *
   * @throws RUNNER_MISUSED when the run has started, or is a job.
   */
  onInteraction(listener: InteractionListener): () => void {
    if (this.#state !== "initialized" || this.#execution !== this.#interactive) {
      throw new AlcoveError("RUNNER_MISUSED", "Listen to a run's questions before it starts.");
    }
    this.#interactive ??= this.#host.interactiveExecution({
      input: this.#input,
      facts: this.facts,
      parentId: this.#request.parentId,
      abort: this.#abort,
    });
    this.#execution = this.#interactive;
    return this.#interactive.onInteraction(listener);
  }

  /**
   * Answers the question that waits. Resolves when the answer is durable; the run goes on once it has the user's turn again.
   *
   * @throws INTERACTION_NOT_FOUND, INTERACTION_RESOLVED, INTERACTION_RESPONSE_INVALID, SESSION_CHANGED, EXECUTION_NOT_FOUND,
   * STORE_FAILED, STORE_FULL, OUTCOME_UNKNOWN.
   */
  async answer(interactionId: string, response: InteractionResponse): Promise<void> {
    if (this.#interactive === undefined) {
      throw new AlcoveError("INTERACTION_NOT_FOUND", "The run asks nothing.");
    }
    await this.#interactive.answer(interactionId, response);
  }

  /** Aborts the run: while it waits it leaves the queue; while it works its signal aborts, and nothing is committed. */
  abort(reason?: unknown): void {
    this.#abort.abort(reason);
  }

  /**
   * Runs the entry and resolves to its single result, once everything the run changed is durable.
   *
   * @throws RUNNER_MISUSED at the second use, and TypeError when the session was closed before the first;
   * INPUT_INVALID, before anything is loaded or built;
   * SHUTTING_DOWN, SESSION_QUEUE_FULL while it waits, RUN_TIMED_OUT, RUN_ABORTED or the reason of {@link abort} while it waits or works;
   * STATE_UNREADABLE, STATE_VERSION_UNSUPPORTED, STATE_INVALID, STORE_FAILED, STORE_CLOSED, COMPONENT_BUILD_FAILED when the
   * session cannot be woken up;
   * workflow_error when the entry throws, OUTPUT_INVALID, OUTPUT_KIND_UNSUPPORTED when it only streams;
   * STATE_INVALID when a state that was left behind, or an item that was appended, cannot be stored; STATE_UNREADABLE,
   * STATE_VERSION_UNSUPPORTED, STATE_MIGRATION_FAILED, STORE_FAILED when items cannot be read; STORE_FAILED, STORE_CONFLICT, STORE_CLOSED when the
   * commit changed nothing, OUTCOME_UNKNOWN when nobody knows whether it did.
   */
  async result(): Promise<unknown> {
    const { wire } = this.#entry;
    return this.#single(await this.#begin(), detachDrafts, (result) => JSON.stringify(wire.wrapOutput(result)));
  }

  /**
   * As {@link result}, as the JSON text of a reply body. The text is made before the commit, so that a result JSON
   * cannot hold fails the run instead of losing its reply; and with an idempotency key it is recorded in the very commit
   * that makes the run durable. A request that was carried out before is not run again: its recorded reply comes back.
   *
   * @throws as {@link result}; OUTPUT_INVALID also when JSON cannot hold the result; IDEMPOTENCY_KEY_REUSED,
   * IDEMPOTENCY_REPLY_TOO_LARGE, IDEMPOTENCY_UNSUPPORTED.
   */
  async reply(idempotency?: IdempotencyRequest): Promise<Reply> {
    const begun = await this.#begin(idempotency);
    if (begun.lease.recordedReply !== undefined) {
      this.#endReplay(begun.lease);
      return { body: begun.lease.recordedReply, isReplayed: true };
    }
    const { wire, fn } = this.#entry;
    const finish = (output: unknown): string => asText(fn, () => JSON.stringify(wire.wrapOutput(output)));
    const body = await this.#single(begun, finish, asItIs);
    return { body, isReplayed: false };
  }

  /**
   * Runs the entry and yields its chunks as they come. The stream ends only after everything the run changed is
   * durable. Leaving it early aborts the run. An entry that cannot stream yields its single result as the one chunk.
   *
   * @throws as {@link result}, but for OUTPUT_KIND_UNSUPPORTED.
   */
  async *stream(): AsyncGenerator<unknown, void, undefined> {
    this.#kind = "stream";
    yield* this.#chunks(await this.#begin(), (chunk) => chunk);
  }

  /**
   * As {@link stream}, as the JSON texts of the reply's chunks, resolved when the run has begun. A chunk is held back
   * until the next one is there, and the last one until everything the run changed is durable, so that whoever has seen
   * the whole reply can rely on it. With an idempotency key all chunks are recorded in that commit, and come back to a
   * request that was carried out before.
   *
   * @throws as {@link reply}, but for OUTPUT_KIND_UNSUPPORTED: before the run has begun here, then from the chunks.
   */
  async replyStream(idempotency?: IdempotencyRequest): Promise<ReplyStream> {
    this.#kind = "stream";
    const begun = await this.#begin(idempotency);
    const { recordedReply } = begun.lease;
    if (recordedReply !== undefined) {
      this.#endReplay(begun.lease);
      return { isReplayed: true, chunks: replayedChunks(recordedReply) };
    }
    const { wire, fn } = this.#entry;
    const recording = idempotency && new ChunkRecording((bytes) => begun.lease.assertRecordable(bytes));
    const finish = (chunk: unknown): string => {
      const text = asText(fn, () => wire.chunkText(chunk));
      recording?.add(text);
      return text;
    };
    const chunks = this.#chunks(begun, finish, recording && (() => recording.recorded()));
    return { isReplayed: false, chunks: lastHeldBack(chunks) };
  }

  async *#chunks<Chunk>(
    begun: BegunRun,
    finish: (chunk: unknown) => Chunk,
    recorded?: () => string,
  ): AsyncGenerator<Chunk, void, undefined> {
    const chunks: unknown[] = [];
    let isOver = false;
    try {
      yield* this.#newChunks(begun, finish, chunks);
      await this.#succeed(begun, chunks, recorded);
      isOver = true;
    } catch (error) {
      isOver = true;
      const again = this.#execution === undefined ? undefined : await this.#beginAgain(begun);
      if (again === undefined) {
        throw this.#fail(begun, error);
      }
      yield* this.#chunks(again, finish, recorded);
    } finally {
      if (!isOver) {
        this.abort();
        this.#fail(begun, new AlcoveError("RUN_ABORTED", "The stream was left before its end."));
      }
    }
  }

  async *#newChunks<Chunk>(
    { lease, span, input }: BegunRun,
    finish: (chunk: unknown) => Chunk,
    chunks: unknown[],
  ): AsyncGenerator<Chunk, void, undefined> {
    const execution = this.#execution;
    for await (const chunk of streamEntry(this.#entry, this.#host, lease.run, input, span)) {
      lease.run.abort.assertNotAborted();
      const detached = detachDrafts(chunk);
      if (span?.wantsOutput === true) {
        chunks.push(detached);
      }
      if (execution === undefined || execution.isNewChunk(this.#entry.wire.chunkText(detached))) {
        yield finish(detached);
      }
    }
  }

  async #single<Result>(
    begun: BegunRun,
    finish: (output: unknown) => Result,
    textOf: (result: Result) => string,
  ): Promise<Result> {
    try {
      const result = finish(await invokeEntry(this.#entry, this.#host, begun.lease.run, begun.input, begun.span));
      await this.#succeed(begun, result, undefined, this.#execution && textOf(result));
      return result;
    } catch (error) {
      const again = this.#execution === undefined ? undefined : await this.#beginAgain(begun);
      if (again === undefined) {
        throw this.#fail(begun, error);
      }
      return this.#single(again, finish, textOf);
    }
  }

  async #begin(idempotency?: IdempotencyRequest): Promise<BegunRun> {
    if (this.#state !== "initialized") {
      throw new AlcoveError("RUNNER_MISUSED", `This runner is ${this.#state}; a runner serves one run.`);
    }
    this.#state = "running";
    if (idempotency !== undefined) {
      // A retry could not tell whether the first request still waits for a person.
      this.#execution = undefined;
    }
    const { typeName } = this.#entry.facts;
    const { clock } = this.#host;
    const startedAtMs = clock.monotonicMs();
    const input = this.#parseInput();
    this.#hold.enterRun();
    this.#events.beginTrace(typeName, this.#request.traceParent);
    try {
      const { signal, admitNewSession } = this.#request;
      if (signal !== undefined) {
        this.#stopFollowingCaller = followSignal(signal, (reason) => this.abort(reason));
      }
      const { facts } = this;
      const events = this.#events;
      const lease = await this.#host.begin({ facts, events, abort: this.#abort, idempotency, admitNewSession });
      const isRun = lease.recordedReply === undefined;
      if (this.#execution !== undefined) {
        await this.#attach(this.#execution, lease);
      }
      const span = isRun ? events.start("WORKFLOW", typeName, input, undefined) : undefined;
      return { lease, span, input, startedAtMs };
    } catch (error) {
      this.#events.trace?.fail(error);
      this.#end(outcomeOfError(error), startedAtMs);
      this.#execution?.failed(error);
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
  async #beginAgain(begun: BegunRun): Promise<BegunRun | undefined> {
    const execution = this.#execution;
    if (execution?.mustBeginAgain !== true || this.#abort.isAborted) {
      return undefined;
    }
    begun.lease.rollback();
    try {
      const abort = this.#abort;
      const lease = await this.#host.begin({ facts: this.facts, events: this.#events, abort, idempotency: undefined });
      await this.#attach(execution, lease);
      return { ...begun, lease };
    } catch (error) {
      throw this.#fail(begun, error);
    }
  }

  /** A refused input is no run: nothing has begun, and no figures count it. */
  #parseInput(): unknown {
    try {
      return parseInput(this.#entry.fn, this.#input);
    } catch (error) {
      this.#state = "failed";
      throw error;
    }
  }

  async #succeed(
    { lease, span, startedAtMs }: BegunRun,
    output: unknown,
    recorded?: () => string,
    executionText?: string,
  ): Promise<void> {
    const execution = this.#execution;
    if (execution !== undefined) {
      await execution.settle();
    }
    lease.run.abort.assertNotAborted();
    const records = execution?.recordsAtEnd(executionText);
    await lease.commit(recorded === undefined ? output : recorded(), records);
    execution?.succeeded();
    lease.run.events.end(span, { output });
    this.#end("completed", startedAtMs);
  }

  #endReplay(lease: RunLease): void {
    lease.rollback();
    this.#events.trace?.endReplay();
    this.#state = "completed";
    this.#leave();
    this.#host.recordReplay();
  }

  #fail({ lease, span, startedAtMs }: BegunRun, error: unknown): AlcoveError {
    // Until the run is ended for its commit, whatever is thrown comes out of the entry's code.
    const isOfEntry = lease.run.isActive;
    lease.rollback();
    const isGivenUp = lease.run.abort.isAborted && isOfEntry;
    const failure = isGivenUp ? lease.run.abort.error() : failureOf(error, isOfEntry);
    lease.run.events.end(span, { error }, failure);
    this.#end(outcomeOfError(failure), startedAtMs);
    this.#execution?.failed(failure);
    return failure;
  }

  #end(outcome: RunOutcome, startedAtMs: number): void {
    this.#state = outcome === "completed" ? "completed" : "failed";
    this.#leave();
    this.#host.recordEnd(this.#kind, outcome, this.#host.clock.monotonicMs() - startedAtMs);
  }

  #leave(): void {
    this.#stopFollowingCaller?.();
    this.#hold.leaveRun();
  }
}

const asItIs = (text: string): string => text;
