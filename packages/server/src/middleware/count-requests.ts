import type { Clock } from "@alcove/plugin-api";
import type { Middleware } from "koa";
import type { RequestFigures } from "../metrics/request-figures.js";
import type { RequestState } from "../request-state.js";

/** Counts every request when its reply is made, or its stream has ended. */
export function countRequests(figures: RequestFigures, clock: Clock): Middleware<RequestState> {
  return async (context, next) => {
    const startedAtMs = clock.monotonicMs();
    try {
      await next();
    } finally {
      figures.record(context, clock.monotonicMs() - startedAtMs);
    }
  };
}
