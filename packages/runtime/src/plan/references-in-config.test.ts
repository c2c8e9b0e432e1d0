import { functionGroupRef, functionRef, z } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { bindReferences, collectReferences } from "./references-in-config.js";

const schema = z.object({
  main: functionRef({ default: "notepad" }),
  tools: z.array(functionRef()),
  nested: z.object({ group: functionGroupRef() }),
  plain: z.string(),
});
const parsed = schema.parse({ tools: ["a", "b"], nested: { group: "g" }, plain: "a" });

describe("references in a configuration", () => {
  it("are found wherever they stand, with their places", () => {
    expect(
      collectReferences(parsed).map(({ path, reference }) => [path.join("."), reference.kind, reference.name]),
    ).toEqual([
      ["main", "function", "notepad"],
      ["tools.0", "function", "a"],
      ["tools.1", "function", "b"],
      ["nested.group", "function_group", "g"],
    ]);
  });

  it("are replaced in a copy that is frozen all the way down", () => {
    const bound = bindReferences(parsed, ({ name }) => `handle of ${name}`) as Record<string, object>;
    expect(bound).toEqual({
      main: "handle of notepad",
      tools: ["handle of a", "handle of b"],
      nested: { group: "handle of g" },
      plain: "a",
    });
    expect([bound, bound["tools"], bound["nested"]].every(Object.isFrozen)).toBe(true);
  });

  it("leave a key __proto__ an ordinary key", () => {
    const bound = bindReferences(JSON.parse('{"__proto__":"x"}'), () => undefined) as object;
    expect(Object.keys(bound)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(bound)).toBe(Object.prototype);
  });
});
