import type { JsonObject } from "../body/json-body.js";
import { identify } from "../identity/identify.js";
import { replyWithJsonText } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";
import type { ServedApplication } from "../served-application.js";
import { idempotencyOf } from "./idempotency-request.js";
import { callWorkflow, withFaultsOfBody } from "./workflow-call.js";

/** Answers a call of the workflow with its single result, once it is durable. */
export function workflowRoute(
  application: ServedApplication,
  readBody: (context: RequestContext) => Promise<JsonObject>,
): (context: RequestContext) => Promise<void> {
  return async (context) => {
    const userId = await identify(context, application.workflow.scope);
    const body = await readBody(context);
    const idempotency = idempotencyOf(context, body);
    try {
      const reply = await callWorkflow(application, context, { userId, body }, (runner) => runner.reply(idempotency));
      if (reply.isReplayed) {
        context.set("idempotent-replayed", "true");
      }
      replyWithJsonText(context, 200, reply.body);
    } catch (error) {
      throw await withFaultsOfBody(error, application, body);
    }
  };
}
