import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEventStream } from "../test-support/event-stream-parser.js";
import { dataFrame, errorFrame, HEARTBEAT_FRAME, omissionFrame, stepFrame } from "./frames.js";

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("\r\n\r\n", "\n\ndata: {}", "\u2028\u2029\u0085\u0000", "\uFEFF", "event: error\n"),
);

describe("frames", () => {
  it("bring any JSON value through a parser of event streams unchanged and in order", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.jsonValue(), hostile)), (values) => {
        const sent = values.map((value) => JSON.stringify({ value }));
        const text = sent.map((each) => dataFrame(each) + HEARTBEAT_FRAME + omissionFrame(3)).join("");
        expect(parseEventStream(text)).toEqual(sent.map((each) => [["data", each]]));
      }),
    );
  });

  it("bring any step and any error through, whatever its texts hold", () => {
    fc.assert(
      fc.property(hostile, hostile, (name, payload) => {
        const step = { id: "1", parent_id: "root", type: "markdown", name, payload };
        const body = { code: "workflow_error" as const, message: name, details: payload };
        const [first, second, ...rest] = parseEventStream(stepFrame(step) + errorFrame(body));
        expect(first?.map(([field, value]) => [field, JSON.parse(value)])).toEqual([["intermediate_data", step]]);
        expect(second?.[0]).toEqual(["event", "error"]);
        expect(JSON.parse(second?.[1]?.[1] ?? "")).toEqual(body);
        expect(rest).toEqual([]);
      }),
    );
  });
});
