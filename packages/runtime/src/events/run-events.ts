import { randomUUID } from "node:crypto";
import type { Clock, RunFacts } from "@alcove/plugin-api";
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
}

/** Where a run happens, as far as its steps tell of it. */
export interface EventSurroundings {
  readonly userId: string | undefined;
  readonly clock: Clock;
  readonly hub: EventHub;
}

const nobody: ReadonlySet<StepListener> = new Set();

/** Makes the steps of one run. Costs next to nothing while nobody listens. */
export class RunEvents {
  readonly #surroundings: EventSurroundings;
  readonly #facts: RunFacts;
  readonly #parentId: string | undefined;
  #listeners: Set<StepListener> | undefined;

  /** @param parentId The caller's step, where the run was started from inside another one. */
  constructor(surroundings: EventSurroundings, facts: RunFacts, parentId: string | undefined) {
    this.#surroundings = surroundings;
    this.#facts = facts;
    this.#parentId = parentId;
  }

  /** Listens to this run only. Returns the unsubscription. */
  subscribe(listener: StepListener): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => {
      this.#listeners?.delete(listener);
    };
  }

  /** Announces the start of the run or of a function. `undefined` while nobody listens. */
  start(kind: Span["kind"], name: string, input: unknown, parent: Span | undefined): Span | undefined {
    const { hub, clock } = this.#surroundings;
    if (this.#listeners === undefined && !hub.hasListeners) {
      return undefined;
    }
    const span: Span = {
      uuid: randomUUID(),
      name,
      kind,
      parent,
      parentId: parent?.uuid ?? this.#parentId ?? "root",
      startedAtMs: clock.nowMs(),
    };
    this.#emit(span, `${kind}_START`, span.startedAtMs, { input });
    return span;
  }

  /** Announces the end of a span with its output, or with the error that ended it. */
  end(span: Span | undefined, data: { readonly output?: unknown; readonly error?: unknown }): void {
    if (span !== undefined) {
      this.#emit(span, `${span.kind}_END`, this.#surroundings.clock.nowMs(), data);
    }
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
