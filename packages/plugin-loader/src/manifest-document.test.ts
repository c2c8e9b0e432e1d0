import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManifestDocument } from "./manifest-document.js";

const text = ["id: notes", "requires:", "  alcove: ^0.1.0", "list:", "  - first", "  - second"].join("\n");

describe("ManifestDocument", () => {
  it("locates keys and values by line and column", () => {
    const document = new ManifestDocument(text, "plugin.yaml");
    expect(document.locateValue(["requires", "alcove"])).toEqual({ file: "plugin.yaml", line: 3, column: 11 });
    expect(document.locateKey(["requires", "alcove"])).toEqual({ file: "plugin.yaml", line: 3, column: 3 });
    expect(document.locateValue(["list", 1])).toEqual({ file: "plugin.yaml", line: 6, column: 5 });
  });

  it("locates a missing field at the key of the nearest field around it", () => {
    const document = new ManifestDocument(text, "plugin.yaml");
    expect(document.locateValue(["requires", "node"])).toMatchObject({ line: 2, column: 1 });
    expect(document.locateValue(["displayName"])).toMatchObject({ line: 1, column: 1 });
  });

  it("reports faults of the YAML with their places", () => {
    const { syntaxFaults } = new ManifestDocument("id: a\nid: b\n", "plugin.yaml");
    expect(syntaxFaults).toEqual([
      { message: "Map keys must be unique", location: { file: "plugin.yaml", line: 2, column: 1 } },
    ]);
  });

  it("reports aliases that lead nowhere or unfold without bound", () => {
    expect(new ManifestDocument("id: *absent", "p").syntaxFaults[0]?.message).toMatch(/alias/i);
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (const [previous, next] of ["ab", "bc", "cd", "de", "ef"]) {
      bomb.push(`${next}: &${next} [${Array.from({ length: 9 }, () => `*${previous}`).join(", ")}]`);
    }
    expect(new ManifestDocument(bomb.join("\n"), "p").syntaxFaults[0]?.message).toMatch(/alias/i);
  });

  it("never throws, whatever the text", () => {
    const yamlLike = fc.string({
      unit: fc.constantFrom("a", ":", " ", "\n", "-", "[", "]", "{", "}", "&", "*", "!", "|", "?", '"', "#", "%", "\t"),
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.oneof(yamlLike, fc.string()), (anyText) => {
        const document = new ManifestDocument(anyText, "p");
        expect(document.locateValue(["a", "a"]).file).toBe("p");
        expect(document.locateKey(["a"]).line).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
