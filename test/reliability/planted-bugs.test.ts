import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { workspaceFolder } from "../e2e/command-line.js";
import { plantedBugs, withBug } from "./planted-bugs.js";
import { scenarioOffers } from "./scenarios/scenarios.js";

describe("the planted bugs", () => {
  test.for(plantedBugs)("$name can be planted into the built module", (bug) => {
    const source = readFileSync(`${workspaceFolder}${bug.module}`, "utf8");
    expect(withBug(bug, source)).not.toBe(source);
  });

  test("have names of their own, and scenarios that are there", () => {
    expect(new Set(plantedBugs.map(({ name }) => name)).size).toBe(plantedBugs.length);
    expect(scenarioOffers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(plantedBugs.map(({ scenario }) => scenario)),
    );
  });

  test("are at least one for each scenario that can find one", () => {
    const withBugs = new Set(plantedBugs.map(({ scenario }) => scenario));
    expect(scenarioOffers.map(({ name }) => name).filter((name) => !withBugs.has(name))).toEqual(["flipped-log-bytes"]);
  });

  test("are not planted into a module that no longer holds their text", () => {
    const bug = { name: "a bug", module: "a module", edits: [{ find: "once", replace: "never" }] };
    expect(() => withBug(bug, "nothing")).toThrow('The bug "a bug" cannot be planted');
    expect(() => withBug(bug, "once and once")).toThrow("2 times");
  });
});
