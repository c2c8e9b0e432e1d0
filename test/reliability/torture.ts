import { writeFile } from "node:fs/promises";
import { plantedBugs } from "./planted-bugs.js";
import { type PlantedResult, plantedTable, runPlanted } from "./planted-run.js";
import { isClean, resultTable } from "./result-table.js";
import { runScenario, type ScenarioOffer, type ScenarioResult } from "./scenario.js";
import { offerOf, scenarioOffers } from "./scenarios/scenarios.js";
import { parseTortureOptions, type TortureOptions, usage } from "./torture-options.js";

const defaultKills = 200;

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

try {
  const options = parseTortureOptions(process.argv.slice(2));
  const seed = options.seed ?? String(process.hrtime.bigint() % 1_000_000n);
  print(`seed ${seed}, Node ${process.version}`);
  const isGood = options.planted ? await plantAll(options, seed) : await tortureAll(options, seed);
  process.exitCode = isGood ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
  process.exitCode = 2;
}

async function tortureAll(options: TortureOptions, seed: string): Promise<boolean> {
  const kills = options.kills ?? defaultKills;
  const results: ScenarioResult[] = [];
  for (const offer of wantedOffers(options)) {
    const faults = Math.ceil(kills * offer.faultsPerKill);
    print(`${offer.name}: ${faults} times ${offer.fault} …`);
    results.push(
      await runScenario(offer, {
        seed,
        faults,
        ...(options.seconds === undefined ? {} : { timeLimitMs: options.seconds * 1_000 }),
      }),
    );
  }
  print(resultTable(results));
  await writeJson(options, { seed, results });
  return results.every(isClean);
}

async function plantAll(options: TortureOptions, seed: string): Promise<boolean> {
  const wanted = new Set(wantedOffers(options).map(({ name }) => name));
  const results: PlantedResult[] = [];
  for (const bug of plantedBugs.filter(({ scenario }) => wanted.has(scenario))) {
    print(`${bug.scenario}: ${bug.name} …`);
    results.push(await runPlanted(bug, seed));
  }
  print(plantedTable(results));
  await writeJson(options, { seed, results });
  return results.every(({ isCaught, skipped }) => isCaught || skipped !== undefined);
}

function wantedOffers({ scenario }: TortureOptions): readonly ScenarioOffer[] {
  return scenario === undefined ? scenarioOffers : scenario.map(offerOf);
}

async function writeJson({ json }: TortureOptions, value: unknown): Promise<void> {
  if (json !== undefined) {
    await writeFile(json, `${JSON.stringify(value, undefined, 2)}\n`);
  }
}
