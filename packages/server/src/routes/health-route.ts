import { replyWithJson } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";

/** Answers that the process is up and serves HTTP. */
export function healthRoute(context: RequestContext): void {
  replyWithJson(context, 200, { status: "healthy" });
}
