import { z } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { declaredQuery } from "./declared-query.js";

const schema = z.object({
  one: z.string().optional(),
  list: z.array(z.string()).default([]).optional(),
  piped: z.array(z.string()).transform((texts) => texts.length),
});

describe("the declared part of a query", () => {
  it("holds texts, and lists of texts where the schema has a list or a name comes twice", () => {
    const query = { one: ["a", "b"], list: "c", piped: "d", other: "e" };
    expect(declaredQuery({ query }, schema)).toEqual({ one: ["a", "b"], list: ["c"], piped: ["d"] });
  });

  it("holds nothing that was not sent, also where every object has something of that name", () => {
    const inherited = z.object({ constructor: z.string(), toString: z.string() });
    expect(declaredQuery({ query: {} }, inherited)).toEqual({});
  });
});
