import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withApplication } from "../application.mjs";
import { median } from "../statistics.mjs";

const configFile = fileURLToPath(new URL("../fixture/log.yml", import.meta.url));
const line = "x".repeat(100);
const short = 10;
const long = 100_000;
const linesPerFilling = 2_000;
const appendsPerRound = 400;
// The short one is cut back so often that it stays short.
const appendsUntilCut = 10;

/**
 * Whether appending to a collection costs more the longer it is. Two users of one runtime append in turn, one run each;
 * one has few items, the other one many.
 */
export async function measure({ folder, rounds, log }) {
  return withApplication({ configFile, storePath: join(folder, "appends.sqlite") }, async ({ call }) => {
    for (let filled = 0; filled < long; filled += linesPerFilling) {
      await call("long", { lines: Array(linesPerFilling).fill(line) });
    }
    const ratios = [];
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      const { shortMs, longMs } = await appendInTurn(call);
      if (round > 0) {
        log(`an append to ${short} items ${shortMs.toFixed(3)} ms, to ${long} ${longMs.toFixed(3)} ms`);
        ratios.push(longMs / shortMs);
      }
    }
    const count = long.toLocaleString("en");
    return [{ figure: `append to ${count} items / to ${short}`, value: median(ratios), target: { atMost: 1.2 } }];
  });
}

async function appendInTurn(call) {
  const latenciesMs = { short: [], long: [] };
  for (let append = 0; append < appendsPerRound; append += 1) {
    if (append % appendsUntilCut === 0) {
      await call("short", { lines: Array(short).fill(line), keepLast: 0 });
    }
    for (const user of append % 2 === 0 ? ["short", "long"] : ["long", "short"]) {
      const startedAtMs = performance.now();
      await call(user, { lines: [line] });
      latenciesMs[user].push(performance.now() - startedAtMs);
    }
  }
  return { shortMs: median(latenciesMs.short), longMs: median(latenciesMs.long) };
}
