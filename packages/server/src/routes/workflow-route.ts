import { AlcoveError } from "@alcove/plugin-api";
import type { Reply } from "@alcove/runtime";
import type { JsonObject } from "../body/json-body.js";
import { RequestError } from "../errors/request-error.js";
import { bodyFaults } from "../errors/validation-detail.js";
import { identify } from "../identity/identify.js";
import { replyWithJsonText } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";
import type { ServedApplication, ServedRunner } from "../served-application.js";
import { idempotencyOf } from "./idempotency-request.js";
import { runRequestOf } from "./run-request.js";

/**
 * Answers a call of the workflow with its single result, once it is durable. When the client goes away first, the run is
 * aborted and nothing of it is stored.
 */
export function workflowRoute(
  application: ServedApplication,
  readBody: (context: RequestContext) => Promise<JsonObject>,
): (context: RequestContext) => Promise<void> {
  return async (context) => {
    const userId = identify(context, application.workflow.scope);
    const body = await readBody(context);
    try {
      const reply = await runForRequest(application, context, userId, body);
      if (reply.isReplayed) {
        context.set("idempotent-replayed", "true");
      }
      replyWithJsonText(context, 200, reply.body);
    } catch (error) {
      throw await withFaultsOfBody(error, application, body);
    }
  };
}

function runForRequest(
  { workflow, sessions }: ServedApplication,
  context: RequestContext,
  userId: string | undefined,
  body: JsonObject,
): Promise<Reply> {
  const input = workflow.unwrapInput(body);
  const idempotency = idempotencyOf(context, body);
  const session = sessions.session({ userId });
  try {
    const runner = session.run(input, runRequestOf(context));
    abortWhenClientLeaves(runner, context);
    return runner.reply(idempotency);
  } finally {
    // It is given back once the run is over.
    session.close();
  }
}

function abortWhenClientLeaves(runner: ServedRunner, { req, res }: RequestContext): void {
  if (req.socket.destroyed) {
    runner.abort();
    return;
  }
  res.on("close", () => {
    if (!res.writableFinished) {
      runner.abort();
    }
  });
}

// The faults of the error name the fields of the function's schema; the client is told the fields of the body it sent.
async function withFaultsOfBody(error: unknown, { workflow }: ServedApplication, body: JsonObject): Promise<unknown> {
  if (!AlcoveError.is(error) || error.code !== "INPUT_INVALID") {
    return error;
  }
  const detail = await bodyFaults(workflow.inputSchema, body);
  if (detail.length === 0) {
    return error;
  }
  return new RequestError("INPUT_INVALID", error.message, { cause: error, details: error.details ?? null, detail });
}
