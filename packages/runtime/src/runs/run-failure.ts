import { AlcoveError, WorkflowError } from "@alcove/plugin-api";
import type { Run } from "./run.js";

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

/** What a run that failed ends with, for whoever asked for it. @param isOfWorkflow Whether the error came out of the workflow's code. */
export function failureOf(error: unknown, { abort }: Run, isOfWorkflow: boolean): AlcoveError {
  if (abort.isAborted) {
    return isOfWorkflow ? abort.error() : asCoded(error);
  }
  const isPassedThrough = AlcoveError.is(error) && (!isOfWorkflow || raisedByEngine.has(error.code));
  return isPassedThrough ? error : new WorkflowError(error);
}

function asCoded(error: unknown): AlcoveError {
  return AlcoveError.is(error) ? error : new WorkflowError(error);
}
