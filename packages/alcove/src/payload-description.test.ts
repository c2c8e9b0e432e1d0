import { z } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { describeField, payloadFields } from "./payload-description.js";

function described(schema: z.ZodType): readonly string[] {
  return payloadFields(schema).map(describeField);
}

describe("the expected payload", () => {
  it("names type, need, default and description of every field", () => {
    const schema = z.object({
      command: z.string().describe("What to do"),
      param: z.string().default(""),
      count: z.int().optional(),
      kind: z.enum(["a", "b"]),
      tags: z.array(z.string()),
      when: z.iso.datetime(),
      value: z.union([z.string(), z.number()]),
      anything: z.unknown(),
    });
    expect(described(schema)).toEqual([
      "command: string, required - What to do",
      'param: string, optional, default ""',
      "count: integer, optional",
      'kind: "a" | "b", required',
      "tags: array of string, required",
      "when: string (date-time), required",
      "value: string | number, required",
      "anything: any, required",
    ]);
  });

  it("is told as far as JSON can tell it", () => {
    expect(described(z.object({ at: z.date(), text: z.string().transform((text) => text.length) }))).toEqual([
      "at: any, required",
      "text: string, required",
    ]);
  });

  it("is nothing for a schema without fields of its own", () => {
    expect(described(z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]))).toEqual([]);
  });
});
