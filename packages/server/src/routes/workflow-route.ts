import { AlcoveError } from "@alcove/plugin-api";
import type { Reply } from "@alcove/runtime";
import { RequestError } from "../errors/request-error.js";
import { bodyFaults } from "../errors/validation-detail.js";
import { replyWithJsonText } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";
import type { ServedApplication, ServedRunner } from "../served-application.js";
import { idempotencyOf } from "./idempotency-request.js";
import { runRequestOf } from "./run-request.js";

/**
 * Answers a call of the workflow with its single result, once it is durable. When the client goes away first, the run is
 * aborted and nothing of it is stored.
 */
export function workflowRoute(application: ServedApplication): (context: RequestContext) => Promise<void> {
  return async (context) => {
    try {
      const { body, isReplayed } = await runForRequest(application, context);
      if (isReplayed) {
        context.set("idempotent-replayed", "true");
      }
      replyWithJsonText(context, 200, body);
    } catch (error) {
      throw await withFaultsOfBody(error, application, context.state.body);
    }
  };
}

async function runForRequest({ workflow, sessions }: ServedApplication, context: RequestContext): Promise<Reply> {
  const { userId, body } = context.state;
  const input = workflow.unwrapInput(body);
  const session = sessions.session({ userId });
  try {
    const runner = session.run(input, runRequestOf(context));
    abortWhenClientLeaves(runner, context);
    return await runner.reply(idempotencyOf(context));
  } finally {
    session.close();
  }
}

function abortWhenClientLeaves(runner: ServedRunner, { req, res }: RequestContext): void {
  if (req.socket.destroyed) {
    runner.abort();
    return;
  }
  res.once("close", () => {
    if (!res.writableFinished) {
      runner.abort();
    }
  });
}

// The faults of the error name the fields of the function's schema; the client is told the fields of the body it sent.
async function withFaultsOfBody(error: unknown, { workflow }: ServedApplication, body: unknown): Promise<unknown> {
  if (!AlcoveError.is(error) || error.code !== "INPUT_INVALID") {
    return error;
  }
  const detail = await bodyFaults(workflow.inputSchema, body);
  if (detail.length === 0) {
    return error;
  }
  return new RequestError("INPUT_INVALID", error.message, { cause: error, details: error.details ?? null, detail });
}
