import { describe, expect, it } from "vitest";
import { traceIdOf } from "./run-request.js";

const trace = "0af7651916cd43dd8448eb211c80319c";

describe("trace id", () => {
  it.each([
    [`00-${trace}-b7ad6b7169203331-01`, undefined, trace],
    [`00-${trace.toUpperCase()}-b7ad6b7169203331-01`, undefined, trace],
    [`00-${trace}-b7ad6b7169203331-01-more`, undefined, trace],
    [`00-${trace}-b7ad6b7169203331`, undefined, undefined],
    [`00-${trace.slice(1)}-b7ad6b7169203331-01`, undefined, undefined],
    [`00-${"z".repeat(32)}-b7ad6b7169203331-01`, undefined, undefined],
    [`00-${"0".repeat(32)}-b7ad6b7169203331-01`, trace, trace],
    [`00-${"1".repeat(32)}-b7ad6b7169203331-01`, trace, "1".repeat(32)],
    [undefined, "0af76519-16cd-43dd-8448-eb211c80319c", trace],
    [undefined, "nonsense", undefined],
    [undefined, undefined, undefined],
  ])("of traceparent %j and workflow-trace-id %j is %j", (traceparent, workflowTraceId, expected) => {
    expect(traceIdOf(traceparent, workflowTraceId)).toBe(expected);
  });
});
