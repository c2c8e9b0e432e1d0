import type { Problem } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { problemAsJson } from "./problem-as-json.js";

const error: Problem = {
  rule: "type-unknown",
  severity: "error",
  message: "There is no type\n`nope`.",
  source: { file: "a.yml", line: 3, column: 5 },
  remedy: "Did you mean `note`?",
};
const warning: Problem = {
  rule: "component-unreachable",
  severity: "warning",
  message: "Nothing uses `x`.",
  source: { file: "b.yml" },
  remedy: "Remove it.",
};

describe("a problem as JSON", () => {
  it("has every part of the problem, and null for what is not known", () => {
    expect(problemAsJson(error)).toMatchObject({ rule: "type-unknown", file: "a.yml", line: 3, column: 5 });
    expect(problemAsJson(warning)).toMatchObject({ severity: "warning", file: "b.yml", line: null, column: null });
  });
});
