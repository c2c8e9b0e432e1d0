import { AlcoveError } from "@alcove/plugin-api";
import type { StoredExecutionState } from "./execution-records.js";
import { type ExecutionView, isFinal } from "./execution-view.js";

/** An execution as its owner may see it. @param result Its result, once it has one. */
export function viewOf(id: string, state: StoredExecutionState, result: unknown): ExecutionView {
  const { kind, status, createdAtMs, updatedAtMs, expiryMs, pending, error } = state;
  return {
    id,
    kind,
    status,
    createdAtMs,
    updatedAtMs,
    expiresAtMs: isFinal(status) ? updatedAtMs + expiryMs : undefined,
    pending: pending && { executionId: id, ...pending },
    result,
    error,
  };
}

/** What an execution ends with whose process went away. */
export function interruptedError(): AlcoveError {
  return new AlcoveError(
    "EXECUTION_INTERRUPTED",
    "The server went away in the middle of the run; nothing of it was stored.",
  );
}
