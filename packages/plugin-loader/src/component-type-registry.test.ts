import { type Manifest, manifestSchema } from "@alcove/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ComponentTypeRegistry } from "./component-type-registry.js";
import type { DiscoveredPlugin } from "./discovered-plugin.js";

const contribution = { scope: "shared", module: "./a.js", description: "A type." } as const;

function plugin(id: string, functions: readonly string[], groups: readonly string[] = []): DiscoveredPlugin {
  const record = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, contribution]));
  const manifest: Manifest = manifestSchema.parse({
    manifest: 1,
    id,
    displayName: id,
    description: id,
    requires: { alcove: "*" },
    contributes: { functions: record(functions), function_groups: record(groups) },
  });
  const directory = `/plugins/${id}`;
  return {
    id,
    packageName: id,
    version: "1.0.0",
    directory,
    manifestFile: `${directory}/plugin.yaml`,
    manifest,
    isListed: false,
    isOptional: false,
  };
}

describe("ComponentTypeRegistry", () => {
  it("lists types in the order of plugins and manifests, functions first", () => {
    const registry = new ComponentTypeRegistry([plugin("todo", ["show"], ["todo"]), plugin("notes", ["b", "a"])]);
    expect(registry.all().map(({ kind, qualifiedName }) => `${kind} ${qualifiedName}`)).toEqual([
      "function todo/show",
      "function_group todo/todo",
      "function notes/b",
      "function notes/a",
    ]);
  });

  it("finds a type by its short and by its qualified name", () => {
    const registry = new ComponentTypeRegistry([plugin("notes", ["notepad"])]);
    const [type] = registry.all();
    expect(registry.find("function", "notepad")).toEqual({ outcome: "found", type });
    expect(registry.find("function", "notes/notepad")).toEqual({ outcome: "found", type });
  });

  it("calls a short name ambiguous that two plugins use, and tells them apart by qualified names", () => {
    const registry = new ComponentTypeRegistry([plugin("a", ["notepad"]), plugin("b", ["notepad"])]);
    const lookup = registry.find("function", "notepad");
    expect(lookup.outcome === "ambiguous" && lookup.candidates.map(({ qualifiedName }) => qualifiedName)).toEqual([
      "a/notepad",
      "b/notepad",
    ]);
    expect(registry.find("function", "b/notepad")).toMatchObject({ outcome: "found", type: { plugin: { id: "b" } } });
  });

  it("keeps the kinds apart, and suggests a type of the other kind with a word on where it belongs", () => {
    const registry = new ComponentTypeRegistry([plugin("a", ["todo"]), plugin("b", ["show"], ["todo", "lists"])]);
    expect(registry.find("function_group", "todo")).toMatchObject({ outcome: "found", type: { plugin: { id: "b" } } });
    expect(registry.find("function", "lists")).toEqual({
      outcome: "unknown",
      suggestions: ["b/lists, which belongs under function_groups"],
    });
    expect(registry.find("function_group", "show")).toEqual({
      outcome: "unknown",
      suggestions: ["b/show, which belongs under functions"],
    });
  });

  it("has middleware of its own kind, after functions and groups", () => {
    const { manifest, ...rest } = plugin("a", ["guard"], ["pair"]);
    const contributes = { ...manifest.contributes, middleware: { mask: { ...contribution, export: "default" } } };
    const registry = new ComponentTypeRegistry([{ ...rest, manifest: { ...manifest, contributes } }]);
    expect(registry.all().map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "function guard",
      "function_group pair",
      "middleware mask",
    ]);
    expect(registry.find("middleware", "guard")).toEqual({
      outcome: "unknown",
      suggestions: ["a/guard, which belongs under functions"],
    });
  });

  it("suggests near misses, qualified where the short name would be ambiguous", () => {
    const registry = new ComponentTypeRegistry([plugin("a", ["notepad", "preferences"]), plugin("b", ["notepad"])]);
    const suggestions = (typeName: string) => registry.find("function", typeName);
    expect(suggestions("preferencs")).toEqual({ outcome: "unknown", suggestions: ["preferences"] });
    expect(suggestions("note-pad")).toEqual({ outcome: "unknown", suggestions: ["a/notepad", "b/notepad"] });
    expect(suggestions("a/notepd")).toEqual({ outcome: "unknown", suggestions: ["a/notepad", "b/notepad"] });
    expect(suggestions("c/preferences")).toEqual({ outcome: "unknown", suggestions: ["a/preferences"] });
    expect(suggestions("zebra")).toEqual({ outcome: "unknown", suggestions: [] });
  });

  it("is not misled by names every object has", () => {
    const registry = new ComponentTypeRegistry([plugin("a", ["constructor"])]);
    expect(registry.find("function", "constructor").outcome).toBe("found");
    for (const name of ["toString", "__proto__", "hasOwnProperty", "", "/", "a/"]) {
      expect(registry.find("function", name).outcome, name).toBe("unknown");
    }
  });

  it("finds every type by its qualified name, and by its short name exactly when one plugin has it", () => {
    const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(fc.tuple(names, names), { maxLength: 4 }), (shapes) => {
        const registry = new ComponentTypeRegistry(
          shapes.map(([functions, groups], index) => plugin(`p${index}`, functions, groups)),
        );
        for (const type of registry.all()) {
          const sharing = registry.all().filter(({ kind, name }) => kind === type.kind && name === type.name);
          expect(registry.find(type.kind, type.qualifiedName)).toEqual({ outcome: "found", type });
          expect(registry.find(type.kind, type.name).outcome).toBe(sharing.length === 1 ? "found" : "ambiguous");
        }
      }),
    );
  });
});
