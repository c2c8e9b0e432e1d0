import type { Next } from "koa";
import { ambiguityOf } from "../ambiguous-request.js";
import type { RequestContext } from "../request-state.js";

/** Lets no request through that could be taken for another one. @throws RequestError REQUEST_INVALID */
export function refuseAmbiguous(context: RequestContext, next: Next): Promise<unknown> {
  const ambiguity = ambiguityOf(context.req);
  if (ambiguity !== undefined) {
    throw ambiguity;
  }
  return next();
}
