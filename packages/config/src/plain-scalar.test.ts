import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { hasLostDigits, typePlainScalar } from "./plain-scalar.js";

describe("typePlainScalar", () => {
  it.each([
    ["", null],
    ["~", null],
    ["null", null],
    ["true", true],
    ["FALSE", false],
    ["8000", 8000],
    ["-1.5e3", -1500],
    [".5", 0.5],
    ["0x1F", 31],
    ["0o17", 15],
    ["010", 10],
    [".inf", Number.POSITIVE_INFINITY],
    ["-.INF", Number.NEGATIVE_INFINITY],
    [".nan", Number.NaN],
    ["yes", "yes"],
    ["1_000", "1_000"],
    ["1.2.3", "1.2.3"],
    ["{a: 1}", "{a: 1}"],
    ["nULL", "nULL"],
    ["toString", "toString"],
  ])("types %j as YAML does", (text, value) => {
    expect(typePlainScalar(text)).toEqual(value);
    if (!text.startsWith("{")) expect(parse(text)).toEqual(value);
  });

  it("agrees with the YAML parser on every text that could be a number or a word of YAML", () => {
    const symbol = fc.constantFrom(..."0123456789+-.eExXoabfnulINFtruE_~");
    fc.assert(
      fc.property(fc.array(symbol, { minLength: 1, maxLength: 7 }), (symbols) => {
        const text = symbols.join("");
        // These two mean something to YAML before the scalar begins.
        fc.pre(text !== "-" && !text.startsWith("---") && !text.startsWith("..."));
        expect(typePlainScalar(text)).toEqual(parse(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("hasLostDigits", () => {
  it("notices integers that a JavaScript number cannot hold", () => {
    expect(hasLostDigits("9007199254740993", 9007199254740992)).toBe(true);
    expect(hasLostDigits("0xFFFFFFFFFFFFFFFF", 0xffffffffffff * 65536)).toBe(true);
    expect(hasLostDigits("9007199254740991", 9007199254740991)).toBe(false);
    expect(hasLostDigits("1e300", 1e300)).toBe(false);
  });
});
