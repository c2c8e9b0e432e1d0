import type { IdempotencyRequest, PendingInteraction, Reply } from "@alcove/runtime";
import type { JsonObject } from "../body/json-body.js";
import { identify } from "../identity/identify.js";
import { replyWithJson, replyWithJsonText } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";
import type { ServedRunner } from "../served-application.js";
import { callEntry, type ServedEntry, withFaultsOfBody } from "./entry-call.js";
import { interactionRequiredReply } from "./execution-wire.js";
import { idempotencyOf } from "./idempotency-request.js";

/** Asks a run for its reply, or for the question it asks before that. */
export type ReplyRequest = (
  runner: ServedRunner,
  idempotency: IdempotencyRequest | undefined,
) => Promise<Reply | PendingInteraction>;

/**
 * Answers a call of an entry with its single result, once it is durable; or with a question and where to answer it, where
 * `askFor` comes back with one.
 */
export function entryRoute(
  served: ServedEntry,
  readBody: (context: RequestContext) => Promise<JsonObject>,
  askFor: ReplyRequest = (runner, idempotency) => runner.reply(idempotency),
): (context: RequestContext) => Promise<void> {
  return async (context) => {
    const userId = await identify(context, served.entry.scope);
    const body = await readBody(context);
    const idempotency = idempotencyOf(context, body);
    try {
      const reply = await callEntry(served, context, { userId, body }, (runner) => askFor(runner, idempotency));
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
