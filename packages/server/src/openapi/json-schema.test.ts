import { describe, expect, it } from "vitest";
import { z } from "zod";
import { jsonSchemaOf } from "./json-schema.js";

describe("a schema in a larger document", () => {
  it("refers to itself where it stands, and leaves data and names alone", () => {
    const tree = z.object({
      name: z.string().default("#"),
      $ref: z.literal("#"),
      get children() {
        return z.array(tree);
      },
      choice: z.unknown().meta({ examples: [{ $ref: "#" }] }),
    });
    expect(jsonSchemaOf(tree, "input", "#/components/schemas/Tree")).toMatchObject({
      properties: {
        name: { default: "#" },
        $ref: { const: "#" },
        children: { items: { $ref: "#/components/schemas/Tree" } },
        choice: { examples: [{ $ref: "#" }] },
      },
    });
  });

  it("tells what is taken from what is given", () => {
    const schema = z.object({ a: z.string().default("x"), b: z.string().transform(Number) });
    expect(jsonSchemaOf(schema, "input", "#")).toMatchObject({
      required: ["b"],
      properties: { b: { type: "string" } },
    });
    expect(jsonSchemaOf(schema, "output", "#")).toMatchObject({ required: ["a", "b"], properties: { b: {} } });
  });
});
