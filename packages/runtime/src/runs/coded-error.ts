import { AlcoveError, WorkflowError } from "@alcove/plugin-api";

// What the engine raises about the workflow's output, and what is to be recorded of it, and about the collections it reads and appends to. Any other error
// that comes out of the workflow's code is the workflow's: an INPUT_INVALID among them says that it called another function
// wrongly, not that the caller did.
const raisedByEngine: ReadonlySet<string> = new Set([
  "OUTPUT_INVALID",
  "OUTPUT_KIND_UNSUPPORTED",
  "STATE_INVALID",
  "STATE_UNREADABLE",
  "STATE_VERSION_UNSUPPORTED",
  "STATE_MIGRATION_FAILED",
  "STORE_FAILED",
  "STORE_CLOSED",
  "IDEMPOTENCY_REPLY_TOO_LARGE",
]);

/** What a caller is told of an error that came out of the workflow's code. */
export function errorOfWorkflow(error: unknown): AlcoveError {
  return AlcoveError.is(error) && raisedByEngine.has(error.code) ? error : new WorkflowError(error);
}

/** An error of the engine as it is; anything else is the workflow's. */
export function asCoded(error: unknown): AlcoveError {
  return AlcoveError.is(error) ? error : new WorkflowError(error);
}
