import type { ErrorCode } from "@alcove/plugin-api";
import { passedOnErrors } from "@alcove/runtime";
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
  "IDEMPOTENCY_KEY_REUSED",
  "INTERNAL",
  "COMPONENT_BUILD_FAILED",
  "RUNNER_MISUSED",
  "CALL_ENDED",
  "DEPENDENCY_UNDECLARED",
  "NEW_SESSIONS_LIMITED",
  "RUN_ABORTED",
  "RUN_TIMED_OUT",
  "STORE_CONFLICT",
  ...passedOnErrors,
];
