import type { AlcoveError } from "@alcove/plugin-api";
import type { Prompt } from "./prompt.js";

/** What an execution is: a job, or a run whose caller waits and can hand on questions. */
export type ExecutionKind = "job" | "interactive";

/**
 * Where an execution is in its life: `submitted` until its run begins, `waiting` while a person is asked. `interrupted` is
 * the end of one whose process died or that was cancelled.
 */
export type ExecutionStatus = "submitted" | "running" | "waiting" | "success" | "failure" | "interrupted";

/** Whether nothing more happens to an execution. */
export function isFinal(status: ExecutionStatus): boolean {
  return status === "success" || status === "failure" || status === "interrupted";
}

/** A question that waits for its answer, or (with the prompt's type `notification`) something that waits for none. */
export interface PendingInteraction {
  /** The execution that asks. */
  readonly executionId: string;
  /** What an answer names the question by; a UUID. */
  readonly interactionId: string;
  readonly prompt: Prompt;
  /** When its time is over, in milliseconds since 1970 by the store's time; `undefined` for a question without a time. */
  readonly deadlineMs: number | undefined;
}

/** An execution as its owner may see it. All times are milliseconds since 1970-01-01T00:00:00Z. */
export interface ExecutionView {
  readonly id: string;
  readonly kind: ExecutionKind;
  readonly status: ExecutionStatus;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** When it is forgotten, if its session lasts as long; `undefined` while it is not finished. */
  readonly expiresAtMs: number | undefined;
  /** What a person is asked at the moment. */
  readonly pending: PendingInteraction | undefined;
  /** The reply body of a run that succeeded; of one that streamed, the list of its chunks. */
  readonly result: unknown;
  /** Why it failed, or was interrupted. */
  readonly error: AlcoveError | undefined;
}
