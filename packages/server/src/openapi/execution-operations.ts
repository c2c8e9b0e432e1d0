import type { ErrorCode } from "@alcove/plugin-api";
import type { WorkflowFacts } from "@alcove/runtime";
import { ASYNC_PATHS, EXECUTION_PATH, jobPath, RESPONSE_PATH } from "../routes/route-addresses.js";
import { componentRef, type DocumentPart, type OperationFacts, type ReplyFacts } from "./operation.js";
import { identityErrors, storeErrors, user } from "./shared-facts.js";
import { parameters } from "./shared-parts.js";

/** The reply of a run that asks a person something. */
export const interactionRequired: ReplyFacts = {
  status: 202,
  description: "The run asks a person something, and goes on once that is answered.",
  schema: componentRef("InteractionRequired"),
};

const readErrors: readonly ErrorCode[] = [...identityErrors, "EXECUTION_NOT_FOUND", ...storeErrors];
const writeErrors: readonly ErrorCode[] = ["STATE_TOO_LARGE", "STORE_CONFLICT", "STORE_FULL", "OUTCOME_UNKNOWN"];
const bodyErrors: readonly ErrorCode[] = ["BODY_INVALID", "BODY_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED"];
const sessionErrors: readonly ErrorCode[] = [
  "COMPONENT_BUILD_FAILED",
  "STATE_INVALID",
  "STATE_VERSION_UNSUPPORTED",
  "STATE_MIGRATION_FAILED",
  "SESSION_QUEUE_FULL",
  "NEW_SESSIONS_LIMITED",
  "SHUTTING_DOWN",
];

/** The operations of jobs, and of runs that wait for a person, by method and path. */
export function executionOperations(
  workflow: WorkflowFacts,
  bodyExample: unknown,
): readonly (readonly [string, OperationFacts])[] {
  return [
    ...ASYNC_PATHS.flatMap((path) => jobOperations(workflow, path, bodyExample)),
    [`GET ${EXECUTION_PATH}`, getExecution],
    [`POST ${RESPONSE_PATH}`, respond],
  ];
}

function jobOperations(
  workflow: WorkflowFacts,
  path: string,
  example: unknown,
): readonly (readonly [string, OperationFacts])[] {
  const suffix = path.startsWith("/generate") ? "generate_job" : "workflow_job";
  const job = { tag: "jobs", parameters: [jobId], security: user } as const;
  return [
    [`POST ${path}`, submitJob(workflow, `submit_${suffix}`, example)],
    [
      `GET ${jobPath(path)}`,
      {
        ...job,
        operationId: `get_${suffix}`,
        summary: "Tell what has become of a job",
        reply: jobReply,
        errors: readErrors,
      },
    ],
    [
      `DELETE ${jobPath(path)}`,
      {
        ...job,
        operationId: `cancel_${suffix}`,
        summary: "Cancel a job",
        description: "Ends it if it is not finished; then nothing of its run is stored. It is kept as interrupted.",
        reply: jobReply,
        errors: [...readErrors, ...writeErrors],
      },
    ],
    [
      `GET ${jobPath(path)}/events`,
      {
        ...job,
        operationId: `follow_${suffix}`,
        summary: "Follow a job",
        description:
          "The frames are `event: status` with the job as it is now and whenever that changes, `intermediate_data:` with the steps of its run as they happen, and comments. The stream ends with the job.",
        reply: {
          status: 200,
          description: "Server-sent events.",
          mediaType: "text/event-stream",
          schema: { type: "string" },
        },
        errors: [...readErrors, "TOO_MANY_STREAMS", "TOO_MANY_STREAMS_OF_USER"],
      },
    ],
  ];
}

function submitJob(workflow: WorkflowFacts, operationId: string, example: unknown): OperationFacts {
  return {
    operationId,
    tag: "jobs",
    summary: "Run the workflow as a job",
    description: `${workflow.description}\n\nThe job is durable before the reply leaves, and goes on without whoever asked for it. A job that was submitted before under the same id is not run again: the reply says what has become of it.`,
    parameters: Object.keys(parameters)
      .filter((name) => name !== "X-Request-Id" && name !== "Idempotency-Key")
      .map((name) => ({ $ref: `#/components/parameters/${name}` })),
    body: { schema: componentRef("JobRequest"), example },
    reply: { status: 202, description: "The job is not finished.", schema: componentRef("SubmittedJob") },
    otherReply: jobReply,
    errors: [...readErrors, ...writeErrors, ...bodyErrors, ...sessionErrors, "INPUT_INVALID", "TOO_MANY_EXECUTIONS"],
    security: user,
  };
}

const jobReply: ReplyFacts = { status: 200, description: "The job.", schema: componentRef("Job") };

const jobId: DocumentPart = {
  name: "job_id",
  in: "path",
  required: true,
  description: "The id of a job of whoever asks.",
  schema: { type: "string" },
};

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
