// node test/benchmarks/residency.mjs: what a user in memory costs, how long waking up takes, and whether memory grows
// while users come and go. The runtime alone, in this process, on a real SQLite file; no HTTP.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeHeapSnapshot } from "node:v8";
import { withApplication } from "./application.mjs";
import { machineFacts } from "./machine-facts.mjs";

const help = `node test/benchmarks/residency.mjs [options]

  --residents N     users in memory for the heap per user (default 10000)
  --wakes N         dormant users woken one after the other (default 3000)
  --activations N   how often users come and go (default 1000000)
  --seconds N       how long that may take; it ends there (default 120)
  --folder PATH     where the store lies (default: a new folder in the system's temporary folder)
  --json FILE       write the figures to a file as well`;

const { values } = parseArgs({
  options: {
    residents: { type: "string", default: "10000" },
    wakes: { type: "string", default: "3000" },
    activations: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "120" },
    folder: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const CONCURRENT_CALLS = 64;
const FIRST_MARK = 100_000;
const SNAPSHOT_RESIDENTS = 1_000;

if (values.help) {
  console.log(help);
} else if (globalThis.gc === undefined) {
  const again = ["--expose-gc", fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, again, { stdio: "inherit" }).status ?? 1;
} else {
  await main();
}

async function main() {
  const folder = mkdtempSync(join(values.folder ?? tmpdir(), "alcove-residency-"));
  try {
    const machine = machineFacts(folder);
    console.log(`${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB; Node ${machine.node}`);
    const heap = await heapPerResident(folder, Number(values.residents));
    const wake = await wakeLatency(folder, Number(values.wakes));
    const churn = await comingsAndGoings(folder);
    const composition = await compositionOfResidents(folder);
    if (values.json !== undefined) {
      writeFileSync(values.json, `${JSON.stringify({ machine, heap, wake, churn, composition }, undefined, 2)}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function heapPerResident(folder, count) {
  return withExample(folder, "heap", count, async ({ runtime, call }) => {
    await call("warm-up");
    const before = await settledHeap();
    await inParallel(count, (index) => call(`user-${index}`));
    const bytesPerUser = Math.round(((await settledHeap()) - before) / count);
    console.log(
      `heap per resident user (${runtime.sessions.residents().length}): ${(bytesPerUser / 1000).toFixed(1)} kB`,
    );
    return { residents: count, bytesPerUser };
  });
}

/** Wakes users who are on disk; the same user's next call, which finds them in memory, is what to compare with. */
async function wakeLatency(folder, count) {
  await withExample(folder, "wake", 100, ({ call }) => inParallel(count, (index) => call(`user-${index}`)));
  return withExample(folder, "wake", 100, async ({ call }) => {
    const woken = [];
    const resident = [];
    for (let index = 0; index < count; index += 1) {
      woken.push(await timed(() => call(`user-${index}`)));
      resident.push(await timed(() => call(`user-${index}`)));
    }
    const figures = {};
    for (const [name, share] of [
      ["p50", 0.5],
      ["p99", 0.99],
    ]) {
      figures[name] = { wokenMs: quantile(woken, share), residentMs: quantile(resident, share) };
      const { wokenMs, residentMs } = figures[name];
      console.log(
        `waking a dormant user, ${name}: ${wokenMs.toFixed(2)} ms, resident ${residentMs.toFixed(2)} ms, ` +
          `added ${(wokenMs - residentMs).toFixed(2)} ms`,
      );
    }
    return figures;
  });
}

/** Five times as many users as may be in memory, in turn: every call wakes one and sends another away. */
async function comingsAndGoings(folder) {
  return withExample(folder, "churn", 1_000, async ({ call }) => {
    const deadlineMs = performance.now() + Number(values.seconds) * 1_000;
    const marks = [];
    let activations = 0;
    const advanceTo = async (target) => {
      const started = performance.now();
      const from = activations;
      while (activations < target && performance.now() < deadlineMs) {
        const first = activations;
        const size = Math.min(5_000, target - first);
        await inParallel(size, (index) => call(`user-${(first + index) % 5_000}`));
        activations += size;
      }
      const heapBytes = await settledHeap();
      marks.push({ activations, heapBytes });
      const perSecond = Math.round((activations - from) / ((performance.now() - started) / 1_000));
      console.log(`heap after ${activations} activations: ${(heapBytes / 1e6).toFixed(2)} MB (${perSecond} a second)`);
    };
    await advanceTo(Math.min(FIRST_MARK, Number(values.activations)));
    await advanceTo(Number(values.activations));
    const [first, last] = marks;
    const growth = last.heapBytes / first.heapBytes - 1;
    console.log(`growth: ${(growth * 100).toFixed(2)} %`);
    return { marks, growth };
  });
}

/** What kinds of objects are more when there are residents, from heap snapshots before and after. */
async function compositionOfResidents(folder) {
  return withExample(folder, "composition", SNAPSHOT_RESIDENTS, async ({ call }) => {
    await call("warm-up");
    const before = await bytesByKind(folder);
    await inParallel(SNAPSHOT_RESIDENTS, (index) => call(`user-${index}`));
    const after = await bytesByKind(folder);
    const kinds = [...after]
      .map(([kind, bytes]) => ({
        kind,
        bytesPerUser: Math.round((bytes - (before.get(kind) ?? 0)) / SNAPSHOT_RESIDENTS),
      }))
      .sort((one, other) => other.bytesPerUser - one.bytesPerUser)
      .slice(0, 24);
    console.log("what a resident user is made of, in bytes:");
    for (const { kind, bytesPerUser } of kinds) {
      console.log(`${String(bytesPerUser).padStart(8)}  ${kind}`);
    }
    return kinds;
  });
}

async function withExample(folder, name, maxResidentUsers, use) {
  const options = {
    configFile: fileURLToPath(new URL("../../configs/config.yml", import.meta.url)),
    overrides: { "general.max_resident_users": String(maxResidentUsers) },
    storePath: join(folder, `${name}.sqlite`),
  };
  return withApplication(options, ({ runtime, call }) =>
    use({
      runtime,
      call: (userId) => call(userId, { command: "pref", action: "set", param1: "theme", param2: "dark" }),
    }),
  );
}

async function inParallel(count, action) {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await action(next - 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_CALLS, count) }, worker));
}

async function timed(action) {
  const startedAtMs = performance.now();
  await action();
  return performance.now() - startedAtMs;
}

function quantile(numbers, share) {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length * share)];
}

async function settledHeap() {
  for (let times = 0; times < 4; times += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed;
}

async function bytesByKind(folder) {
  await settledHeap();
  const file = writeHeapSnapshot(join(folder, "residents.heapsnapshot"));
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(file, "utf8"));
  rmSync(file);
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, nameAt, sizeAt] = ["type", "name", "self_size"].map((field) => fields.indexOf(field));
  const bytes = new Map();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const type = types[0][nodes[at + typeAt]];
    const isNamed = ["object", "closure", "object shape"].includes(type);
    const kind = isNamed ? `${type} ${strings[nodes[at + nameAt]] || "(anonymous)"}` : type;
    bytes.set(kind, (bytes.get(kind) ?? 0) + nodes[at + sizeAt]);
  }
  return bytes;
}
