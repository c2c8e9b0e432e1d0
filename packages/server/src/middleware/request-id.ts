import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Next } from "koa";
import type { RequestContext } from "../request-state.js";

const acceptable = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * Names every request: by the client's `X-Request-Id` where it is short and plain, else by a new UUID. The name is on every
 * reply, errors included. Anything else a client sends is replaced, so that nobody writes into the log through it.
 */
export function requestId(context: RequestContext, next: Next): Promise<unknown> {
  const id = requestIdOf(context.req);
  context.state.requestId = id;
  context.set("x-request-id", id);
  return next();
}

/** The name of a request: the client's own where it is acceptable, else a new UUID. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const offered = headers["x-request-id"];
  return typeof offered === "string" && acceptable.test(offered) ? offered : randomUUID();
}
