import type { PendingInteraction, Reply } from "@alcove/runtime";
import type { JsonObject } from "../body/json-body.js";
import type { RequestContext } from "../request-state.js";
import type { ServedRunner } from "../served-application.js";
import type { ServedEntry } from "./entry-call.js";
import { entryRoute } from "./entry-route.js";

/**
 * Answers a call of the workflow with its single result, once it is durable; or, where the run asks a person something, with
 * the question and where to answer it. From then on the run goes on without the request.
 */
export function interactiveWorkflowRoute(
  served: ServedEntry,
  readBody: (context: RequestContext) => Promise<JsonObject>,
): (context: RequestContext) => Promise<void> {
  return entryRoute(served, readBody, (runner, idempotency) =>
    idempotency === undefined ? replyOrQuestion(runner) : runner.reply(idempotency),
  );
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
