import type { LogFields } from "@alcove/plugin-api";
import type { RequestContext } from "../request-state.js";

/** What every line about a request says: which request, which run if it led to one, and which trace if it is traced. */
export function requestFields({ state: { requestId, runner, span } }: Pick<RequestContext, "state">): LogFields {
  return {
    requestId,
    ...(runner === undefined ? {} : { runId: runner.runId }),
    ...(span === undefined ? {} : { traceId: span.spanContext().traceId }),
  };
}
