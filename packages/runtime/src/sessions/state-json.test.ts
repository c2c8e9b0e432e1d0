import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstDifference, storedForm as storedFormOf } from "./state-json.js";

function storedForm(state: unknown, previous?: object) {
  return storedFormOf("The state of notepad", state, previous);
}

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
        expect(JSON.parse(storedForm(state).json)).toEqual(JSON.parse(JSON.stringify(state)));
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
    ["a cycle", cycle, "a cycle, or more than 200 levels, at self.self"],
  ])("is refused for %s", (_what, state, place) => {
    expect(() => storedForm(state).json).toThrow(`The state of notepad holds ${place}`);
  });

  it.each([
    ["a hidden property", Object.defineProperty({}, "toJSON", { value: () => 1 })],
    ["a symbol key", { [Symbol("a")]: 1 }],
    ["a hole", { a: new Array(2) }],
    ["a list with properties", { a: Object.assign([1], { extra: 1 }) }],
  ])("is refused for %s, which JSON.stringify would drop or change", (_what, state) => {
    expect(() => storedForm(state).json).toThrow("which JSON cannot hold");
  });

  it("is frozen all the way down, and shares nothing with what was left behind", () => {
    const state = Object.freeze({ prefs: { theme: "light" }, list: [1] });
    const value = storedForm(state).value as typeof state;
    state.prefs.theme = "dark";
    state.list.push(2);
    expect(value).toEqual({ prefs: { theme: "light" }, list: [1] });
    expect([value, value.prefs, value.list].every((part) => Object.isFrozen(part))).toBe(true);
  });

  it("takes over what was stored before", () => {
    const before = storedForm({ old: { a: 1 }, list: [1] }).value as { old: object };
    const after = storedForm({ ...before, list: [1, 2] }, before).value as { old: object };
    expect(after.old).toBe(before.old);
  });

  it("takes over items of a list that have only moved", () => {
    const before = storedForm([{ id: 1 }, { id: 2 }, { id: 3 }]).value as object[];
    const after = storedForm([...before.slice(1), { id: 4 }], before).value as object[];
    expect([after[0] === before[1], after[1] === before[2]]).toEqual([true, true]);
    expect(after[2]).toEqual({ id: 4 });
  });

  it("is the same whatever was stored before", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (state, earlier) => {
        const previous = storedForm({ earlier, ...state }).value as Record<string, unknown>;
        const next = { ...previous, earlier: [earlier, state], more: Object.values(previous) };
        expect(storedForm(next, previous).json).toBe(JSON.stringify(next));
      }),
    );
  });

  it("takes the value a getter has once", () => {
    let reads = 0;
    const state = Object.defineProperty({}, "reads", { get: () => (reads += 1), enumerable: true });
    expect(storedForm(state)).toEqual({ value: { reads: 1 }, json: '{"reads":1}' });
  });

  it("keeps a key __proto__ as an ordinary key", () => {
    const state: unknown = JSON.parse('{"__proto__":{"a":1}}');
    expect(storedForm(state).json).toBe('{"__proto__":{"a":1}}');
  });
});

describe("the first difference of two states", () => {
  it("is none between a value and its JSON copy", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(firstDifference(JSON.parse(text), JSON.parse(text), [])).toBeUndefined();
      }),
    );
  });

  it.each([
    ["a value", { a: { b: 1 } }, { a: { b: 2 } }, "a.b"],
    ["a key too many", { a: 1, b: 2 }, { a: 1 }, "b"],
    ["a key too few", { a: [{}] }, { a: [{ b: 1 }] }, "a.0"],
    ["a list for an object", { a: [] }, { a: {} }, "a"],
    ["another length", { a: [1] }, { a: [1, 2] }, "a"],
  ])("is found in %s", (_what, left, right, path) => {
    expect(firstDifference(left, right, [])?.join(".")).toBe(path);
  });
});
