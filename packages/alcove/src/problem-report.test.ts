import type { Problem } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { formatReport, problemAsJson } from "./problem-report.js";

const error: Problem = {
  rule: "type-unknown",
  severity: "error",
  message: "There is no type\n`nope`.",
  source: { file: "a.yml", line: 3, column: 5 },
  remedy: "Did you mean `note`?",
};
const warning: Problem = { rule: "component-unreachable", severity: "warning", message: "Nothing uses `x`." };

describe("problem report", () => {
  it("has one line a problem, which says where it is", () => {
    expect(formatReport([error, warning, warning])).toBe(
      [
        "1 error and 2 warnings found:",
        "  a.yml:3:5: There is no type `nope`. Did you mean `note`? [type-unknown]",
        "  warning: Nothing uses `x`. [component-unreachable]",
        "  warning: Nothing uses `x`. [component-unreachable]",
      ].join("\n"),
    );
  });

  it("has every part of a problem for scripts", () => {
    expect(problemAsJson(error)).toMatchObject({ rule: "type-unknown", file: "a.yml", line: 3, column: 5 });
    expect(problemAsJson(warning)).toMatchObject({ severity: "warning", file: null, line: null, remedy: null });
  });
});
