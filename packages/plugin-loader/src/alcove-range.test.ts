import { describe, expect, it } from "vitest";
import { checkAlcoveRange, statedAlcoveRange } from "./alcove-range.js";
import { VersionRanges } from "./version-ranges.js";

const check = (range: unknown, alcoveVersion: string) =>
  checkAlcoveRange(statedAlcoveRange({ requires: { alcove: range } }), alcoveVersion, new VersionRanges()).outcome;

describe("checkAlcoveRange", () => {
  it("accepts versions in the range, pre-releases of them included", () => {
    expect(check("^0.1.0", "0.1.7")).toBe("satisfied");
    expect(check("^0.1.0", "0.1.1-beta.2")).toBe("satisfied");
    expect(check("^0.1.0", "0.1.0-beta.1")).toBe("unsatisfied");
    expect(check(">=0.1.0 <2 || 4.x", "4.5.6")).toBe("satisfied");
  });

  it("refuses versions outside the range", () => {
    expect(check("^0.1.0", "0.2.0")).toBe("unsatisfied");
  });

  it("refuses what is no range", () => {
    expect(check("latest", "0.1.0")).toBe("invalid");
    expect(check("^0.1.0 and up", "0.1.0")).toBe("invalid");
  });

  it("leaves a missing or wrongly typed range to the schema", () => {
    expect(checkAlcoveRange(statedAlcoveRange(undefined), "0.1.0", new VersionRanges()).outcome).toBe("absent");
    expect(check(5, "0.1.0")).toBe("absent");
    expect(check("", "0.1.0")).toBe("absent");
  });
});
