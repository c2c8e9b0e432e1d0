import { AlcoveError, OutputInvalidError, WorkflowError } from "@alcove/plugin-api";
import type { StepListener } from "../events/intermediate-step.js";
import { RunEvents, type Span } from "../events/run-events.js";
import { detachDrafts } from "./detach-drafts.js";
import { invokeFunction, streamFunction } from "./invoke-function.js";
import { RunAbort } from "./run-abort.js";
import { RequestedRunFacts, type RunRequest } from "./run-facts.js";
import type { RunHost, RunLease } from "./run-host.js";
import { parseInput } from "./schema-check.js";

/** Where a runner is in its life. */
export type RunnerState = "initialized" | "running" | "completed" | "failed";

/** Serves exactly one run: its single result, its reply as JSON text, or its stream. */
export class Runner {
  readonly facts: RequestedRunFacts;
  readonly #host: RunHost;
  readonly #input: unknown;
  readonly #request: RunRequest;
  readonly #listeners = new Set<StepListener>();
  readonly #abort = new RunAbort();
  #state: RunnerState = "initialized";
  #stopFollowingCaller: (() => void) | undefined;

  constructor(host: RunHost, input: unknown, request: RunRequest) {
    this.#host = host;
    this.#input = input;
    this.#request = request;
    this.facts = new RequestedRunFacts(request);
  }

  get runId(): string {
    return this.facts.runId;
  }

  get traceId(): string {
    return this.facts.traceId;
  }

  get state(): RunnerState {
    return this.#state;
  }

  /** Listens to this run's steps only. Subscribe before the run starts. Returns the unsubscription. */
  subscribe(listener: StepListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Aborts the run: while it waits it leaves the queue; while it works its signal aborts, and nothing is committed. */
  abort(reason?: unknown): void {
    this.#abort.abort(reason);
  }

  /**
   * Runs the workflow and resolves to its single result, once everything the run changed is durable.
   *
   * @throws INPUT_INVALID before anything has run; workflow_error when the workflow throws; OUTPUT_INVALID; RUN_ABORTED;
   * SESSION_QUEUE_FULL; SHUTTING_DOWN; the codes of the store; RUNNER_MISUSED at the second use.
   */
  result(): Promise<unknown> {
    return this.#single(detachDrafts);
  }

  /**
   * As {@link result}, as the JSON text of a reply body. The text is made before the commit, so that a result JSON
   * cannot hold fails the run instead of losing its reply.
   */
  reply(): Promise<string> {
    const { wire, workflow } = this.#host;
    return this.#single((output) => {
      try {
        return JSON.stringify(wire.wrapOutput(output));
      } catch (cause) {
        throw new OutputInvalidError(workflow.name, [
          { path: [], kind: "custom", message: `JSON cannot hold it (${(cause as Error).message})` },
        ]);
      }
    });
  }

  /**
   * Runs the workflow and yields its chunks as they come. The stream ends only after everything the run changed is
   * durable. Leaving it early aborts the run. Throws as {@link result}.
   */
  async *stream(): AsyncGenerator<unknown, void, undefined> {
    const { workflow } = this.#host;
    const { lease, span, input, startedAtMs } = await this.#begin();
    const chunks: unknown[] = [];
    let isOver = false;
    try {
      for await (const chunk of streamFunction(lease.run, workflow, input, span)) {
        const detached = detachDrafts(chunk);
        if (span !== undefined) {
          chunks.push(detached);
        }
        yield detached;
      }
      await this.#succeed(lease, span, chunks, startedAtMs);
      isOver = true;
    } catch (error) {
      isOver = true;
      throw this.#fail(lease, span, error, startedAtMs);
    } finally {
      if (!isOver) {
        this.#fail(lease, span, new AlcoveError("RUN_ABORTED", "The stream was left before its end."), startedAtMs);
      }
    }
  }

  async #single<Result>(finish: (output: unknown) => Result): Promise<Result> {
    const { workflow } = this.#host;
    const { lease, span, input, startedAtMs } = await this.#begin();
    try {
      const result = finish(await invokeFunction(lease.run, workflow, input, span));
      await this.#succeed(lease, span, result, startedAtMs);
      return result;
    } catch (error) {
      throw this.#fail(lease, span, error, startedAtMs);
    }
  }

  async #begin(): Promise<{ lease: RunLease; span: Span | undefined; input: unknown; startedAtMs: number }> {
    if (this.#state !== "initialized") {
      throw new AlcoveError("RUNNER_MISUSED", `This runner is ${this.#state}; a runner serves one run.`);
    }
    this.#state = "running";
    const { workflow, clock } = this.#host;
    const startedAtMs = clock.monotonicMs();
    const input = this.#parseInput();
    try {
      this.#followCallerSignal(this.#request.signal);
      const events = new RunEvents(this.#host, this.facts, this.#listeners, this.#request.parentId);
      const lease = await this.#host.begin({ facts: this.facts, events, abort: this.#abort });
      return {
        lease,
        span: events.start("WORKFLOW", workflow.component.type.name, input, undefined),
        input,
        startedAtMs,
      };
    } catch (error) {
      this.#end("failed", startedAtMs);
      throw error;
    }
  }

  /** A refused input is no run: nothing has begun, and no figures count it. */
  #parseInput(): unknown {
    try {
      return parseInput(this.#host.workflow, this.#input);
    } catch (error) {
      this.#state = "failed";
      throw error;
    }
  }

  async #succeed(lease: RunLease, span: Span | undefined, output: unknown, startedAtMs: number): Promise<void> {
    lease.run.assertNotAborted();
    await lease.commit();
    lease.run.events.end(span, { output });
    this.#end("completed", startedAtMs);
  }

  #fail(lease: RunLease, span: Span | undefined, error: unknown, startedAtMs: number): AlcoveError {
    lease.rollback();
    lease.run.events.end(span, { error });
    this.#end("failed", startedAtMs);
    if (lease.run.abort.isAborted && !AlcoveError.is(error)) {
      return new AlcoveError("RUN_ABORTED", "The run was cancelled before it ended.", { cause: error });
    }
    return AlcoveError.is(error) && passedThrough.has(error.code) ? error : new WorkflowError(error);
  }

  #end(outcome: "completed" | "failed", startedAtMs: number): void {
    this.#state = outcome;
    this.#stopFollowingCaller?.();
    this.#host.recordEnd(outcome, this.#host.clock.monotonicMs() - startedAtMs);
  }

  #followCallerSignal(signal: AbortSignal | undefined): void {
    if (signal === undefined) {
      return;
    }
    const follow = (): void => this.abort(signal.reason);
    if (signal.aborted) {
      follow();
      return;
    }
    signal.addEventListener("abort", follow);
    this.#stopFollowingCaller = () => signal.removeEventListener("abort", follow);
  }
}

// What the engine itself raises about the run as a whole. Anything else came out of the workflow's code: an
// INPUT_INVALID among them says that the workflow called another function wrongly, not that the caller did.
const passedThrough: ReadonlySet<string> = new Set([
  "OUTPUT_INVALID",
  "OUTPUT_KIND_UNSUPPORTED",
  "STATE_INVALID",
  "RUN_ABORTED",
  "STORE_FAILED",
  "STORE_FULL",
  "STATE_TOO_LARGE",
  "STORE_CLOSED",
  "STORE_CONFLICT",
  "OUTCOME_UNKNOWN",
  "SHUTTING_DOWN",
]);
