import { spanContextOf, type Tracing, traceparentOf } from "@alcove/runtime";
import type { RouterInstance } from "@koa/router";
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Middleware } from "koa";
import type { RequestContext, RequestState } from "../request-state.js";
import { routeOf } from "../routes/route-of.js";
import { traceIdOf } from "../routes/run-request.js";

/** Methods may be anything a client makes up; these are the ones that spans are named after. */
const knownMethods: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "PATCH",
  "OPTIONS",
  "TRACE",
]);

/**
 * Follows every request in a span, from its arrival until its reply has left or its client has gone, inside the caller's
 * trace where there is one. The reply says in `traceresponse` which span it is. The path, headers and bodies stay out of it.
 */
export function requestSpan(tracing: Tracing, router: RouterInstance<RequestState>): Middleware<RequestState> {
  return (context, next) => {
    const span = startSpan(tracing, context);
    context.state.span = span;
    context.set("traceresponse", traceparentOf(span.spanContext()));
    context.res.once("close", () => endSpan(span, context, routeOf(router, context)));
    return next();
  };
}

function startSpan(tracing: Tracing, { method, state, req }: RequestContext): Span {
  const attributes = {
    "http.request.method": nameOf(method),
    "url.scheme": "http",
    "alcove.request.id": state.requestId,
  };
  const options = { kind: SpanKind.SERVER, attributes };
  const start = (context = ROOT_CONTEXT): Span => tracing.tracer.startSpan(nameOf(method), options, context);
  const parent = spanContextOf(req.headers);
  if (parent !== undefined) {
    return start(trace.setSpanContext(ROOT_CONTEXT, parent));
  }
  const traceId = traceIdOf(req.headers["traceparent"]?.toString(), req.headers["workflow-trace-id"]?.toString());
  return traceId === undefined ? start() : tracing.inTrace(traceId, start);
}

function endSpan(span: Span, { method, status, state, res }: RequestContext, route: string | undefined): void {
  span.setAttribute("http.response.status_code", status);
  if (route !== undefined) {
    span.updateName(`${nameOf(method)} ${route}`);
    span.setAttribute("http.route", route);
  }
  if (!res.writableFinished) {
    span.setAttribute("alcove.reply.complete", false);
  }
  if (state.errorCode !== undefined) {
    span.setAttribute("error.type", state.errorCode);
  }
  // What the client did wrong is no error of the server's; a stream has said 200 before it could fail.
  if (status >= 500 || (status < 400 && state.errorCode !== undefined)) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: state.errorCode ?? String(status) });
  }
  span.end();
}

function nameOf(method: string): string {
  return knownMethods.has(method) ? method : "_OTHER";
}
