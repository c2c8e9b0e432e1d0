import { z } from "zod";
import { replyWithJson } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";

/** The reply of `GET /health`. */
export const healthReplySchema = z.object({ status: z.literal("healthy") });

/** Answers that the process is up and serves HTTP. */
export function healthRoute(context: RequestContext): void {
  replyWithJson(context, 200, { status: "healthy" } satisfies z.output<typeof healthReplySchema>);
}
