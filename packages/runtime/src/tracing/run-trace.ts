import type { RunFacts } from "@alcove/plugin-api";
import type { Attributes, Context, SpanContext } from "@opentelemetry/api";
import { openTelemetry } from "./open-telemetry.js";
import { TracedSpan } from "./traced-span.js";
import type { Tracing } from "./tracing.js";

/** What the span of a run says of it. */
export interface TracedRun {
  readonly facts: RunFacts;
  readonly userId: string | undefined;
  /** The type of the workflow. */
  readonly workflow: string;
  /** The span of the request, or whatever else the run was started in. */
  readonly parent: SpanContext | undefined;
}

/** A call of a function, for its span. */
export interface TracedCall {
  readonly name: string;
  /** The `uuid` of its step. */
  readonly stepId: string;
  readonly input: unknown;
  /** The span of the function that calls; `undefined` for the workflow's own function. */
  readonly caller: TracedSpan | undefined;
}

/**
 * The spans of one run: its own, in it those of its functions, nested as they call each other, and that of its commit. Names
 * are those of OpenTelemetry's conventions for generative AI where there is one.
 */
export class RunTrace {
  readonly #tracing: Tracing;
  readonly #run: TracedSpan;
  readonly #runId: string;

  private constructor(tracing: Tracing, run: TracedSpan, runId: string) {
    this.#tracing = tracing;
    this.#run = run;
    this.#runId = runId;
  }

  /** Starts the span of a run: before the run waits for anything. */
  static begin(tracing: Tracing, { facts, userId, workflow, parent }: TracedRun): RunTrace {
    const attributes: Attributes = {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": workflow,
      "alcove.run.id": facts.runId,
    };
    const { ROOT_CONTEXT, trace } = openTelemetry();
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const start = () => tracing.tracer.startSpan(`invoke_agent ${workflow}`, { attributes }, context);
    const span = parent === undefined ? tracing.inTrace(facts.traceId, start) : start();
    if (span.isRecording()) {
      if (userId !== undefined) {
        span.setAttribute("enduser.pseudo.id", tracing.pseudonymOf(userId));
      }
      if (facts.conversationId !== undefined) {
        span.setAttribute("gen_ai.conversation.id", facts.conversationId);
      }
    }
    return new RunTrace(tracing, new TracedSpan(span, context), facts.runId);
  }

  /** The trace the run belongs to. */
  get traceId(): string {
    return this.#run.spanContext.traceId;
  }

  /** Whether spans are to hold what functions return. */
  get recordsContent(): boolean {
    return this.#tracing.recordsContent;
  }

  /** The run has its turn, and its workflow begins. @param stepId The `uuid` of the step. */
  enterWorkflow(stepId: string, input: unknown): TracedSpan {
    const { span } = this.#run;
    span.setAttribute("alcove.step.id", stepId);
    span.addEvent("alcove.turn_taken");
    this.recordContent(this.#run, "input.value", input);
    return this.#run;
  }

  /** The run waits for a person. */
  wait(): void {
    this.#run.span.addEvent("alcove.asked");
  }

  /** A question of the run was answered, or given up, so that it goes on. @param cause The span in which the answer came. */
  goOn(cause: SpanContext | undefined): void {
    const { span } = this.#run;
    span.addEvent("alcove.answered");
    if (cause !== undefined) {
      span.addLink({ context: cause });
    }
  }

  /** Starts the span of a function. */
  enterFunction({ name, stepId, input, caller }: TracedCall): TracedSpan {
    const attributes = { "alcove.run.id": this.#runId, "alcove.step.id": stepId, "alcove.function.name": name };
    if (caller === undefined) {
      return this.#start(name, this.#run.context, attributes);
    }
    const tool = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, "gen_ai.tool.type": "function" };
    const traced = this.#start(`execute_tool ${name}`, caller.context, { ...attributes, ...tool });
    this.recordContent(traced, "gen_ai.tool.call.arguments", input);
    return traced;
  }

  /** Makes a commit, in a span. */
  async commit(make: () => Promise<void>): Promise<void> {
    const traced = this.#start("commit", this.#run.context, { "alcove.run.id": this.#runId });
    try {
      await make();
      traced.end();
    } catch (error) {
      traced.fail(error);
      throw error;
    }
  }

  /** The run's key came before: it ends without having run. */
  endReplay(): void {
    this.#run.span.setAttribute("alcove.run.replayed", true);
    this.#run.end();
  }

  /** The run ends before its workflow has begun. */
  fail(error: unknown): void {
    this.#run.fail(error);
  }

  /** Puts a value into a span as JSON, where that is asked for and JSON can hold it. */
  recordContent(traced: TracedSpan, attribute: string, value: unknown): void {
    if (!this.#tracing.recordsContent || !traced.span.isRecording()) {
      return;
    }
    try {
      traced.span.setAttribute(attribute, JSON.stringify(value) ?? "null");
    } catch {
      traced.span.setAttribute(attribute, '"(JSON cannot hold it)"');
    }
  }

  #start(name: string, parent: Context, attributes: Attributes): TracedSpan {
    return new TracedSpan(this.#tracing.tracer.startSpan(name, { attributes }, parent), parent);
  }
}
