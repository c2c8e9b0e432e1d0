import type { ErrorCode } from "@alcove/plugin-api";
import type { JobRoute, JobRouteKind } from "../routes/job-addresses.js";
import type { DescribedEntry } from "./entry-operations.js";
import { readErrors, writeErrors } from "./execution-operations.js";
import { componentRef, type DocumentPart, type OperationFacts, type ReplyFacts } from "./operation.js";
import { bodyErrors, user } from "./shared-facts.js";
import { parameters } from "./shared-parts.js";

const sessionErrors: readonly ErrorCode[] = [
  "COMPONENT_BUILD_FAILED",
  "STATE_INVALID",
  "STATE_VERSION_UNSUPPORTED",
  "STATE_MIGRATION_FAILED",
  "SESSION_QUEUE_FULL",
  "NEW_SESSIONS_LIMITED",
  "IDEMPOTENCY_UNSUPPORTED",
  "SHUTTING_DOWN",
];

const jobReply: ReplyFacts = { status: 200, description: "The job.", schema: componentRef("Job") };

const jobId: DocumentPart = {
  name: "job_id",
  in: "path",
  required: true,
  description: "The id of a job of whoever asks.",
  schema: { type: "string" },
};

type FactsOfKind = Omit<OperationFacts, "operationId">;

const job = { tag: "jobs", parameters: [jobId], security: user } as const;

const operationsOfJob: Readonly<Record<Exclude<JobRouteKind, "submit">, FactsOfKind>> = {
  status: { ...job, summary: "Tell what has become of a job", reply: jobReply, errors: readErrors },
  cancel: {
    ...job,
    summary: "Cancel a job",
    description: "Ends it if it is not finished; then nothing of its run is stored. It is kept as interrupted.",
    reply: jobReply,
    errors: [...readErrors, ...writeErrors],
  },
  events: {
    ...job,
    summary: "Follow a job",
    description:
      "The frames are `event: status` with the job as it is now and whenever that changes, `intermediate_data:` with the steps of its run as they happen, and comments. The stream ends with the job, or with `event: error` when the session it belongs to is ended.",
    reply: {
      status: 200,
      description: "Server-sent events.",
      mediaType: "text/event-stream",
      schema: { type: "string" },
    },
    errors: [...readErrors, "TOO_MANY_STREAMS", "TOO_MANY_STREAMS_OF_USER"],
  },
};

const idPrefixes: Readonly<Record<JobRouteKind, string>> = {
  submit: "submit",
  status: "get",
  cancel: "cancel",
  events: "follow",
};

/** The operations of jobs, by method and path. */
export function jobOperations(
  routes: readonly JobRoute[],
  entries: readonly DescribedEntry[],
): readonly (readonly [string, OperationFacts])[] {
  const workflow = entries.find(({ facts }) => facts.functionName === undefined);
  return routes.map(({ kind, method, path, isLegacy }) => {
    const facts = kind === "submit" ? submitJob(workflow) : operationsOfJob[kind];
    const operationId = `${idPrefixes[kind]}_${isLegacy ? "generate" : "workflow"}_job`;
    return [`${method} ${path}`, { ...facts, operationId }];
  });
}

function submitJob(workflow: DescribedEntry | undefined): FactsOfKind {
  return {
    tag: "jobs",
    summary: "Run the workflow as a job",
    description:
      `${workflow?.facts.description ?? ""}\n\nThe job is durable before the reply leaves, and goes on without whoever asked for it. A job that was submitted before under the same id is not run again: the reply says what has become of it.`.trim(),
    parameters: Object.keys(parameters)
      .filter((name) => name !== "X-Request-Id" && name !== "Idempotency-Key")
      .map((name) => ({ $ref: `#/components/parameters/${name}` })),
    body: { schema: componentRef("JobRequest"), example: workflow?.bodyExample },
    reply: { status: 202, description: "The job is not finished.", schema: componentRef("SubmittedJob") },
    otherReply: jobReply,
    errors: [...readErrors, ...writeErrors, ...bodyErrors, ...sessionErrors, "INPUT_INVALID", "TOO_MANY_EXECUTIONS"],
    security: user,
  };
}
