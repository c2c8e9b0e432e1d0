import type { Clock, Logger } from "@alcove/plugin-api";
import type { Middleware } from "koa";
import type { RequestState } from "../request-state.js";

/**
 * Writes one line a request when its reply has left or its client has gone: method, path without query, status and
 * duration. Headers and bodies are never logged.
 */
export function accessLog(logger: Logger, clock: Clock): Middleware<RequestState> {
  return (context, next) => {
    const startedMs = clock.monotonicMs();
    context.res.once("close", () => {
      logger.debug(`${context.method} ${context.path} ${context.status}`, {
        requestId: context.state.requestId,
        method: context.method,
        path: context.path,
        status: context.status,
        durationMs: Math.round((clock.monotonicMs() - startedMs) * 100) / 100,
        complete: context.res.writableFinished,
      });
    });
    return next();
  };
}
