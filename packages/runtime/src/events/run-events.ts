import { randomUUID } from "node:crypto";
import type { Clock, LogFields, RunFacts } from "@alcove/plugin-api";
import type { SpanContext } from "@opentelemetry/api";
import { RunTrace } from "../tracing/run-trace.js";
import type { TracedSpan } from "../tracing/traced-span.js";
import type { EventHub } from "./event-hub.js";
import type { IntermediateStep, StepListener, StepType } from "./intermediate-step.js";

/** A started step that has not ended. */
export interface Span {
  readonly uuid: string;
  readonly name: string;
  readonly kind: "WORKFLOW" | "FUNCTION";
  readonly parent: Span | undefined;
  readonly parentId: string;
  readonly startedAtMs: number;
  /** What a function was called with: its END tells it again. */
  readonly input: unknown;
  /** Whether listeners were told of its start, and so are told of its end. */
  readonly isAnnounced: boolean;
  /** The same as OpenTelemetry sees it, where the run is traced. */
  readonly traced: TracedSpan | undefined;
  /** Whether anybody wants what comes out of it. */
  readonly wantsOutput: boolean;
}

/** How a span ends. */
export interface SpanEnd {
  readonly output?: unknown;
  readonly error?: unknown;
}

/** Where a run happens, as far as its steps tell of it. */
export interface EventSurroundings {
  readonly userId: string | undefined;
  readonly clock: Clock;
  readonly hub: EventHub;
}

const nobody: ReadonlySet<StepListener> = new Set();

/** Makes the steps of one run, and its spans. Costs next to nothing while nobody listens and nothing is traced. */
export class RunEvents {
  readonly #surroundings: EventSurroundings;
  readonly #facts: RunFacts;
  readonly #parentId: string | undefined;
  #listeners: Set<StepListener> | undefined;
  #trace: RunTrace | undefined;

  /** @param parentId The caller's step, where the run was started from inside another one. */
  constructor(surroundings: EventSurroundings, facts: RunFacts, parentId: string | undefined) {
    this.#surroundings = surroundings;
    this.#facts = facts;
    this.#parentId = parentId;
  }

  /** The run's spans; `undefined` while nothing is traced. */
  get trace(): RunTrace | undefined {
    return this.#trace;
  }

  /** What every line about the run says: which run, which request, and which trace if it is traced. */
  logFields(): LogFields {
    const { runId, request } = this.#facts;
    return {
      ...(request === undefined ? {} : { requestId: request.requestId }),
      runId,
      ...(this.#trace === undefined ? {} : { traceId: this.#trace.traceId }),
    };
  }

  /** Listens to this run only. Returns the unsubscription. */
  subscribe(listener: StepListener): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => {
      this.#listeners?.delete(listener);
    };
  }

  /** Starts the run's own span, where runs are traced. Whoever calls it sees to its end: by {@link end} or by {@link trace}. */
  beginTrace(workflow: string, parent: SpanContext | undefined): void {
    const { hub, userId } = this.#surroundings;
    if (hub.tracing !== undefined) {
      this.#trace = RunTrace.begin(hub.tracing, { facts: this.#facts, userId, workflow, parent });
    }
  }

  /** Announces the start of the run or of a function. `undefined` while nobody listens and nothing is traced. */
  start(kind: Span["kind"], name: string, input: unknown, parent: Span | undefined): Span | undefined {
    const { hub, clock } = this.#surroundings;
    const isAnnounced = this.#listeners !== undefined || hub.hasListeners;
    const trace = this.#trace;
    if (!isAnnounced && trace === undefined) {
      return undefined;
    }
    const uuid = randomUUID();
    const span: Span = {
      uuid,
      name,
      kind,
      parent,
      parentId: parent?.uuid ?? this.#parentId ?? "root",
      startedAtMs: clock.nowMs(),
      input: isAnnounced && kind === "FUNCTION" ? input : undefined,
      isAnnounced,
      traced: trace && tracedSpan(trace, kind, { name, stepId: uuid, input, parent }),
      wantsOutput: isAnnounced || trace?.recordsContent === true,
    };
    if (isAnnounced) {
      this.#emit(span, `${kind}_START`, span.startedAtMs, { input });
    }
    return span;
  }

  /**
   * Announces the end of a span with its output, or with the error that ended it.
   *
   * @param failure What the run ends with, where that is not the error itself.
   */
  end(span: Span | undefined, data: SpanEnd, failure?: unknown): void {
    if (span === undefined) {
      return;
    }
    if (span.isAnnounced) {
      const shown = span.kind === "FUNCTION" ? { input: span.input, ...data } : data;
      this.#emit(span, `${span.kind}_END`, this.#surroundings.clock.nowMs(), shown);
    }
    if (span.traced !== undefined) {
      this.#endTraced(span, span.traced, data, failure);
    }
  }

  #endTraced({ kind, parent }: Span, traced: TracedSpan, data: SpanEnd, failure: unknown): void {
    if ("error" in data) {
      traced.fail(failure ?? data.error);
      return;
    }
    if (parent?.kind !== "WORKFLOW") {
      const attribute = kind === "WORKFLOW" ? "output.value" : "gen_ai.tool.call.result";
      this.#trace?.recordContent(traced, attribute, data.output);
    }
    traced.end();
  }

  #emit(span: Span, eventType: StepType, atMs: number, data: IntermediateStep["payload"]["data"]): void {
    const { userId, hub } = this.#surroundings;
    const step: IntermediateStep = {
      parentId: span.parentId,
      functionAncestry: {
        functionId: span.uuid,
        functionName: span.name,
        parentId: span.parent?.uuid,
        parentName: span.parent?.name,
      },
      payload: {
        eventType,
        eventTimestampMs: atMs,
        spanStartTimestampMs: eventType.endsWith("_END") ? span.startedAtMs : undefined,
        name: span.name,
        runId: this.#facts.runId,
        traceId: this.#facts.traceId,
        userId,
        data,
        uuid: span.uuid,
      },
    };
    hub.emit(step, this.#listeners ?? nobody);
  }
}

interface StartedStep {
  readonly name: string;
  readonly stepId: string;
  readonly input: unknown;
  readonly parent: Span | undefined;
}

function tracedSpan(trace: RunTrace, kind: Span["kind"], { name, stepId, input, parent }: StartedStep): TracedSpan {
  if (kind === "WORKFLOW") {
    return trace.enterWorkflow(stepId, input);
  }
  const caller = parent?.kind === "FUNCTION" ? parent.traced : undefined;
  return trace.enterFunction({ name, stepId, input, caller });
}
