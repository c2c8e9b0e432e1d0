import type { PendingInteraction, Reply } from "@alcove/runtime";
import type { JsonObject } from "../body/json-body.js";
import { identify } from "../identity/identify.js";
import { replyWithJson, replyWithJsonText } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";
import type { ServedRunner } from "../served-application.js";
import { callEntry, type ServedEntry, withFaultsOfBody } from "./entry-call.js";
import { interactionRequiredReply } from "./execution-wire.js";
import { idempotencyOf } from "./idempotency-request.js";

/**
 * Answers a call of the workflow with its single result, once it is durable; or, where the run asks a person something, with
 * the question and where to answer it. From then on the run goes on without the request.
 */
export function interactiveWorkflowRoute(
  served: ServedEntry,
  readBody: (context: RequestContext) => Promise<JsonObject>,
): (context: RequestContext) => Promise<void> {
  return async (context) => {
    const userId = await identify(context, served.entry.scope);
    const body = await readBody(context);
    const idempotency = idempotencyOf(context, body);
    try {
      const begin = (runner: ServedRunner): Promise<Reply | PendingInteraction> =>
        idempotency === undefined ? replyOrQuestion(runner) : runner.reply(idempotency);
      const reply = await callEntry(served, context, { userId, body }, begin);
      if ("interactionId" in reply) {
        replyWithJson(context, 202, interactionRequiredReply(reply));
        return;
      }
      if (reply.isReplayed) {
        context.set("idempotent-replayed", "true");
      }
      replyWithJsonText(context, 200, reply.body);
    } catch (error) {
      throw await withFaultsOfBody(error, served, body);
    }
  };
}

/** Whatever comes first. What the run ends with after a question is kept by its execution. */
function replyOrQuestion(runner: ServedRunner): Promise<Reply | PendingInteraction> {
  return new Promise((resolve, reject) => {
    runner.onInteraction((interaction) => {
      if (interaction.prompt.inputType !== "notification") {
        resolve(interaction);
      }
    });
    runner.reply(undefined).then(resolve, reject);
  });
}
