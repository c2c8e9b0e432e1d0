import type { AlcoveError } from "@alcove/plugin-api";
import type { Prompt } from "./prompt.js";

/** The longest id of an execution, in UTF-16 code units: however the store escapes one of that length, it has room for it. */
export const LONGEST_EXECUTION_ID = 128;

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
  /** What the person is asked, or told. */
  readonly prompt: Prompt;
  /** When its time is over, in milliseconds since 1970 by the store's time; `undefined` for a question without a time. */
  readonly deadlineMs: number | undefined;
}

/** An execution as its owner may see it. All times are milliseconds since 1970-01-01T00:00:00Z. */
export interface ExecutionView {
  /** Unique among those of its user; a UUID unless the user has named it. */
  readonly id: string;
  /** What it was started as. */
  readonly kind: ExecutionKind;
  /** Where it is in its life. */
  readonly status: ExecutionStatus;
  /** When it was submitted, or asked its first question. */
  readonly createdAtMs: number;
  /** When anything about it changed last. */
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
