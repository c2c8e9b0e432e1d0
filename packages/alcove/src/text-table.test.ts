import { describe, expect, it } from "vitest";
import { textTable } from "./text-table.js";

describe("text table", () => {
  it("lines columns up and leaves no spaces at the end", () => {
    expect(
      textTable(
        ["a", "long heading", "c"],
        [
          ["wide cell", "x", ""],
          ["", "y", "z"],
        ],
      ),
    ).toBe(["a          long heading  c", "wide cell  x", "           y             z"].join("\n"));
  });
});
