import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_NESTING, nestsTooDeep } from "./nesting.js";

function nested(depth: number, inner = ""): string {
  return `${'{"a":['.repeat(Math.floor(depth / 2))}${depth % 2 === 1 ? "[" : ""}${inner}${depth % 2 === 1 ? "]" : ""}${"]}".repeat(Math.floor(depth / 2))}`;
}

describe("nesting", () => {
  it("is accepted up to the limit, and not beyond it", () => {
    expect(nestsTooDeep(nested(MAX_NESTING))).toBe(false);
    expect(nestsTooDeep(nested(MAX_NESTING + 1))).toBe(true);
  });

  it("is not what stands beside each other", () => {
    expect(nestsTooDeep(`[${"[],{},".repeat(5_000)}1]`)).toBe(false);
  });

  it("is not what stands in texts, whatever is quoted in them", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("[", "{", '"', "\\", "a", "]", '\\"'), { minLength: 3_000 }), (parts) => {
        const json = JSON.stringify({ text: parts.join(""), more: ["\\", '"', parts.join("")] });
        expect(nestsTooDeep(json)).toBe(false);
        expect(nestsTooDeep(nested(MAX_NESTING, json))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
