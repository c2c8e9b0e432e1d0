import type { Clock, Logger } from "@alcove/plugin-api";
import type { RouterInstance } from "@koa/router";
import type { Middleware } from "koa";
import type { RequestState } from "../request-state.js";
import { routeOf } from "../routes/route-of.js";
import { requestFields } from "./request-fields.js";

/** What {@link accessLog} needs. */
export interface AccessLogOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly router: RouterInstance<RequestState>;
}

/**
 * Writes one line a request when its reply has left or its client has gone: method, path without query, route, status,
 * duration and user id. Headers and bodies are never logged.
 */
export function accessLog({ logger, clock, router }: AccessLogOptions): Middleware<RequestState> {
  return (context, next) => {
    const startedMs = clock.monotonicMs();
    context.res.once("close", () => {
      const { method, path, status, state, res } = context;
      logger.debug(`${method} ${path} ${status}`, {
        ...requestFields(context),
        method,
        path,
        route: routeOf(router, context),
        status,
        durationMs: Math.round((clock.monotonicMs() - startedMs) * 100) / 100,
        complete: res.writableFinished,
        userId: state.principal?.userId,
      });
    });
    return next();
  };
}
