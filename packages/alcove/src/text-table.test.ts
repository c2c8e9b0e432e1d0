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

  it("keeps what a cell holds on one line, and the terminal's colours as they are", () => {
    expect(textTable(["a", "b"], [["one\ntwo", "\u001b[31mred"]])).toBe(["a        b", "one two   [31mred"].join("\n"));
  });
});
