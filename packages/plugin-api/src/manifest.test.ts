import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { manifestSchema } from "./manifest.js";

const notepad = { scope: "per-user", module: "./dist/notepad.js", description: "A notepad." };
const manifest = {
  manifest: 1,
  id: "per-user-assistant",
  displayName: "Per-user assistant",
  description: "A notepad of one's own.",
  requires: { alcove: "^0.1.0" },
  contributes: { functions: { per_user_notepad: notepad } },
};
const withModule = (module: string) => ({
  ...manifest,
  contributes: { functions: { per_user_notepad: { ...notepad, module } } },
});
const accepts = (value: unknown): boolean => manifestSchema.safeParse(value).success;

describe("the manifest schema", () => {
  it("is what schemas/plugin-manifest.schema.json says", async () => {
    const schema = z.toJSONSchema(manifestSchema, { io: "input" });
    await expect(`${JSON.stringify(schema, undefined, 2)}\n`).toMatchFileSnapshot(
      "../schemas/plugin-manifest.schema.json",
    );
  });

  it("fills in what may be left out", () => {
    expect(manifestSchema.parse(manifest).contributes).toEqual({
      functions: { per_user_notepad: { ...notepad, export: "default" } },
      function_groups: {},
      middleware: {},
      object_stores: {},
      http_routes: {},
      services: {},
      per_user_services: {},
      lifecycle: {},
      health_checks: {},
    });
  });

  it("lets a services section share a plugin with functions", () => {
    const services = { "greeter-service": { module: "./dist/greeter.js", description: "Greets." } };
    expect(accepts({ ...manifest, contributes: { services } })).toBe(true);
  });

  it("lets an id begin as that of Alcove does", () => {
    expect(accepts({ ...manifest, id: "alcove-notes" })).toBe(true);
  });

  it.each([
    ["another format", { ...manifest, manifest: 2 }],
    ["an unknown field", { ...manifest, entry: "./dist/index.js" }],
    ["an unknown section", { ...manifest, contributes: { tools: {} } }],
    ["an unknown field of a component", { ...manifest, contributes: { functions: { a: { ...notepad, kind: "x" } } } }],
    ["an unknown scope", { ...manifest, contributes: { functions: { a: { ...notepad, scope: "global" } } } }],
    ["the id of what comes with Alcove", { ...manifest, id: "alcove" }],
    ["an id in capitals", { ...manifest, id: "Assistant" }],
    ["an id that ends in a dash", { ...manifest, id: "assistant-" }],
    ["an id that begins with a digit", { ...manifest, id: "1assistant" }],
    ["a type name with a dash", { ...manifest, contributes: { functions: { "per-user": notepad } } }],
    ["a type name with two underscores", { ...manifest, contributes: { functions: { per__user: notepad } } }],
    ["no version range", { ...manifest, requires: {} }],
    ["an empty description", { ...manifest, description: "" }],
  ])("refuses %s", (_what, value) => {
    expect(accepts(value)).toBe(false);
  });

  it.each(["./dist/notepad.js", "./dist/deep/notepad.mjs", "./a.js", "./dist/..hidden.js", "./dist/a..b.js"])(
    "accepts the module %s",
    (module) => {
      expect(accepts(withModule(module))).toBe(true);
    },
  );

  it.each([
    "dist/notepad.js",
    "/dist/notepad.js",
    "../notepad.js",
    "./../notepad.js",
    "./dist/../../notepad.js",
    "./dist/..",
    "./dist/notepad.ts",
    "./dist/notepad.cjs",
    "./.js",
    "file:///notepad.js",
    "https://example.org/notepad.js",
    "notepad",
    "",
  ])("refuses the module %o", (module) => {
    expect(accepts(withModule(module))).toBe(false);
  });

  it("accepts no module path that leaves the package", () => {
    const part = fc.constantFrom("..", ".", "dist", "a..b", "...", "..a", "");
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        fc.pre(parts.includes(".."));
        expect(accepts(withModule(`./${parts.join("/")}/notepad.js`))).toBe(false);
      }),
    );
  });
});
