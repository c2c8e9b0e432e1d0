import { describe, expect, it } from "vitest";
import { z } from "zod";
import { functionGroupRef, functionRef, isReference, objectStoreRef } from "./references.js";

describe("functionRef", () => {
  it("turns a name into a reference of kind function", () => {
    const reference: unknown = functionRef().parse("notepad");
    expect(isReference(reference)).toBe(true);
    expect(reference).toMatchObject({ kind: "function", name: "notepad", inputSchema: undefined });
    expect(Object.isFrozen(reference)).toBe(true);
  });

  it("carries the schemas of the caller", () => {
    const input = z.object({ action: z.string() });
    const output = z.object({ success: z.boolean() });
    expect(functionRef({ input, output }).parse("notepad")).toMatchObject({ inputSchema: input, outputSchema: output });
  });

  it("uses its default where the configuration gives no name", () => {
    const config = z.object({ notepad_name: functionRef({ default: "notepad" }) });
    expect(config.parse({})).toMatchObject({ notepad_name: { name: "notepad", kind: "function" } });
    expect(config.parse({ notepad_name: "other" })).toMatchObject({ notepad_name: { name: "other" } });
  });

  it("is required where it has no default", () => {
    expect(z.object({ notepad_name: functionRef() }).safeParse({}).success).toBe(false);
  });

  it("refuses an empty name in words that say what was expected", () => {
    const { error } = functionRef().safeParse("");
    expect(error?.issues.map((issue) => issue.message)).toEqual(["expected the name of a function"]);
  });

  it("works in arrays and in nested objects", () => {
    const config = z.object({ tools: z.array(functionRef()), deep: z.object({ one: functionRef() }) });
    const parsed: unknown = config.parse({ tools: ["a", "g__b"], deep: { one: "c" } });
    expect(parsed).toMatchObject({ tools: [{ name: "a" }, { name: "g__b" }], deep: { one: { name: "c" } } });
  });
});

describe("functionGroupRef", () => {
  it("turns a name into a reference of kind function group", () => {
    expect(functionGroupRef().parse("todo")).toMatchObject({ kind: "function_group", name: "todo" });
    expect(functionGroupRef({ default: "todo" }).parse(undefined)).toMatchObject({ name: "todo" });
  });

  it("refuses an empty name in words that say what was expected", () => {
    const { error } = functionGroupRef().safeParse("");
    expect(error?.issues.map((issue) => issue.message)).toEqual(["expected the name of a function group"]);
  });
});

describe("objectStoreRef", () => {
  it("turns a name into a reference of kind object store", () => {
    expect(objectStoreRef().parse("files")).toMatchObject({ kind: "object_store", name: "files" });
    expect(objectStoreRef({ default: "files" }).parse(undefined)).toMatchObject({ name: "files" });
  });

  it("refuses an empty name in words that say what was expected", () => {
    const { error } = objectStoreRef().safeParse("");
    expect(error?.issues.map((issue) => issue.message)).toEqual(["expected the name of an object store"]);
  });
});

describe("isReference", () => {
  it.each([undefined, null, "notepad", 1, {}, { kind: "function", name: "notepad" }])("is false for %o", (value) => {
    expect(isReference(value)).toBe(false);
  });
});
