import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalText } from "./canonical-text.js";

/** The same JSON value, its keys the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(turned);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .map(([key, item]): [string, unknown] => [key, turned(item)])
          .reverse(),
      )
    : value;
}

describe("the canonical text", () => {
  it("of equal values is equal, whatever the order of keys, and of others it is another one", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        expect(canonicalText(turned(left))).toBe(canonicalText(left));
        const [read, other] = [JSON.parse(JSON.stringify(left)), JSON.parse(JSON.stringify(right))];
        expect(canonicalText(left) === canonicalText(right)).toBe(isDeepStrictEqual(read, other));
      }),
    );
  });

  it.each([
    ["a date", new Date(0)],
    ["a map in a list", [new Map()]],
    ["a function in an object", { run: () => 1 }],
    ["what is no number", { count: Number.NaN }],
    ["a big integer", 1n],
    ["nothing in a list", [undefined]],
  ])("is none for %s", (_what, value) => {
    expect(canonicalText(value)).toBeUndefined();
  });

  it("leaves out keys whose value is undefined", () => {
    expect(canonicalText({ b: 1, a: undefined })).toBe(canonicalText({ b: 1 }));
  });
});
