import type { ErrorCode } from "@alcove/plugin-api";
import type { DocumentPart } from "./operation.js";

/** Nobody has to say who they are. */
export const anybody: readonly DocumentPart[] = [];
/** Somebody has to say who they are. */
export const user: readonly DocumentPart[] = [{ user: [] }];
/** What goes wrong with the store. */
export const storeErrors: readonly ErrorCode[] = ["STATE_UNREADABLE", "INTERNAL", "STORE_FAILED", "STORE_CLOSED"];
/** What is wrong with who somebody says they are. */
export const identityErrors: readonly ErrorCode[] = [
  "REQUEST_INVALID",
  "IDENTITY_CONFLICT",
  "USER_ID_REQUIRED",
  "CREDENTIAL_INVALID",
  "IDENTITY_UNAVAILABLE",
];
/** What is wrong with a body. */
export const bodyErrors: readonly ErrorCode[] = ["BODY_INVALID", "BODY_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED"];
/** What a run may fail with, whatever its body. */
export const runErrors: readonly ErrorCode[] = [
  "REQUEST_INVALID",
  "IDENTITY_CONFLICT",
  "CREDENTIAL_INVALID",
  "IDENTITY_UNAVAILABLE",
  "IDEMPOTENCY_KEY_INVALID",
  "IDEMPOTENCY_UNSUPPORTED",
  "STATE_TOO_LARGE",
  "INPUT_INVALID",
  "workflow_error",
  "RESOURCE_NOT_FOUND",
  "RESOURCE_CONFLICT",
  "FUNCTION_REFUSED",
  "IDEMPOTENCY_KEY_REUSED",
  "INTERNAL",
  "COMPONENT_BUILD_FAILED",
  "OUTPUT_INVALID",
  "STATE_INVALID",
  "STATE_UNREADABLE",
  "STATE_VERSION_UNSUPPORTED",
  "STATE_MIGRATION_FAILED",
  "RUNNER_MISUSED",
  "CALL_ENDED",
  "DEPENDENCY_UNDECLARED",
  "OUTPUT_KIND_UNSUPPORTED",
  "NEW_SESSIONS_LIMITED",
  "SESSION_QUEUE_FULL",
  "SHUTTING_DOWN",
  "RUN_ABORTED",
  "RUN_TIMED_OUT",
  "FUNCTION_TIMED_OUT",
  "FUNCTION_RATE_LIMITED",
  "OBJECT_NOT_FOUND",
  "OBJECT_ALREADY_EXISTS",
  "OBJECT_KEY_INVALID",
  "OBJECT_INVALID",
  "OBJECT_TOO_LARGE",
  "OBJECT_UNREADABLE",
  "OBJECT_STORE_FAILED",
  "STORE_FAILED",
  "STORE_CLOSED",
  "STORE_CONFLICT",
  "OUTCOME_UNKNOWN",
  "STORE_FULL",
  "IDEMPOTENCY_REPLY_TOO_LARGE",
  "INTERACTION_UNSUPPORTED",
  "INTERACTION_TIMED_OUT",
  "SESSION_CHANGED",
  "RUN_DIVERGED",
  "TOO_MANY_EXECUTIONS",
  "EXECUTION_NOT_FOUND",
];
