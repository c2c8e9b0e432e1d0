import type { ParameterizedContext } from "koa";

/** What the middleware of one request hand to each other in `context.state`. */
export interface RequestState {
  /** Set by the request id middleware, before anything else runs. */
  requestId: string;
  /** Who the request acts for; `undefined` where it names nobody and nobody is needed. */
  userId: string | undefined;
  /** The parsed body: an object, whose fields are not validated yet. Set by the JSON body middleware. */
  body: Readonly<Record<string, unknown>>;
}

/** The Koa context of Alcove's middleware. */
export type RequestContext = ParameterizedContext<RequestState>;
