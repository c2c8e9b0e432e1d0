import { describe, expect, it } from "vitest";
import { claimedTypes, refusedTypes } from "./refused-types.js";

describe("the types of refused plugins", () => {
  it("are what their manifests name, however faulty these are otherwise", () => {
    const manifest = { id: "extra", colour: 3, contributes: { functions: { echo: { modul: 1 } }, middleware: "none" } };
    expect(claimedTypes(manifest)).toEqual(["echo", "extra/echo"]);
    expect(claimedTypes({ contributes: { functions: { echo: null } } })).toEqual(["echo"]);
  });

  it.each([[undefined], ["text"], [{ id: "extra" }], [{ id: "extra", contributes: [] }]])(
    "are not known of a manifest such as %j",
    (manifest) => {
      expect(claimedTypes(manifest)).toBeUndefined();
    },
  );

  it("are told together, with whether there may be more", () => {
    expect(refusedTypes([["echo"], ["other"]])).toEqual({ names: new Set(["echo", "other"]), areMore: false });
    expect(refusedTypes([["echo"], undefined])).toEqual({ names: new Set(["echo"]), areMore: true });
    expect(refusedTypes([])).toEqual({ names: new Set(), areMore: false });
  });
});
