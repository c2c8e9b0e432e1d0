import { AlcoveError, type ErrorCode, WorkflowError } from "@alcove/plugin-api";

/**
 * What reaches the caller of a run by its own code, though it came out of the workflow's code. It is what the engine raises about the
 * workflow's output, and what is to be recorded of it, about the collections it reads and appends to, about objects, about the
 * people it asks, what middleware of its own raises about limits, and what plugins say of what they were asked for. Any other error is the
 * workflow's: an INPUT_INVALID among them says that it called another function wrongly, not that the caller did.
 */
export const passedOnErrors: readonly ErrorCode[] = [
  "OUTPUT_INVALID",
  "OUTPUT_KIND_UNSUPPORTED",
  "FUNCTION_TIMED_OUT",
  "FUNCTION_RATE_LIMITED",
  "OBJECT_NOT_FOUND",
  "OBJECT_ALREADY_EXISTS",
  "OBJECT_KEY_INVALID",
  "OBJECT_INVALID",
  "OBJECT_TOO_LARGE",
  "OBJECT_UNREADABLE",
  "OBJECT_STORE_FAILED",
  "RESOURCE_NOT_FOUND",
  "RESOURCE_CONFLICT",
  "FUNCTION_REFUSED",
  "STATE_INVALID",
  "STATE_UNREADABLE",
  "STATE_VERSION_UNSUPPORTED",
  "STATE_MIGRATION_FAILED",
  "STORE_FAILED",
  "STORE_FULL",
  "STORE_CLOSED",
  "OUTCOME_UNKNOWN",
  "IDEMPOTENCY_REPLY_TOO_LARGE",
  "INTERACTION_UNSUPPORTED",
  "INTERACTION_TIMED_OUT",
  "TOO_MANY_EXECUTIONS",
  "EXECUTION_NOT_FOUND",
  "SESSION_CHANGED",
  "SESSION_QUEUE_FULL",
  "SHUTTING_DOWN",
  "RUN_DIVERGED",
];

const passedOn: ReadonlySet<string> = new Set(passedOnErrors);

/** What a run fails with that was not given up. @param isOfWorkflow Whether the error came out of the workflow's code. */
export function failureOf(error: unknown, isOfWorkflow: boolean): AlcoveError {
  const isPassedThrough = AlcoveError.is(error) && (!isOfWorkflow || passedOn.has(error.code));
  return isPassedThrough ? error : new WorkflowError(error);
}
