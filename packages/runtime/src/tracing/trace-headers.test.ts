import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spanContextOf, traceHeadersOf } from "./trace-headers.js";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";

describe("the caller's span", () => {
  it.each([
    [`00-${traceId}-${spanId}-01`, 1],
    [`00-${traceId}-${spanId}-00`, 0],
    [`00-${traceId}-${spanId}-02`, 0],
    [`00-${traceId}-${spanId}-ff`, 1],
    [`cc-${traceId}-${spanId}-01-what-the-future-will-be-like`, 1],
  ])("is read from `%s`", (traceparent, traceFlags) => {
    expect(spanContextOf({ traceparent })).toMatchObject({ traceId, spanId, traceFlags, isRemote: true });
  });

  it.each([
    undefined,
    "",
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId}-${spanId}`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
  ])("is nobody's where `traceparent` is %j", (traceparent) => {
    expect(spanContextOf({ traceparent, tracestate: "a=1" })).toBeUndefined();
  });

  it("comes out of the headers it is put into", () => {
    const hex = (length: number) =>
      fc
        .string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length })
        .filter((text) => !/^0+$/.test(text));
    fc.assert(
      fc.property(hex(32), hex(16), fc.constantFrom(0, 1), (anyTraceId, anySpanId, traceFlags) => {
        const headers = traceHeadersOf({ traceId: anyTraceId, spanId: anySpanId, traceFlags });
        expect(spanContextOf(headers)).toMatchObject({ traceId: anyTraceId, spanId: anySpanId, traceFlags });
      }),
    );
  });

  it("keeps what other systems have added", () => {
    const context = spanContextOf({ traceparent: `00-${traceId}-${spanId}-01`, tracestate: "rojo=1,congo=t61" });
    expect(context && traceHeadersOf(context)).toEqual({
      traceparent: `00-${traceId}-${spanId}-01`,
      tracestate: "rojo=1,congo=t61",
    });
  });
});
