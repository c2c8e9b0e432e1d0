import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedMap } from "./bounded-map.js";

describe("a bounded map", () => {
  it("lets go first of what was used least recently", () => {
    const map = new BoundedMap<number>(3, () => 1);
    map.set("a", 1);
    map.set("b", 2);
    map.set("c", 3);
    expect(map.get("a")).toBe(1);
    map.set("d", 4);
    expect(["a", "b", "c", "d"].map((key) => map.get(key))).toEqual([1, undefined, 3, 4]);
  });

  it("does not keep what weighs more than everything together may", () => {
    const map = new BoundedMap<number>(3, (value) => value);
    map.set("a", 4);
    expect(map.get("a")).toBeUndefined();
    map.set("b", 3);
    expect(map.get("b")).toBe(3);
  });

  it("never weighs more than it may, whatever is put in and taken out", () => {
    const steps = fc.array(
      fc.record({ key: fc.constantFrom("a", "b", "c", "d"), weight: fc.nat(9), isOut: fc.boolean() }),
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 12 }), (taken, max) => {
        const map = new BoundedMap<number>(max, (value) => value);
        for (const { key, weight, isOut } of taken) {
          if (isOut) {
            map.delete(key);
          } else {
            map.set(key, weight);
          }
          const weights = ["a", "b", "c", "d"].map((each) => map.get(each) ?? 0);
          expect(weights.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(max);
          expect(isOut || weight > max || map.get(key) === weight).toBe(true);
        }
      }),
    );
  });
});
