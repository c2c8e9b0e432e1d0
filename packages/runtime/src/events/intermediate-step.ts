/** What happened. Every START has an END with the same `uuid`, also when the function or the run fails. */
export type StepType = "WORKFLOW_START" | "WORKFLOW_END" | "FUNCTION_START" | "FUNCTION_END";

/** One thing that happened in a run, in the order in which it happened. */
export interface IntermediateStep {
  /** The `uuid` of the step this one happened in; `root` for a workflow nobody called. */
  readonly parentId: string;
  /** Where in the tree of calls it happened. */
  readonly functionAncestry: {
    /** The `uuid` of the step. */
    readonly functionId: string;
    /** Its name. */
    readonly functionName: string;
    /** The `uuid` of the step it happened in; `undefined` for a workflow nobody called. */
    readonly parentId: string | undefined;
    /** The name of that step. */
    readonly parentName: string | undefined;
  };
  /** What happened. */
  readonly payload: {
    /** What it is. */
    readonly eventType: StepType;
    /** Milliseconds since 1970 by wall clock. */
    readonly eventTimestampMs: number;
    /** When the START of this step was, on END steps. */
    readonly spanStartTimestampMs: number | undefined;
    /** The public name of the function; the type of the workflow for WORKFLOW steps. */
    readonly name: string;
    /** The run it happened in. */
    readonly runId: string;
    /** The trace the run belongs to. */
    readonly traceId: string;
    /** Who the run acts for. */
    readonly userId: string | undefined;
    /** START carries the input, END the output (the chunks of a stream as a list) or the error, that of a function also the input. */
    readonly data: { readonly input?: unknown; readonly output?: unknown; readonly error?: unknown };
    /** The same for START and END, and for no other step. */
    readonly uuid: string;
  };
}

/** Gets every step as it happens, synchronously. It must not throw; if it does, the error is logged and the run goes on. */
export type StepListener = (step: IntermediateStep) => void;
