import { type ExecutionView, LONGEST_EXECUTION_ID } from "@alcove/runtime";
import { z } from "zod";
import { publicError } from "./execution-wire.js";

/** The fields of a job's request beside those of the workflow's input. */
export const jobFieldsSchema = z.object({
  job_id: z
    .string()
    .min(1)
    .max(LONGEST_EXECUTION_ID)
    .nullish()
    .describe("What you call the job; a UUID if left out. A job is not run twice under one id."),
  sync_timeout: z
    .int()
    .min(0)
    .max(300)
    .default(0)
    .describe("For how many seconds the reply may wait for the job's end."),
  expiry_seconds: z
    .int()
    .min(600)
    .max(86_400)
    .default(3_600)
    .describe("For how long the job is kept once it is finished, if the session lasts as long."),
});

const statuses = ["submitted", "running", "success", "failure", "interrupted"] as const;

/** The body of the reply to a job that is not finished. */
export const jobSubmittedSchema = z.object({ job_id: z.string(), status: z.enum(statuses) });

/** The body of the reply about a job. */
export const jobStatusSchema = z.object({
  job_id: z.string(),
  status: z.enum(statuses),
  error: z.string().nullable().describe("Why it failed or was interrupted, for people."),
  error_code: z.string().nullable().describe("The same, for programs: a code of the error catalogue."),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  expires_at: z.iso
    .datetime()
    .nullable()
    .describe("When it is forgotten; `null` while it is not finished. With its session it goes earlier."),
  output: z.unknown().describe("The reply of the workflow; of one that only streams, the list of its chunks."),
});

/** A job that is not finished, as the body of a reply. */
export function jobSubmitted({ id, status }: ExecutionView): z.input<typeof jobSubmittedSchema> {
  return { job_id: id, status: jobStatusOf(status) };
}

/** A job as the body of a reply. */
export function jobStatus(view: ExecutionView): z.input<typeof jobStatusSchema> {
  const { createdAtMs, updatedAtMs, expiresAtMs, result, error } = view;
  return {
    ...jobSubmitted(view),
    error: error === undefined ? null : publicError(error).message,
    error_code: error?.code ?? null,
    created_at: iso(createdAtMs),
    updated_at: iso(updatedAtMs),
    expires_at: expiresAtMs === undefined ? null : iso(expiresAtMs),
    output: result ?? null,
  };
}

// The reference knows no job that waits for a person; its execution tells the question.
function jobStatusOf(status: ExecutionView["status"]): (typeof statuses)[number] {
  return status === "waiting" ? "running" : status;
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
