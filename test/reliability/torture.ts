import { writeFile } from "node:fs/promises";
import { isClean, resultTable } from "./result-table.js";
import { runScenario, type ScenarioResult } from "./scenario.js";
import { scenarioOffers } from "./scenarios/scenarios.js";

const results: ScenarioResult[] = [];
for (const offer of scenarioOffers) {
  results.push(await runScenario(offer, { seed: process.argv[3] ?? "1", faults: Number(process.argv[2] ?? 5) }));
}
process.stdout.write(`${resultTable(results)}\n`);
if (process.argv[4]) await writeFile(process.argv[4], JSON.stringify(results));
process.exitCode = results.every(isClean) ? 0 : 1;
