import type { JsonObject } from "../body/json-body.js";
import { identify } from "../identity/identify.js";
import { replyWithJsonText } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";
import { callEntry, type ServedEntry, withFaultsOfBody } from "./entry-call.js";
import { idempotencyOf } from "./idempotency-request.js";

/** Answers a call of an entry with its single result, once it is durable. */
export function entryRoute(
  served: ServedEntry,
  readBody: (context: RequestContext) => Promise<JsonObject>,
): (context: RequestContext) => Promise<void> {
  return async (context) => {
    const userId = await identify(context, served.entry.scope);
    const body = await readBody(context);
    const idempotency = idempotencyOf(context, body);
    try {
      const reply = await callEntry(served, context, { userId, body }, (runner) => runner.reply(idempotency));
      if (reply.isReplayed) {
        context.set("idempotent-replayed", "true");
      }
      replyWithJsonText(context, 200, reply.body);
    } catch (error) {
      throw await withFaultsOfBody(error, served, body);
    }
  };
}
