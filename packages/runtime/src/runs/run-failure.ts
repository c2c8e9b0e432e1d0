import { AlcoveError, WorkflowError } from "@alcove/plugin-api";

// What the engine raises about the workflow's output, and what is to be recorded of it, about the collections it reads and
// appends to, about objects, about the people it asks, what middleware of its own raises about limits, and what plugins say of what they were
// asked for. Any other error that comes out of the workflow's code is the workflow's: an
// INPUT_INVALID among them says that it called another function wrongly, not that the caller did.
const raisedByEngine: ReadonlySet<string> = new Set([
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
]);

/** What a run fails with that was not given up. @param isOfWorkflow Whether the error came out of the workflow's code. */
export function failureOf(error: unknown, isOfWorkflow: boolean): AlcoveError {
  const isPassedThrough = AlcoveError.is(error) && (!isOfWorkflow || raisedByEngine.has(error.code));
  return isPassedThrough ? error : new WorkflowError(error);
}
