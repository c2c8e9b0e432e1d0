import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearMisses } from "./near-misses.js";

describe("editDistance", () => {
  it("counts an insertion, a removal, a replacement and a swap of neighbours as one each", () => {
    expect(editDistance("scope", "scoope")).toBe(1);
    expect(editDistance("scope", "scpe")).toBe(1);
    expect(editDistance("scope", "scape")).toBe(1);
    expect(editDistance("scope", "socpe")).toBe(1);
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("", "abc")).toBe(3);
  });

  it("is symmetric, zero only for equal texts, and never more than the longer text", () => {
    const text = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(text, text, (left, right) => {
        const distance = editDistance(left, right);
        expect(distance).toBe(editDistance(right, left));
        expect(distance === 0).toBe(left === right);
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(left.length - right.length));
      }),
    );
  });
});

describe("nearMisses", () => {
  it("finds the nearest names first, and at most three", () => {
    expect(nearMisses("notepad", ["notepads", "nodepat", "todo", "notepad2", "motepad"])).toEqual([
      "notepads",
      "notepad2",
      "motepad",
    ]);
  });

  it("takes neither case nor the choice of separator for a difference", () => {
    expect(nearMisses("Per-User-Notepad", ["per_user_notepad"])).toEqual(["per_user_notepad"]);
  });

  it("suggests nothing where nothing is near", () => {
    expect(nearMisses("zebra", ["notepad", "todo"])).toEqual([]);
    expect(nearMisses("ab", ["xy"])).toEqual([]);
  });
});
