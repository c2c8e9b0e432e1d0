import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayPath } from "./display-path.js";
import { describeImportError } from "./import-error.js";

describe("describeImportError", () => {
  it("gives an error's name and the first line of its message that says something", () => {
    expect(describeImportError(new RangeError("\n  out of notes\nmore"))).toBe("RangeError: out of notes");
    expect(describeImportError(new Error())).toBe("Error");
  });

  it("tells the importing line where Node put it at the head of the stack", () => {
    const path = "/plugins/with space/notes.js";
    const error = new SyntaxError("no such export");
    error.stack = `${pathToFileURL(path).href}:12\nimport { absent } from "./other.js";`;
    expect(describeImportError(error)).toBe(`SyntaxError: no such export (${displayPath(path)}:12)`);
  });

  it("describes whatever is thrown in one line", () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(describeImportError(thrown)).toMatch(/^it threw [^\n]+$/);
      }),
    );
  });
});
