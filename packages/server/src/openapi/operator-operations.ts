import type { ErrorCode } from "@alcove/plugin-api";
import {
  ADMIN_EVICT_PATH,
  ADMIN_REVOKE_PATH,
  ADMIN_SESSION_PATH,
  ADMIN_SESSIONS_PATH,
} from "../routes/route-addresses.js";
import { componentRef, type DocumentPart, type OperationFacts } from "./operation.js";

/** Somebody whom `general.identity.admins` names. */
export const operator: readonly DocumentPart[] = [{ user: [] }];

/** An operator, or on a server for development anybody on its machine. */
export const viewer: readonly DocumentPart[] = [{}, ...operator];

/** What the check for operators may answer with. */
export const operatorErrors: readonly ErrorCode[] = [
  "REQUEST_INVALID",
  "IDENTITY_CONFLICT",
  "CREDENTIAL_REQUIRED",
  "CREDENTIAL_INVALID",
  "FORBIDDEN",
  "INTERNAL",
  "IDENTITY_UNAVAILABLE",
];

const storeErrors: readonly ErrorCode[] = ["STORE_FAILED", "STORE_CLOSED"];
const writeErrors: readonly ErrorCode[] = [...storeErrors, "OUTCOME_UNKNOWN", "STORE_FULL"];

const userId: DocumentPart = {
  name: "user_id",
  in: "path",
  required: true,
  description: "The user id, as the list shows it.",
  schema: { type: "string", format: "uuid" },
  example: "7b031fd4-714b-598e-b755-a517d069edc5",
};

const listSessions: OperationFacts = {
  operationId: "list_sessions",
  tag: "operators",
  summary: "List the stored sessions",
  description: "Times and sizes, without content; damaged and expired ones too, until they are removed.",
  parameters: [
    {
      name: "limit",
      in: "query",
      description: "At most so many.",
      schema: { type: "integer", minimum: 1, maximum: 1_000, default: 100 },
      example: 100,
    },
    {
      name: "after",
      in: "query",
      description: "What the page before gave as `next`.",
      schema: { type: "string" },
      example: "s!notes!7b031fd4",
    },
  ],
  reply: { status: 200, description: "A page of sessions.", schema: componentRef("OperatedSessions") },
  errors: [...operatorErrors, ...storeErrors],
  security: operator,
};

const evictSession: OperationFacts = {
  operationId: "evict_session",
  tag: "operators",
  summary: "Take a session out of memory",
  description: "Nothing of it is lost: the next run loads it again.",
  parameters: [userId],
  reply: { status: 200, description: "It is not in memory any more.", schema: componentRef("EvictedSession") },
  errors: [...operatorErrors, "SESSION_BUSY"],
  security: operator,
};

const deleteSession: OperationFacts = {
  operationId: "delete_session_of_user",
  tag: "operators",
  summary: "Forget a user",
  description: "Waits for the user's runs in flight, and removes all that is kept of the user.",
  parameters: [userId],
  reply: { status: 204, description: "Nothing is kept any more." },
  errors: [
    ...operatorErrors,
    ...writeErrors,
    "SESSION_NOT_FOUND",
    "STATE_UNREADABLE",
    "SESSION_BUSY",
    "SESSION_QUEUE_FULL",
    "SHUTTING_DOWN",
  ],
  security: operator,
};

const revokeUser: OperationFacts = {
  operationId: "revoke_cookie_of_user",
  tag: "operators",
  summary: "Revoke the cookie that was issued to a user",
  description: "Whoever sends it is refused from now on. What is kept of the user stays.",
  parameters: [userId],
  reply: { status: 204, description: "The cookie counts no more." },
  errors: [...operatorErrors, ...writeErrors, "STATE_UNREADABLE"],
  security: operator,
};

/** The operations for operators by method and path. */
export const operatorOperations: readonly (readonly [string, OperationFacts])[] = [
  [`GET ${ADMIN_SESSIONS_PATH}`, listSessions],
  [`DELETE ${ADMIN_SESSION_PATH}`, deleteSession],
  [`POST ${ADMIN_EVICT_PATH}`, evictSession],
  [`POST ${ADMIN_REVOKE_PATH}`, revokeUser],
];
