import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Distribution } from "./distribution.js";

describe("a distribution", () => {
  it("counts a value that equals a bound as one up to it, and what exceeds all bounds in the total only", () => {
    const sizes = new Distribution([1, 4, 16]);
    for (const size of [1, 2, 4, 5, 17, 1_000]) {
      sizes.record(size);
    }
    expect(sizes.cumulativeCounts()).toEqual([1, 3, 4, 6]);
    expect(sizes.sum).toBe(1_029);
  });

  it("agrees with counting the values one by one", () => {
    const bounds = [0, 0.5, 10, 1_000];
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 2_000, noNaN: true })), (values) => {
        const distribution = new Distribution(bounds);
        for (const value of values) {
          distribution.record(value);
        }
        const expected = bounds.map((bound) => values.filter((value) => value <= bound).length);
        expect(distribution.cumulativeCounts()).toEqual([...expected, values.length]);
      }),
    );
  });
});
