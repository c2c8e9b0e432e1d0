import { z } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import type { FunctionPlan } from "./application-plan.js";
import { EntryWire } from "./entry-wire.js";

const plan = { schemas: { input: z.unknown(), output: undefined }, component: { type: { name: "flow" } } };
const wire = new EntryWire(plan as unknown as FunctionPlan);

describe("a chunk of a streamed reply", () => {
  it.each([
    ['a "text"\n', '{"value":"a \\"text\\"\\n"}'],
    [5, '{"value":"5"}'],
    [true, '{"value":"true"}'],
    [null, '{"value":"null"}'],
    [undefined, '{"value":"null"}'],
    [["a", 1], '{"value":"[\\"a\\",1]"}'],
    [{ total: 3 }, '{"value":"{\\"total\\":3}"}'],
    [{ value: 3, more: true }, '{"value":3,"more":true}'],
    [Object.create({ value: 3 }), '{"value":"{}"}'],
  ])("of %j is %s", (chunk, text) => {
    expect(wire.chunkText(chunk)).toBe(text);
  });
});
