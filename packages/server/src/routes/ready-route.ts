import { z } from "zod";
import type { ErrorBody } from "../errors/error-body.js";
import { replyWithJson } from "../json-reply.js";
import type { Readiness } from "../readiness.js";
import type { RequestContext } from "../request-state.js";

/** The reply of `GET /ready` while the server is ready. */
export const readyReplySchema = z.object({ status: z.literal("ready") });

/** Answers whether the server should get requests at present; 503 with the reason's code where it should not. */
export function readyRoute(readiness: Readiness): (context: RequestContext) => Promise<void> {
  return async (context) => {
    const reason = await readiness.reasonAgainst();
    if (reason === undefined) {
      replyWithJson(context, 200, { status: "ready" } satisfies z.output<typeof readyReplySchema>);
    } else {
      replyWithJson(context, 503, { ...reason, details: null } satisfies ErrorBody);
    }
  };
}
