import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stateAsJson } from "./state-json.js";

class Money {
  amount = 1;
}

const cycle: { self?: unknown } = {};
cycle.self = cycle;

describe("a state as JSON", () => {
  it("is what JSON.stringify makes of anything JSON can hold", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (state) => {
        // Negative zero is the one number JSON.stringify writes as another.
        expect(JSON.parse(stateAsJson("notepad", state))).toEqual(JSON.parse(JSON.stringify(state)));
      }),
    );
  });

  it.each([
    ["undefined", { a: undefined }, "undefined at a"],
    ["NaN", { a: [1, Number.NaN] }, "NaN at a.1"],
    ["Infinity", { a: Number.POSITIVE_INFINITY }, "Infinity at a"],
    ["a date", { a: { b: new Date(0) } }, "a Date at a.b"],
    ["a map", { a: new Map() }, "a Map at a"],
    ["a bigint", { a: 1n }, "a bigint at a"],
    ["a function", { a: () => 1 }, "a function at a"],
    ["a symbol", { a: Symbol("a") }, "a symbol at a"],
    ["an instance of a class", { a: new Money() }, "a Money at a"],
    ["a cycle", cycle, "a cycle at self.self"],
  ])("is refused for %s", (_what, state, place) => {
    expect(() => stateAsJson("notepad", state)).toThrow(`The state of notepad holds ${place}`);
  });

  it("keeps a key __proto__ as an ordinary key", () => {
    const state: unknown = JSON.parse('{"__proto__":{"a":1}}');
    expect(stateAsJson("notepad", state as object)).toBe('{"__proto__":{"a":1}}');
  });
});
