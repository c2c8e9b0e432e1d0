import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NameStretch, stretchesOutside } from "./left-ranges.js";

describe("stretchesOutside", () => {
  it("holds exactly the names that no range holds, each once and in their order, whatever the ranges are", () => {
    const letters = "abcdefgh";
    const stretch = fc
      .tuple(fc.nat(7), fc.nat(7))
      .map(([one, other]): NameStretch => [letters[one] ?? "", letters[other] ?? ""]);
    const isIn =
      (name: string) =>
      ([first, last]: NameStretch): boolean =>
        name >= first && name < last;
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 6 }), stretch, (ranges, whole) => {
        const wanted = [...letters].filter((name) => isIn(name)(whole) && !ranges.some(isIn(name)));
        const outside = stretchesOutside(ranges, whole);
        expect(outside.flatMap((each) => [...letters].filter((name) => isIn(name)(each)))).toEqual(wanted);
      }),
    );
  });
});
