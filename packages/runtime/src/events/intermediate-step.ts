/** What happened. Every START has an END with the same `uuid`, also when the function or the run fails. */
export type StepType = "WORKFLOW_START" | "WORKFLOW_END" | "FUNCTION_START" | "FUNCTION_END";

/** One thing that happened in a run, in the order in which it happened. */
export interface IntermediateStep {
  /** The `uuid` of the step this one happened in; `root` for a workflow nobody called. */
  readonly parentId: string;
  readonly functionAncestry: {
    readonly functionId: string;
    readonly functionName: string;
    readonly parentId: string | undefined;
    readonly parentName: string | undefined;
  };
  readonly payload: {
    readonly eventType: StepType;
    /** Milliseconds since 1970 by wall clock. */
    readonly eventTimestampMs: number;
    /** When the START of this step was, on END steps. */
    readonly spanStartTimestampMs: number | undefined;
    readonly name: string;
    readonly runId: string;
    readonly traceId: string;
    readonly userId: string | undefined;
    /** START carries the input, END the output (the chunks of a stream as a list) or the error. */
    readonly data: { readonly input?: unknown; readonly output?: unknown; readonly error?: unknown };
    readonly uuid: string;
  };
}

/** Gets every step as it happens, synchronously. It must not throw; if it does, the error is logged and the run goes on. */
export type StepListener = (step: IntermediateStep) => void;
