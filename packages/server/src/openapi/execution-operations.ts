import type { ErrorCode } from "@alcove/plugin-api";
import { EXECUTION_PATH, RESPONSE_PATH } from "../routes/route-addresses.js";
import { componentRef, type DocumentPart, type OperationFacts, type ReplyFacts } from "./operation.js";
import { bodyErrors, identityErrors, storeErrors, user } from "./shared-facts.js";

/** The reply of a run that asks a person something. */
export const interactionRequired: ReplyFacts = {
  status: 202,
  description: "The run asks a person something, and goes on once that is answered.",
  schema: componentRef("InteractionRequired"),
};

/** What may go wrong where an execution is looked for. */
export const readErrors: readonly ErrorCode[] = [...identityErrors, "EXECUTION_NOT_FOUND", ...storeErrors];
/** And where it is changed as well. */
export const writeErrors: readonly ErrorCode[] = ["STATE_TOO_LARGE", "STORE_CONFLICT", "STORE_FULL", "OUTCOME_UNKNOWN"];

const executionId: DocumentPart = {
  name: "execution_id",
  in: "path",
  required: true,
  description: "The id of an execution, or a job, of whoever asks.",
  schema: { type: "string" },
};

const interactionId: DocumentPart = {
  name: "interaction_id",
  in: "path",
  required: true,
  description: "The id of the question.",
  schema: { type: "string" },
};

const getExecution: OperationFacts = {
  operationId: "get_execution",
  tag: "jobs",
  summary: "Tell what has become of a run that asked a person something",
  parameters: [executionId],
  reply: { status: 200, description: "The execution.", schema: componentRef("Execution") },
  errors: readErrors,
  security: user,
};

const cancelExecution: OperationFacts = {
  operationId: "cancel_execution",
  tag: "jobs",
  summary: "Give up a run that asked a person something",
  description: "Nothing of its run is stored. One that is finished stays as it is.",
  parameters: [executionId],
  reply: { status: 200, description: "What has become of the execution.", schema: componentRef("Execution") },
  errors: [...readErrors, ...writeErrors],
  security: user,
};

const respond: OperationFacts = {
  operationId: "respond_to_interaction",
  tag: "jobs",
  summary: "Answer what a run asks",
  description: "The answer is durable when the reply leaves.",
  parameters: [executionId, interactionId],
  body: {
    schema: componentRef("InteractionResponse"),
    example: { response: { type: "text", text: "Yes, please." } },
  },
  reply: { status: 204, description: "The question is answered." },
  errors: [
    ...readErrors,
    ...writeErrors,
    ...bodyErrors,
    "INTERACTION_NOT_FOUND",
    "INTERACTION_RESOLVED",
    "INTERACTION_RESPONSE_INVALID",
    "SESSION_CHANGED",
    "SHUTTING_DOWN",
  ],
  security: user,
};

/** The operations of runs that wait for a person, by method and path. */
export const executionOperations: readonly (readonly [string, OperationFacts])[] = [
  [`GET ${EXECUTION_PATH}`, getExecution],
  [`DELETE ${EXECUTION_PATH}`, cancelExecution],
  [`POST ${RESPONSE_PATH}`, respond],
];
