// node test/benchmarks/collections.mjs: whether appending to a collection costs more the longer it is. Two users of one
// runtime on a real SQLite file, no HTTP: one has few items, the other one many. They append in turn, one run each, so
// that whatever slows the machine down for a while slows both.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machineFacts } from "./machine-facts.mjs";
import { median } from "./statistics.mjs";

const help = `node test/benchmarks/collections.mjs [options]

  --long N        items of the long collection (default 100000)
  --short N       items of the short one (default 10)
  --rounds N      rounds, 5 at least (default 9)
  --appends N     appends to each in a round (default 400)
  --folder PATH   where the store lies (default: a new folder in the system's temporary folder)
  --json FILE     write the figures to a file as well`;

const line = "x".repeat(100);
const linesPerFilling = 2_000;
// The short one is cut back so often that it stays short.
const appendsUntilCut = 10;

/**
 * Measures how long a run takes that appends one item, to a short and to a long collection.
 *
 * @returns the settings, milliseconds for each (median of the rounds' medians), the ratio long to short of each round, and
 * the median of those.
 */
export async function measureAppends({ folder, short = 10, long = 100_000, rounds = 9, appends = 400 }) {
  return withApplication(join(folder, "collections.sqlite"), async (call) => {
    for (let filled = 0; filled < long; filled += linesPerFilling) {
      await call("long", { lines: Array(Math.min(linesPerFilling, long - filled)).fill(line) });
    }
    const cut = () => call("short", { lines: Array(short).fill(line), keepLast: 0 });
    const measured = [];
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      const latencies = { short: [], long: [] };
      for (let append = 0; append < appends; append += 1) {
        if (append % appendsUntilCut === 0) {
          await cut();
        }
        for (const user of append % 2 === 0 ? ["short", "long"] : ["long", "short"]) {
          const startedAtMs = performance.now();
          await call(user, { lines: [line] });
          latencies[user].push(performance.now() - startedAtMs);
        }
      }
      if (round > 0) {
        measured.push({ shortMs: median(latencies.short), longMs: median(latencies.long) });
      }
    }
    const ratios = measured.map(({ shortMs, longMs }) => longMs / shortMs);
    return {
      settings: { short, long, rounds, appends },
      shortMs: median(measured.map(({ shortMs }) => shortMs)),
      longMs: median(measured.map(({ longMs }) => longMs)),
      ratios,
      ratio: median(ratios),
    };
  });
}

async function withApplication(path, use) {
  const { prepareApplication, soundApplication } = await import("alcove");
  const { silentLogger, systemClock } = await import("@alcove/plugin-api");
  const { Runtime } = await import("@alcove/runtime");
  const { openSqliteSessionStore } = await import("@alcove/state");
  const configFile = fileURLToPath(new URL("fixture/log.yml", import.meta.url));
  const { config, plan } = soundApplication(await prepareApplication({ configFile, overrides: [] }));
  const surroundings = { logger: silentLogger, clock: systemClock };
  const store = await openSqliteSessionStore({ path, ...surroundings });
  const runtime = await Runtime.start({ plan, config, store, ...surroundings });
  try {
    return await use(async (userId, input) => {
      const session = runtime.sessions.session({ userId });
      try {
        return await session.run(input).result();
      } finally {
        session.close();
      }
    });
  } finally {
    await runtime.close();
    await store.close();
  }
}

async function main() {
  const text = (value) => ({ type: "string", default: value });
  const { values } = parseArgs({
    options: {
      long: text("100000"),
      short: text("10"),
      rounds: text("9"),
      appends: text("400"),
      folder: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return;
  }
  const folder = mkdtempSync(join(values.folder ?? tmpdir(), "alcove-collections-"));
  try {
    const machine = machineFacts(folder);
    console.log(`${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB; Node ${machine.node}`);
    const figures = await measureAppends({
      folder,
      short: Number(values.short),
      long: Number(values.long),
      rounds: Math.max(5, Number(values.rounds)),
      appends: Number(values.appends),
    });
    const { settings, shortMs, longMs, ratios, ratio } = figures;
    console.log(
      `an append to ${settings.short} items: ${shortMs.toFixed(3)} ms, to ${settings.long}: ${longMs.toFixed(3)} ms`,
    );
    console.log(`ratio: ${ratio.toFixed(3)} (${ratios.map((each) => each.toFixed(3)).join(" ")})`);
    if (values.json !== undefined) {
      writeFileSync(values.json, `${JSON.stringify({ machine, ...figures }, undefined, 2)}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main();
}
