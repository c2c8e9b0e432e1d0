import type { Registry } from "prom-client";
import { requireViewer } from "../identity/identify.js";
import type { RequestContext } from "../request-state.js";

/** Answers operators with every metric in Prometheus' text format. */
export function metricsRoute(registry: Registry): (context: RequestContext) => Promise<void> {
  return async (context) => {
    await requireViewer(context);
    const text = await registry.metrics();
    context.status = 200;
    context.set("content-type", registry.contentType);
    context.body = text;
  };
}
