import type { ParameterizedContext } from "koa";

/** What the middleware of one request hand to each other in `context.state`. */
export interface RequestState {
  /** Set by the request id middleware, before anything else runs. */
  requestId: string;
}

/** The Koa context of Alcove's middleware. */
export type RequestContext = ParameterizedContext<RequestState>;
