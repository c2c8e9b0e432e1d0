import { pathToFileURL } from "node:url";
import { builtHarness } from "./observer/observer.js";
import type { PlantedBug } from "./planted-bugs.js";
import { alignColumns } from "./result-table.js";
import { runScenario, scenarioComplaintSubject } from "./scenario.js";
import { offerOf } from "./scenarios/scenarios.js";

/** What came of one planted bug. */
export interface PlantedResult {
  readonly bug: string;
  readonly scenario: string;
  /** Why it could not be tried here; `undefined` if it was. */
  readonly skipped: string | undefined;
  readonly isCaught: boolean;
  /** The first complaint that gives it away; where there is none, whatever else was found. */
  readonly caughtBy: string;
  readonly faults: number;
}

/** Lets servers with one bug through the scenario that has to catch it. */
export async function runPlanted(bug: PlantedBug, seed: string): Promise<PlantedResult> {
  const preload = pathToFileURL(`${builtHarness}preloads/plant-bug.js`);
  preload.searchParams.set("bug", bug.name);
  const { complaints, faults, skipped } = await runScenario(offerOf(bug.scenario), {
    seed,
    faults: bug.faultsAtMost,
    nodeArguments: ["--import", preload.href],
    endsWithFirstComplaint: true,
  });
  const found = complaints.find(
    ({ kind, subject }) => bug.seenAs.includes(kind) && subject !== scenarioComplaintSubject,
  );
  const shown = found ?? complaints[0];
  return {
    bug: bug.name,
    scenario: bug.scenario,
    skipped,
    isCaught: found !== undefined,
    caughtBy: shown === undefined ? "nothing" : `${shown.kind}: ${shown.subject} ${shown.detail.split("\n")[0]}`,
    faults,
  };
}

/** One line a bug. */
export function plantedTable(results: readonly PlantedResult[]): string {
  const rows = results.map(({ bug, scenario, skipped, isCaught, caughtBy, faults }) => [
    bug,
    scenario,
    skipped === undefined ? (isCaught ? "yes" : "NO") : "skipped",
    String(faults),
    skipped ?? caughtBy,
  ]);
  return alignColumns([["bug", "scenario", "caught", "faults", "by"], ...rows]);
}
