import type { SpanContext } from "@opentelemetry/api";
import { openTelemetry } from "./open-telemetry.js";

// Neither id may be all zeros.
const pattern = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** The flag that says that a trace is recorded. */
const SAMPLED = 1;

/** The headers by which a call carries its trace: `traceparent`, and `tracestate` where there is one. */
export type TraceHeaders = Readonly<Record<string, string>>;

/** Headers of a request, by their names in lower case. */
export type ReceivedHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The caller's span, as W3C Trace Context says it; `undefined` where the headers say none, or nothing sound. */
export function spanContextOf({ traceparent, tracestate }: ReceivedHeaders): SpanContext | undefined {
  const [, version, traceId = "", spanId = "", flags = "", more] =
    (typeof traceparent === "string" && pattern.exec(traceparent)) || [];
  const isSound = version !== undefined && (version !== "00" || more === undefined);
  if (!isSound) {
    return undefined;
  }
  return {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & SAMPLED,
    isRemote: true,
    ...(typeof tracestate === "string" ? { traceState: openTelemetry().createTraceState(tracestate) } : {}),
  };
}

/** The value of `traceparent`, and of `traceresponse`, for a span. */
export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** The headers that make what is called a child of a span. */
export function traceHeadersOf(span: SpanContext): TraceHeaders {
  const tracestate = span.traceState?.serialize() ?? "";
  return Object.freeze({ traceparent: traceparentOf(span), ...(tracestate === "" ? {} : { tracestate }) });
}
