import { AlcoveError } from "@alcove/plugin-api";
import type { StepListener } from "../events/intermediate-step.js";
import type { InteractionResponse } from "../executions/interaction-answer.js";
import type { InteractionListener } from "../executions/interaction-desk.js";
import type { IdempotencyRequest } from "../sessions/recorded-replies.js";
import { detachDrafts } from "./detach-drafts.js";
import { invokeEntry, streamEntry } from "./entry-invocation.js";
import { asText, ChunkRecording, lastHeldBack, type Reply, type ReplyStream, replayedChunks } from "./reply.js";
import type { RequestedRunFacts } from "./run-facts.js";
import type { InteractiveExecution } from "./run-host.js";
import { type BegunRun, RunLifecycle, type RunnerState, type RunParts } from "./run-lifecycle.js";

/** Serves exactly one run: its single result, its reply as JSON text, or its stream. */
export class Runner {
  readonly #parts: RunParts;
  readonly #lifecycle: RunLifecycle;
  #interactive: InteractiveExecution | undefined;

  /** @param parts Its input is checked, and its session woken up, when the result or stream is asked for. */
  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#lifecycle = new RunLifecycle(parts);
  }

  /** What functions see of the run. */
  get facts(): RequestedRunFacts {
    return this.#lifecycle.facts;
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
    return this.#lifecycle.state;
  }

  /** Whether it waits for its person to answer. */
  get isWaiting(): boolean {
    return this.#interactive?.status === "waiting";
  }

  /** Listens to this run's steps only. Subscribe before the run starts. Returns the unsubscription. */
  subscribe(listener: StepListener): () => void {
    return this.#lifecycle.events.subscribe(listener);
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
    const lifecycle = this.#lifecycle;
    if (lifecycle.state !== "initialized" || lifecycle.execution !== this.#interactive) {
      throw new AlcoveError("RUNNER_MISUSED", "Listen to a run's questions before it starts.");
    }
    const { host, input, request } = this.#parts;
    const { facts, abort } = lifecycle;
    this.#interactive ??= host.interactiveExecution({ input, facts, parentId: request.parentId, abort });
    lifecycle.execution = this.#interactive;
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
    this.#lifecycle.abort.abort(reason);
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
    const { wire } = this.#parts.entry;
    return this.#single(await this.#lifecycle.begin(), detachDrafts, (result) =>
      JSON.stringify(wire.wrapOutput(result)),
    );
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
    const begun = await this.#lifecycle.begin(idempotency);
    if (begun.lease.recordedReply !== undefined) {
      this.#lifecycle.endReplay(begun.lease);
      return { body: begun.lease.recordedReply, isReplayed: true };
    }
    const { wire, fn } = this.#parts.entry;
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
    this.#lifecycle.kind = "stream";
    yield* this.#chunks(await this.#lifecycle.begin(), (chunk) => chunk);
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
    this.#lifecycle.kind = "stream";
    const begun = await this.#lifecycle.begin(idempotency);
    const { recordedReply } = begun.lease;
    if (recordedReply !== undefined) {
      this.#lifecycle.endReplay(begun.lease);
      return { isReplayed: true, chunks: replayedChunks(recordedReply) };
    }
    const { wire, fn } = this.#parts.entry;
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
    const lifecycle = this.#lifecycle;
    const chunks: unknown[] = [];
    let isOver = false;
    try {
      yield* this.#newChunks(begun, finish, chunks);
      await lifecycle.succeed(begun, chunks, recorded);
      isOver = true;
    } catch (error) {
      isOver = true;
      const again = lifecycle.execution === undefined ? undefined : await lifecycle.beginAgain(begun);
      if (again === undefined) {
        throw lifecycle.fail(begun, error);
      }
      yield* this.#chunks(again, finish, recorded);
    } finally {
      if (!isOver) {
        this.abort();
        lifecycle.fail(begun, new AlcoveError("RUN_ABORTED", "The stream was left before its end."));
      }
    }
  }

  async *#newChunks<Chunk>(
    { lease, span, input }: BegunRun,
    finish: (chunk: unknown) => Chunk,
    chunks: unknown[],
  ): AsyncGenerator<Chunk, void, undefined> {
    const { execution } = this.#lifecycle;
    const { entry, host } = this.#parts;
    for await (const chunk of streamEntry(entry, host, lease.run, input, span)) {
      lease.run.abort.assertNotAborted();
      const detached = detachDrafts(chunk);
      if (span?.wantsOutput === true) {
        chunks.push(detached);
      }
      if (execution === undefined || execution.isNewChunk(entry.wire.chunkText(detached))) {
        yield finish(detached);
      }
    }
  }

  async #single<Result>(
    begun: BegunRun,
    finish: (output: unknown) => Result,
    textOf: (result: Result) => string,
  ): Promise<Result> {
    const lifecycle = this.#lifecycle;
    const { entry, host } = this.#parts;
    try {
      const result = finish(await invokeEntry(entry, host, begun.lease.run, begun.input, begun.span));
      await lifecycle.succeed(begun, result, undefined, lifecycle.execution && textOf(result));
      return result;
    } catch (error) {
      const again = lifecycle.execution === undefined ? undefined : await lifecycle.beginAgain(begun);
      if (again === undefined) {
        throw lifecycle.fail(begun, error);
      }
      return this.#single(again, finish, textOf);
    }
  }
}

const asItIs = (text: string): string => text;
