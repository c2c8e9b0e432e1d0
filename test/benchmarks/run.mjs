// npm run bench: what durable state costs, figure by figure, each beside its target.
//
// Whatever is compared runs in turn in the same rounds, and it is the median of the rounds' ratios that counts: the
// machine's moods change both sides alike.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machineFacts } from "./machine-facts.mjs";

const figures = [
  "durable-calls",
  "large-states",
  "appends",
  "one-connection",
  "flooding-user",
  "residents",
  "start-up",
  "plugin-validation",
];
const onDemand = ["noise"];

const help = `npm run bench -- [options]

  --only NAMES        some of ${[...figures, ...onDemand].join(", ")}; all but the last if left out
  --rounds N          paired rounds, 5 at least (default 7)
  --seconds N         how long each server is loaded in a round (default 4)
  --sessions N        stored sessions for start-up (default 1000000)
  --activations N     how often users come and go for residents (default 1000000)
  --folder PATH       where the stores lie (default: a new folder in the system's temporary folder)
  --json FILE         write the figures to a file as well
  --strict            exit with 1 when a target is missed`;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: figures.join() },
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "4" },
    sessions: { type: "string", default: "1000000" },
    activations: { type: "string", default: "1000000" },
    folder: { type: "string" },
    json: { type: "string" },
    strict: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(help);
} else {
  await main();
}

async function main() {
  const names = values.only.split(",");
  const unknown = names.filter((name) => !figures.includes(name) && !onDemand.includes(name));
  if (unknown.length > 0) {
    throw new RangeError(`There is no figure ${unknown.join(", ")}.\n${help}`);
  }
  const folder = mkdtempSync(join(values.folder ?? tmpdir(), "alcove-benchmark-"));
  try {
    const machine = machineFacts(folder);
    printMachine(machine);
    const rows = [];
    for (const name of names) {
      console.log(`\n${name}`);
      const { measure } = await import(`./figures/${name}.mjs`);
      rows.push(...(await measure({ ...settings(), folder, machine, log: (line) => console.log(`  ${line}`) })));
    }
    report(machine, rows.map(judged));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function settings() {
  return {
    rounds: Math.max(5, Number(values.rounds)),
    durationMs: Number(values.seconds) * 1000,
    sessions: Number(values.sessions),
    activations: Number(values.activations),
  };
}

function judged({ figure, value, target, ...details }) {
  const isMet =
    target === undefined
      ? undefined
      : value >= (target.atLeast ?? Number.NEGATIVE_INFINITY) && value <= (target.atMost ?? Number.POSITIVE_INFINITY);
  return { figure, value, target, isMet, ...details };
}

function report(machine, rows) {
  const width = Math.max(...rows.map(({ figure }) => figure.length));
  console.log(`\n${"figure".padEnd(width)}    value   target`);
  for (const { figure, value, target, isMet } of rows) {
    console.log(`${figure.padEnd(width)} ${value.toFixed(3).padStart(8)}   ${targetText(target, isMet)}`);
  }
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, settings: settings(), rows }, undefined, 2)}\n`);
  }
  if (values.strict && rows.some(({ isMet }) => isMet === false)) {
    process.exitCode = 1;
  }
}

function targetText(target, isMet) {
  if (target === undefined) {
    return "";
  }
  const [sign, bound] = target.atLeast === undefined ? ["<=", target.atMost] : [">=", target.atLeast];
  return `${sign} ${Number(bound.toFixed(3))} ${isMet ? "met" : "missed"}`;
}

function printMachine({ processor, cores, memoryGiB, system, node, fsync, isMemoryDisk }) {
  console.log(`${processor}, ${cores} cores, ${memoryGiB} GiB; ${system}; Node ${node}`);
  console.log(`fsync of 4 kB: p50 ${fsync.p50Ms.toFixed(2)} ms, p99 ${fsync.p99Ms.toFixed(2)} ms`);
  if (isMemoryDisk) {
    console.log("The store lies on a memory disk, where fsync costs nothing: choose another place with --folder.");
  }
}
