import { describe, expect, it } from "vitest";
import { z } from "zod";
import { definePerUserFunction } from "./define-function.js";
import { definePerUserFunctionGroup } from "./define-function-group.js";
import { migrateFrom, type StateMigration } from "./state-declaration.js";
import { stateSchemaNature } from "./state-schema.js";

const step: StateMigration = (state) => state;
const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

function define(state: { version?: number; schema?: z.ZodType<object>; migrations?: Record<number, StateMigration> }) {
  return definePerUserFunction({
    input: z.object({}),
    output: z.object({}),
    state: { version: 1, schema: z.object({}), initial: () => ({}), ...state },
    build: () => () => ({}),
  });
}

describe("a state declaration", () => {
  it.each([
    ["no migrations", 3, {}],
    ["every step", 3, { 2: step, 3: step }],
    ["the last steps only", 4, { 3: step, 4: step }],
  ])("is taken with %s", (_what, version, migrations) => {
    expect(define({ version, migrations }).state).toMatchObject({ version });
  });

  it.each([
    ["a hole", 4, { 2: step, 4: step }, "none leads to version 3"],
    ["no step to its own version", 3, { 2: step }, "none leads to version 3"],
    ["a step beyond its version", 2, { 2: step, 3: step }, "migration to version 3"],
    ["a step to version 1", 2, { 1: step, 2: step }, "migration to version 1"],
    ["a step to no whole number", 2, { 1.5: step, 2: step }, "migration to version 1.5"],
    ["something else than a function", 2, { 2: "step" as unknown as StateMigration }, "is no function"],
    ["version 0", 0, {}, "whole number from 1 on"],
    ["half a version", 1.5, {}, "whole number from 1 on"],
  ])("is refused with %s when the definition is made", (_what, version, migrations, message) => {
    expect(() => define({ version, migrations })).toThrow(message);
  });

  it("is looked over for groups as well", () => {
    expect(() =>
      definePerUserFunctionGroup({
        functions: {},
        state: { version: 2, schema: z.object({}), initial: () => ({}), migrations: { 3: step } },
        build: () => ({}),
      }),
    ).toThrow("migration to version 3");
  });

  it.each<[string, z.ZodType<object>, string]>([
    ["a date", z.object({ a: z.array(z.object({ at: z.date().optional() })) }), "JSON holds no date (at a.[].at)"],
    ["a map", z.object({ a: z.map(z.string(), z.string()) }), "JSON holds no map (at a)"],
    ["a set at its root", z.set(z.string()), "JSON holds no set (at its root)"],
    ["a bigint", z.object({ a: z.union([z.string(), z.bigint()]) }), "JSON holds no bigint (at a)"],
    ["a transform", z.object({ a: z.string().transform(Number) }), "one way only (at a)"],
    ["a preprocess", z.object({ a: z.preprocess(Number, z.number()) }), "one way only (at a)"],
    [
      "a codec that is stored as a date",
      z.object({ a: z.codec(z.date(), z.string(), { decode: String, encode: (text) => new Date(text) }) }),
      "no date (at a)",
    ],
  ])("is refused when its schema has %s that no codec stores", (_what, schema, message) => {
    expect(() => define({ schema })).toThrow(message);
  });

  it("knows codecs, however deep, and schemas that refer to themselves", () => {
    interface Tree {
      readonly at: Date;
      readonly children: Tree[];
    }
    const tree: z.ZodType<Tree> = z.object({
      at: isoDate,
      get children() {
        return z.array(tree);
      },
    });
    expect(
      stateSchemaNature(
        z.object({
          trees: z.record(
            z.string(),
            z.lazy(() => tree),
          ),
        }),
      ),
    ).toEqual({ hasCodec: true, fault: undefined });
    expect(stateSchemaNature(z.tuple([z.string()], z.any()))).toEqual({ hasCodec: false, fault: undefined });
  });
});

describe("migrateFrom", () => {
  it("hands on what the old schema reads, and refuses what it does not", async () => {
    const migrate = migrateFrom(z.object({ at: isoDate }), ({ at }) => ({ year: at.getUTCFullYear() }));
    expect(await migrate({ at: "2026-11-20T12:00:00Z" })).toEqual({ year: 2026 });
    expect(() => migrate({ at: 1 })).toThrow(z.ZodError);
  });
});
