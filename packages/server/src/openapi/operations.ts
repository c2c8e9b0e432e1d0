import {
  DOCS_PATH,
  ISSUED_COOKIE_PATH,
  METRICS_PATH,
  OPENAPI_PATH,
  SESSION_EXPORT_PATH,
  SESSION_PATH,
} from "../routes/route-addresses.js";
import { executionOperations } from "./execution-operations.js";
import { componentRef, type OperationFacts } from "./operation.js";
import { operatorErrors, operatorOperations, viewer } from "./operator-operations.js";
import { anybody, identityErrors, storeErrors, user } from "./shared-facts.js";

/** Every operation by method and path, e.g. `POST /generate`. */
export type Operations = ReadonlyMap<string, OperationFacts>;

const describeSession: OperationFacts = {
  operationId: "describe_session",
  tag: "session",
  summary: "Tell what is kept of whoever asks",
  description: "Times and sizes, without content. The session is neither begun nor prolonged.",
  reply: {
    status: 200,
    description: "The session.",
    schema: componentRef("Session"),
    example: {
      user_id: "7b031fd4-714b-598e-b755-a517d069edc5",
      created_at: "2026-11-21T10:57:28.813Z",
      last_activity: "2026-11-21T10:57:33.459Z",
      expires_at: "2026-11-21T11:27:33.459Z",
      runs: 2,
      bytes: 557,
      components: [{ name: "functions.notepad:per-user-assistant/per_user_notepad", version: 2, bytes: 2 }],
      records: [{ kind: "idempotency/reply", count: 1, bytes: 214 }],
    },
  },
  errors: [...identityErrors, "SESSION_NOT_FOUND", ...storeErrors],
  security: user,
};

const exportSession: OperationFacts = {
  operationId: "export_session",
  tag: "session",
  summary: "Give all that is kept of whoever asks",
  description: "A file that `alcove sessions import` takes.",
  reply: {
    status: 200,
    description: "The session with its records.",
    headers: {
      "Content-Disposition": { description: "A name for the file.", required: true, schema: { type: "string" } },
    },
    schema: componentRef("ExportedSession"),
  },
  errors: [...identityErrors, "SESSION_NOT_FOUND", ...storeErrors],
  security: user,
};

const deleteSession: OperationFacts = {
  operationId: "delete_session",
  tag: "session",
  summary: "Forget whoever asks",
  description:
    "Waits for the user's runs in flight, and removes state, collections and recorded replies. Also succeeds when there was nothing.",
  reply: { status: 204, description: "Nothing is kept any more." },
  errors: [
    ...identityErrors,
    ...storeErrors,
    "SESSION_BUSY",
    "SESSION_QUEUE_FULL",
    "SHUTTING_DOWN",
    "OUTCOME_UNKNOWN",
    "STORE_FULL",
  ],
  security: user,
};

const revokeCookie: OperationFacts = {
  operationId: "revoke_cookie",
  tag: "session",
  summary: "Revoke the cookie that was issued to whoever asks",
  description:
    "Whoever sends it is refused from now on, and the browser is told to forget it. What is kept of the user stays until it expires.",
  reply: { status: 204, description: "The cookie counts no more." },
  errors: [...identityErrors, ...storeErrors, "OUTCOME_UNKNOWN", "STORE_FULL"],
  security: user,
};

const health: OperationFacts = {
  operationId: "health",
  tag: "server",
  summary: "Tell that the process is up",
  reply: {
    status: 200,
    description: "The process serves HTTP.",
    schema: componentRef("Health"),
    example: { status: "healthy" },
  },
  errors: ["INTERNAL"],
  security: anybody,
};

const ready: OperationFacts = {
  operationId: "ready",
  tag: "server",
  summary: "Tell whether the server should get requests",
  description:
    "It should not while its store takes no changes, while a critical health check of a plugin fails, and while it is stopping. Where nothing was written for a second, a little is written to find out.",
  reply: {
    status: 200,
    description: "The store takes changes, and no critical health check fails.",
    schema: componentRef("Ready"),
    example: { status: "ready" },
  },
  errors: [
    "SHUTTING_DOWN",
    "STORE_FAILED",
    "STORE_FULL",
    "OUTCOME_UNKNOWN",
    "STORE_CLOSED",
    "HEALTH_CHECK_FAILED",
    "INTERNAL",
  ],
  errorStatus: 503,
  security: anybody,
};

const monitorUsers: OperationFacts = {
  operationId: "monitor_users",
  tag: "server",
  summary: "List the sessions in memory",
  parameters: [
    {
      name: "user_id",
      in: "query",
      description: "Only this user's: a user id, or the value of a session cookie.",
      schema: { type: "string" },
      example: "alice",
    },
  ],
  reply: {
    status: 200,
    description: "Figures of the sessions in memory.",
    schema: componentRef("MonitoredUsers"),
  },
  errors: operatorErrors,
  security: viewer,
};

const metrics: OperationFacts = {
  operationId: "metrics",
  tag: "server",
  summary: "Give all metrics in Prometheus' text format",
  reply: {
    status: 200,
    description: "The metrics.",
    mediaType: "text/plain",
    schema: { type: "string" },
  },
  errors: [...operatorErrors, "INTERNAL"],
  security: viewer,
};

const openApi: OperationFacts = {
  operationId: "openapi",
  tag: "server",
  summary: "Describe this API",
  reply: {
    status: 200,
    description: "This document.",
    schema: {
      type: "object",
      required: ["openapi", "paths"],
      properties: { openapi: { type: "string" }, paths: { type: "object" } },
    },
  },
  errors: ["INTERNAL"],
  security: anybody,
};

const docs: OperationFacts = {
  operationId: "docs",
  tag: "server",
  summary: "Show this API to people",
  reply: {
    status: 200,
    description: "A page that shows this document.",
    mediaType: "text/html",
    schema: { type: "string" },
  },
  errors: ["INTERNAL"],
  security: anybody,
};

/** What the operations are beside those of the entries, whether the configuration switches them on or not. */
export const ownOperations: Operations = new Map<string, OperationFacts>([
  ...executionOperations,
  [`GET ${SESSION_PATH}`, describeSession],
  [`DELETE ${SESSION_PATH}`, deleteSession],
  [`GET ${SESSION_EXPORT_PATH}`, exportSession],
  [`DELETE ${ISSUED_COOKIE_PATH}`, revokeCookie],
  ...operatorOperations,
  ["GET /health", health],
  ["GET /ready", ready],
  ["GET /monitor/users", monitorUsers],
  [`GET ${METRICS_PATH}`, metrics],
  [`GET ${OPENAPI_PATH}`, openApi],
  [`GET ${DOCS_PATH}`, docs],
]);
