import { z } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { isObjectSchema } from "./wire-schema.js";

const object = z.object({ a: z.string() });
const recursive: z.ZodType = z.lazy(() => object);

describe("a schema", () => {
  it.each<[string, z.ZodType]>([
    ["an object", object],
    ["a strict object", z.strictObject({})],
    ["an optional object", object.optional()],
    ["an object with a default", object.default({ a: "" })],
    ["a union of objects", z.union([object, z.object({ b: z.number() })])],
    [
      "a discriminated union",
      z.discriminatedUnion("t", [z.object({ t: z.literal(1) }), z.object({ t: z.literal(2) })]),
    ],
    ["an intersection of objects", z.intersection(object, z.object({ b: z.number() }))],
    ["a lazy object", recursive],
    ["a preprocessed object", z.preprocess((value) => value, object)],
  ])("that is %s travels as it is", (_what, schema) => {
    expect([isObjectSchema(schema, "input"), isObjectSchema(schema, "output")]).toEqual([true, true]);
  });

  it.each<[string, z.ZodType]>([
    ["a string", z.string()],
    ["a list", z.array(object)],
    ["a map", z.record(z.string(), z.string())],
    ["a union with a scalar", z.union([object, z.string()])],
    ["anything", z.unknown()],
  ])("that is %s is wrapped", (_what, schema) => {
    expect([isObjectSchema(schema, "input"), isObjectSchema(schema, "output")]).toEqual([false, false]);
  });

  it("that turns an object into a scalar is wrapped on the way out only", () => {
    const schema = object.transform(({ a }) => a).pipe(z.string());
    expect([isObjectSchema(schema, "input"), isObjectSchema(schema, "output")]).toEqual([true, false]);
  });
});
