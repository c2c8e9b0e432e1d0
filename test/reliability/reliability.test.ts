import { describe, expect, test } from "vitest";
import { plantedBug } from "./planted-bugs.js";
import { runPlanted } from "./planted-run.js";
import { resultTable } from "./result-table.js";
import { runScenario } from "./scenario.js";
import { offerOf, scenarioOffers } from "./scenarios/scenarios.js";

// As many as fit into a test run; `npm run torture` takes as many as it is told.
const faults: Readonly<Record<string, number>> = {
  kill: Number(process.env["ALCOVE_TEST_KILLS"] ?? 5),
  "clock-jumps": 4,
  "flipped-database-bytes": 2,
  "flipped-log-bytes": 2,
  "power-loss": 2,
  "full-disk": 2,
  "failing-disk": 1,
  drain: 2,
};
const seed = "short run";
const timeout = 300_000;

test("every scenario has a short run", () => {
  expect(Object.keys(faults).sort()).toEqual(scenarioOffers.map(({ name }) => name).sort());
});

// Each waits for processes most of the time.
describe.concurrent("a short run", () => {
  test.for(scenarioOffers)(
    "$name: nothing that was acknowledged is lost, and nothing else is there",
    { timeout },
    async (offer, { skip, expect }) => {
      const result = await runScenario(offer, { seed, faults: faults[offer.name] ?? 0 });
      skip(result.skipped !== undefined, result.skipped);
      expect(result.complaints, resultTable([result])).toEqual([]);
      expect(result.faults).toBeGreaterThanOrEqual(faults[offer.name] ?? Number.POSITIVE_INFINITY);
      expect(result.acknowledged).toBeGreaterThan(0);
    },
  );

  test.for(["reply before commit", "lost rollback: a failed run's changes stay in memory"])(
    "a server with the planted bug %s is found out",
    { timeout },
    async (name, { expect }) => {
      const bug = plantedBug(name);
      expect(offerOf(bug.scenario).missing()).toBeUndefined();
      expect(await runPlanted(bug, seed)).toMatchObject({ isCaught: true });
    },
  );
});
