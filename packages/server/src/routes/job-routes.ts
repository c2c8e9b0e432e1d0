import { AlcoveError } from "@alcove/plugin-api";
import type { ExecutionView } from "@alcove/runtime";
import type { JsonObject } from "../body/json-body.js";
import { RequestError } from "../errors/request-error.js";
import { bodyFaults } from "../errors/validation-detail.js";
import { identifyOwner } from "../identity/identify.js";
import { replyWithJson } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";
import type { ServedApplication } from "../served-application.js";
import type { OpenStreams } from "../streams/open-streams.js";
import { withFaultsOfBody } from "./entry-call.js";
import { jobEvents } from "./job-events.js";
import { jobFieldsSchema, jobStatus, jobSubmitted } from "./job-wire.js";
import { pathParameter } from "./path-parameter.js";
import { runRequestOf } from "./run-request.js";

const MS_PER_SECOND = 1_000;

/** What {@link jobRoutes} needs beside the application. */
export interface JobRoutesOptions {
  readonly readBody: (context: RequestContext) => Promise<JsonObject>;
  readonly heartbeatMs: number;
  readonly openStreams: OpenStreams;
}

/** What can be asked of the jobs of whoever asks; nobody can ask for another one's. */
export interface JobRoutes {
  /** Submits a job; answers once it is durable, or waits a while for its end. */
  submit(context: RequestContext): Promise<void>;
  /** Answers with what has become of a job. */
  status(context: RequestContext): Promise<void>;
  /** Ends a job that is not finished, and answers with what has become of it. */
  cancel(context: RequestContext): Promise<void>;
  /** Streams what becomes of a job, with the steps of its run. */
  events(context: RequestContext): Promise<void>;
}

/** The routes of jobs: runs of the workflow that go on without whoever asked for them. */
export function jobRoutes(application: ServedApplication, options: JobRoutesOptions): JobRoutes {
  const { executions } = application;
  const events = jobEvents(executions, options);
  return {
    async submit(context) {
      const userId = await identifyOwner(context);
      refuseIdempotencyKey(context);
      const { fields, input } = await splitBody(await options.readBody(context));
      const view = await submitted(application, context, { userId, fields, input });
      replyWithJob(context, view);
    },
    async status(context) {
      const userId = await identifyOwner(context);
      replyWithStatus(context, jobOnly(await executions.get(userId, jobIdOf(context))));
    },
    async cancel(context) {
      const userId = await identifyOwner(context);
      const id = jobIdOf(context);
      jobOnly(await executions.get(userId, id));
      replyWithStatus(context, await executions.cancel(userId, id));
    },
    async events(context) {
      const userId = await identifyOwner(context);
      const id = jobIdOf(context);
      jobOnly(await executions.get(userId, id));
      if (context.method === "HEAD") {
        context.status = 200;
        context.type = "text/event-stream";
      } else {
        await events(context, userId, id);
      }
    },
  };
}

// The id of a job says which submissions are one; a second name for the same could contradict it.
function refuseIdempotencyKey({ req }: RequestContext): void {
  if (req.headers["idempotency-key"] !== undefined) {
    throw new RequestError(
      "IDEMPOTENCY_UNSUPPORTED",
      "The submission of a job takes no Idempotency-Key. Send a job_id of your own in the body: what comes again under it is not run again.",
    );
  }
}

interface JobBody {
  readonly fields: {
    readonly job_id?: string | null | undefined;
    readonly sync_timeout: number;
    readonly expiry_seconds: number;
  };
  /** What is left of the body: the workflow's input. */
  readonly input: JsonObject;
}

async function splitBody(body: JsonObject): Promise<JobBody> {
  const parsed = jobFieldsSchema.safeParse(body);
  if (!parsed.success) {
    const message = "The fields job_id, sync_timeout and expiry_seconds of the job are not as they should be.";
    throw new RequestError("BODY_INVALID", message, { detail: await bodyFaults(jobFieldsSchema, body) });
  }
  const { job_id: _id, sync_timeout: _timeout, expiry_seconds: _expiry, ...input } = body;
  return { fields: parsed.data, input };
}

async function submitted(
  application: ServedApplication,
  context: RequestContext,
  { userId, fields, input }: JobBody & { readonly userId: string },
): Promise<ExecutionView> {
  const { executions, workflow } = application;
  try {
    const view = await executions.submit({
      userId,
      id: fields.job_id ?? undefined,
      input: workflow.unwrapInput(input),
      request: runRequestOf(context),
      expiryMs: fields.expiry_seconds * MS_PER_SECOND,
    });
    if (view.kind !== "job") {
      throw new RequestError("BODY_INVALID", `The id ${view.id} is that of an execution of yours that is no job.`, {
        detail: [{ type: "value_error", loc: ["body", "job_id"], msg: "Value error, is taken", input: view.id }],
      });
    }
    return await executions.waitFor(userId, view.id, fields.sync_timeout * MS_PER_SECOND);
  } catch (error) {
    throw await withFaultsOfBody(error, { application, entry: workflow }, input);
  }
}

function replyWithJob(context: RequestContext, view: ExecutionView): void {
  if (view.expiresAtMs === undefined) {
    replyWithJson(context, 202, jobSubmitted(view));
  } else {
    replyWithJson(context, 200, jobStatus(view));
  }
}

function replyWithStatus(context: RequestContext, view: ExecutionView): void {
  replyWithJson(context, 200, jobStatus(view));
}

function jobIdOf(context: RequestContext): string {
  return pathParameter(context, "job_id");
}

/** An interactive run is no job, though its id looks like one's. */
function jobOnly(view: ExecutionView): ExecutionView {
  if (view.kind !== "job") {
    throw new AlcoveError(
      "EXECUTION_NOT_FOUND",
      "There is no such job; see /executions for what is waiting for a person.",
    );
  }
  return view;
}
