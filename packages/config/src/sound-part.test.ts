import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ConfigNode } from "./config-node.js";
import { soundPartOf } from "./sound-part.js";

const place = { location: { file: "config.yml" }, directory: "/" };

function nodeOf(value: unknown): ConfigNode {
  if (Array.isArray(value)) {
    return { kind: "list", place, items: value.map(nodeOf) };
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(
      ([key, each]) => [key, { keyPlace: place, value: nodeOf(each) }] as const,
    );
    return { kind: "mapping", place, entries: new Map(entries) };
  }
  return { kind: "scalar", place, value: z.union([z.string(), z.number()]).parse(value), written: "", isPlain: true };
}

const schema = z.strictObject({
  port: z.number().default(80),
  store: z.strictObject({ path: z.string() }).optional(),
  items: z.array(z.strictObject({ name: z.string(), size: z.number().default(1) })).default([]),
});

describe("the sound part of a section", () => {
  it.each([
    [
      "all of it where nothing is wrong",
      { port: 1, items: [{ name: "a" }] },
      { port: 1, items: [{ name: "a", size: 1 }] },
    ],
    ["without unknown keys", { port: 1, pot: 2, pit: 3 }, { port: 1, items: [] }],
    ["with defaults in the place of faulty values", { port: "x" }, { port: 80, items: [] }],
    ["without a mapping that lacks what it needs", { store: {} }, { port: 80, items: [] }],
    [
      "without the items of lists in which anything is wrong",
      { items: [{ size: 1 }, { name: "a", size: "x" }, { name: "b", sise: 2 }, { name: "c" }] },
      { port: 80, items: [{ name: "c", size: 1 }] },
    ],
  ])("is %s", (_what, written, value) => {
    expect(soundPartOf(nodeOf(written), schema)?.value).toEqual(value);
  });

  it("is nothing where the section is something else altogether", () => {
    expect(soundPartOf(nodeOf("text"), schema)).toBeUndefined();
    expect(
      soundPartOf(
        nodeOf({ a: 1 }),
        schema.refine(() => false),
      ),
    ).toBeUndefined();
  });
});
