import { manifestSchema } from "@alcove/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkManifest } from "./manifest-faults.js";

const valid = {
  manifest: 1,
  id: "notes",
  displayName: "Notes",
  description: "Keeps notes.",
  requires: { alcove: "^0.1.0" },
  contributes: {
    functions: { add: { scope: "per-user", module: "./dist/add.js", description: "Adds a note." } },
  },
};

const faultsOf = (value: unknown) =>
  checkManifest(value).faults.map(({ path, part, message, remedy }) => ({
    field: path.map(String).join("."),
    part,
    text: `${message}. ${remedy}`,
  }));

const withFunctions = (functions: unknown) => ({ ...valid, contributes: { functions } });

describe("checkManifest", () => {
  it("accepts a valid manifest and fills in what may be left out", () => {
    const { manifest, faults } = checkManifest(valid);
    expect(faults).toEqual([]);
    expect(manifest?.contributes.functions["add"]?.export).toBe("default");
    expect(manifest?.contributes.services).toEqual({});
  });

  it("names every missing field, and says what belongs there", () => {
    expect(faultsOf({ manifest: 1 }).map(({ field }) => field)).toEqual([
      "id",
      "displayName",
      "description",
      "requires",
      "contributes",
    ]);
    expect(faultsOf({ ...valid, requires: {} })).toEqual([
      {
        field: "requires.alcove",
        part: "value",
        text: "the field requires.alcove is missing. Add it: The versions of Alcove the plugin works with, as a semver range, e.g. ^0.1.0.",
      },
    ]);
  });

  it("suggests the known name of a mistyped field, at any depth", () => {
    expect(faultsOf({ ...valid, displayNmae: "x" })).toEqual([
      { field: "displayNmae", part: "key", text: "the field displayNmae is not known. Did you mean displayName?" },
    ]);
    expect(faultsOf(withFunctions({ add: { ...valid.contributes.functions.add, scop: 1 } }))).toEqual([
      {
        field: "contributes.functions.add.scop",
        part: "key",
        text: "the field contributes.functions.add.scop is not known. Did you mean scope?",
      },
    ]);
  });

  it("lists the known fields where none is near", () => {
    expect(faultsOf({ ...valid, contributes: { llms: {} } })[0]?.text).toBe(
      "the field contributes.llms is not known. The fields here are functions, function_groups, middleware, object_stores, http_routes, services, per_user_services, lifecycle, health_checks.",
    );
  });

  it("shows what was expected beside what was written", () => {
    expect(faultsOf(withFunctions({ add: { ...valid.contributes.functions.add, scope: "user" } }))[0]?.text).toMatch(
      /^the field contributes\.functions\.add\.scope is wrong: expected one of "shared"\|"per-user", received "user"\./,
    );
    expect(faultsOf({ ...valid, id: 5 })[0]?.text).toMatch(
      /^the field id is wrong: expected string, received number\./,
    );
  });

  it("reports a wrong type name together with the faults behind it", () => {
    const faults = faultsOf(withFunctions({ "Add-Note": { scope: "per-user", module: "/etc/passwd.js" } }));
    expect(faults.map(({ field, part }) => `${part} ${field}`)).toEqual([
      "key contributes.functions.Add-Note",
      "value contributes.functions.Add-Note.module",
      "value contributes.functions.Add-Note.description",
    ]);
    expect(faults[0]?.text).toContain(
      'the name "Add-Note" in contributes.functions is wrong: expected lower-case words',
    );
  });

  it("refuses the name __proto__, which the schema alone would overlook", () => {
    const functions: unknown = JSON.parse('{ "__proto__": {} }');
    expect(faultsOf(withFunctions(functions)).map(({ text }) => text)).toEqual([
      'the name "__proto__" in contributes.functions is wrong: it is reserved. Rename it.',
    ]);
  });

  it("refuses the id of what comes with Alcove, and says whose it is", () => {
    expect(
      faultsOf({ ...valid, id: "alcove" }).map(({ field, text }) => [field, text.replace(/ Correct it.*/, "")]),
    ).toEqual([["id", 'the field id is wrong: "alcove" is the id of what comes with Alcove, received "alcove".']]);
  });

  it("says of a newer format just that", () => {
    expect(faultsOf({ manifest: 2, shape: "unknown" })).toEqual([
      {
        field: "manifest",
        part: "value",
        text: "the manifest has format 2, and this version of Alcove reads format 1. Install a newer Alcove, or an older version of the plugin.",
      },
    ]);
  });

  it("refuses an empty manifest and one that is no map", () => {
    expect(faultsOf(null)[0]?.text).toMatch(/^the manifest is empty/);
    expect(faultsOf(["a"])[0]?.text).toMatch(/^the manifest is wrong: expected object, received array/);
  });

  it("finds faults exactly where the schema does, whatever it is given", () => {
    const mutated = fc.oneof(
      fc.jsonValue(),
      fc
        .tuple(fc.constantFrom(...Object.keys(valid), "extra"), fc.jsonValue())
        .map(([key, value]) => ({ ...valid, [key]: value })),
    );
    fc.assert(
      fc.property(mutated, (value) => {
        const { manifest, faults } = checkManifest(value);
        expect(manifest !== undefined).toBe(faults.length === 0);
        if (manifest !== undefined) expect(manifest).toEqual(manifestSchema.parse(value));
      }),
    );
  });
});
