import type { ErrorCode } from "@alcove/plugin-api";

/** How an error of the catalogue is sent over HTTP. */
export interface HttpMapping {
  readonly status: number;
  /**
   * Whether the error's own message and details are meant for the client. Those of the others may name files or quote a
   * driver, so the client gets the catalogue's summary, and the log the rest.
   */
  readonly isMessagePublic: boolean;
  /**
   * Whether clients can bring it about at will. It is no fault of the server's then, whatever its status, and the log
   * tells it as it tells other refusals: whoever sends much could fill it.
   */
  readonly isProvoked: boolean;
}

/** The HTTP side of every code of the error catalogue: the only place that connects the two. */
export const httpMappings: Readonly<Record<ErrorCode, HttpMapping>> = {
  STARTUP_REFUSED: internal(500),
  USAGE: internal(500),
  PLUGIN_UNKNOWN: internal(500),
  PROJECT_REFUSED: internal(500),
  SERVICE_FAILED: internal(500),
  HOOK_FAILED: internal(500),
  HEALTH_CHECK_FAILED: forClient(503),
  COMPONENT_BUILD_FAILED: forClient(500),
  INPUT_INVALID: forClient(422),
  OUTPUT_INVALID: internal(500),
  STATE_INVALID: internal(500),
  STATE_UNREADABLE: internal(500),
  STATE_VERSION_UNSUPPORTED: internal(500),
  STATE_MIGRATION_FAILED: internal(500),
  STATE_TOO_LARGE: forClient(413),
  workflow_error: forClient(422),
  RESOURCE_NOT_FOUND: forClient(404),
  RESOURCE_CONFLICT: forClient(409),
  FUNCTION_REFUSED: forClient(422),
  RUN_ABORTED: refusal(503),
  RUN_TIMED_OUT: forClient(504),
  FUNCTION_TIMED_OUT: forClient(504),
  FUNCTION_RATE_LIMITED: forClient(429),
  RUNNER_MISUSED: internal(500),
  OUTPUT_KIND_UNSUPPORTED: refusal(501),
  CALL_ENDED: internal(500),
  DEPENDENCY_UNDECLARED: internal(500),
  SESSION_QUEUE_FULL: refusal(503),
  SESSION_NOT_FOUND: forClient(404),
  SESSION_EXISTS: forClient(409),
  SESSION_EXPIRED: forClient(422),
  EXPORT_INVALID: forClient(422),
  SESSION_BUSY: refusal(503),
  SHUTTING_DOWN: forClient(503),
  IDEMPOTENCY_KEY_REUSED: forClient(422),
  IDEMPOTENCY_KEY_INVALID: forClient(400),
  IDEMPOTENCY_UNSUPPORTED: forClient(400),
  IDEMPOTENCY_REPLY_TOO_LARGE: forClient(507),
  EXECUTION_NOT_FOUND: forClient(404),
  EXECUTION_INTERRUPTED: forClient(503),
  TOO_MANY_EXECUTIONS: refusal(503),
  INTERACTION_UNSUPPORTED: forClient(422),
  INTERACTION_NOT_FOUND: forClient(404),
  INTERACTION_RESOLVED: forClient(400),
  INTERACTION_RESPONSE_INVALID: forClient(422),
  INTERACTION_TIMED_OUT: forClient(422),
  SESSION_CHANGED: forClient(409),
  RUN_DIVERGED: forClient(500),
  STORE_HELD: internal(503),
  STORE_OPEN_FAILED: internal(503),
  STORE_FAILED: internal(503),
  STORE_FULL: internal(507),
  BACKUP_FAILED: internal(409),
  STORE_CLOSED: internal(503),
  STORE_CONFLICT: internal(503),
  OUTCOME_UNKNOWN: internal(503),
  LISTEN_FAILED: internal(500),
  USER_ID_REQUIRED: forClient(401),
  IDENTITY_CONFLICT: forClient(400),
  CREDENTIAL_REQUIRED: forClient(401),
  CREDENTIAL_INVALID: forClient(401),
  FORBIDDEN: forClient(403),
  IDENTITY_UNAVAILABLE: forClient(503),
  NEW_SESSIONS_LIMITED: forClient(429),
  TOO_MANY_STREAMS: refusal(503),
  TOO_MANY_STREAMS_OF_USER: forClient(429),
  STREAM_NOT_FOUND: forClient(404),
  OBJECT_NOT_FOUND: forClient(404),
  OBJECT_ALREADY_EXISTS: forClient(409),
  OBJECT_KEY_INVALID: forClient(422),
  OBJECT_INVALID: forClient(422),
  OBJECT_TOO_LARGE: forClient(413),
  OBJECT_UNREADABLE: internal(500),
  OBJECT_STORE_FAILED: internal(503),
  HEADERS_TOO_LARGE: forClient(431),
  REQUEST_TIMED_OUT: forClient(408),
  BODY_INVALID: forClient(422),
  BODY_TOO_LARGE: forClient(413),
  MEDIA_TYPE_UNSUPPORTED: forClient(415),
  REQUEST_INVALID: forClient(400),
  ROUTE_NOT_FOUND: forClient(404),
  METHOD_NOT_ALLOWED: forClient(405),
  UPGRADE_REQUIRED: forClient(426),
  ORIGIN_FORBIDDEN: forClient(403),
  TOO_MANY_SOCKETS: refusal(503),
  invalid_message: forClient(400),
  invalid_message_type: forClient(400),
  invalid_user_message_content: forClient(422),
  user_auth_error: forClient(401),
  SCHEMA_TYPE_UNSUPPORTED: refusal(501),
  NO_PENDING_INTERACTION: forClient(409),
  INTERNAL: internal(500),
};

function forClient(status: number): HttpMapping {
  return { status, isMessagePublic: true, isProvoked: status < 500 };
}

function refusal(status: number): HttpMapping {
  return { status, isMessagePublic: true, isProvoked: true };
}

function internal(status: number): HttpMapping {
  return { status, isMessagePublic: false, isProvoked: false };
}
