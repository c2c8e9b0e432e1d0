// npm run bench: how much of a bare Koa server's throughput is left when every reply waits for its state to be on disk.
//
// Both servers are up; in each round one is loaded, then the other, in alternating order, and the round's ratio is
// taken. So whatever slows the machine down for a while slows both, and the median of the ratios is what counts.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machineFacts } from "./machine-facts.mjs";
import { load, startAlcove, startEcho } from "./processes.mjs";
import { median } from "./statistics.mjs";

const help = `npm run bench -- [options]

  --rounds N        paired rounds, 5 at least (default 7)
  --seconds N       how long each server is loaded in a round (default 4)
  --connections N   keep-alive connections (default 64)
  --users N         users the requests are spread over (default 1000)
  --folder PATH     where the store lies (default: a new folder in the system's temporary folder)
  --at-least RATIO  exit with 1 when the median ratio is lower
  --json FILE       write the figures to a file as well
  --noise           measure the yardstick against itself: how far from 1 chance alone takes the ratio`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "4" },
    connections: { type: "string", default: "64" },
    users: { type: "string", default: "1000" },
    folder: { type: "string" },
    "at-least": { type: "string", default: "0" },
    json: { type: "string" },
    noise: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(help);
} else {
  await main();
}

async function main() {
  const settings = {
    rounds: Math.max(5, Number(values.rounds)),
    connections: Number(values.connections),
    users: Number(values.users),
    durationMs: Number(values.seconds) * 1000,
  };
  const folder = mkdtempSync(join(values.folder ?? tmpdir(), "alcove-benchmark-"));
  const servers = [];
  try {
    const machine = machineFacts(folder);
    printMachine(machine);
    servers.push(await startEcho());
    servers.push(values.noise ? { ...(await startEcho()), name: "echo again" } : await startAlcove(folder));
    const [yardstick, contestant] = servers;
    const rounds = await measure(yardstick, contestant, settings);
    report({ machine, settings, contestant: contestant.name, rounds });
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(yardstick, contestant, settings) {
  console.log(`\n${settings.connections} connections, ${settings.users} users, ${settings.durationMs / 1000} s a turn`);
  console.log(row(["round", "server", "requests/s", "p50 ms", "p99 ms", "ratio"]));
  for (const server of [yardstick, contestant]) {
    await load(server, settings);
  }
  const rounds = [];
  for (let number = 1; number <= settings.rounds; number += 1) {
    const order = number % 2 === 0 ? [yardstick, contestant] : [contestant, yardstick];
    const figures = new Map();
    for (const server of order) {
      figures.set(server, await load(server, settings));
    }
    const [base, measured] = [figures.get(yardstick), figures.get(contestant)];
    const ratio = measured.requestsPerSecond / base.requestsPerSecond;
    rounds.push({ yardstick: base, contestant: measured, ratio });
    console.log(row([number, yardstick.name, ...cells(base), ""]));
    console.log(row(["", contestant.name, ...cells(measured), ratio.toFixed(3)]));
  }
  return rounds;
}

function report({ machine, settings, contestant, rounds }) {
  const middle = (side) => ({
    requestsPerSecond: median(rounds.map((round) => round[side].requestsPerSecond)),
    p50Ms: median(rounds.map((round) => round[side].p50Ms)),
    p99Ms: median(rounds.map((round) => round[side].p99Ms)),
  });
  const medians = { yardstick: middle("yardstick"), contestant: middle("contestant") };
  const ratio = median(rounds.map((round) => round.ratio));
  console.log(row(["median", "echo", ...cells(medians.yardstick), ""]));
  console.log(row(["", contestant, ...cells(medians.contestant), ratio.toFixed(3)]));
  if (values.json !== undefined) {
    writeFileSync(
      values.json,
      `${JSON.stringify({ machine, settings, contestant, ratio, medians, rounds }, undefined, 2)}\n`,
    );
  }
  if (ratio < Number(values["at-least"])) {
    console.error(`The median ratio is ${ratio.toFixed(3)}, lower than ${values["at-least"]}.`);
    process.exitCode = 1;
  }
}

function printMachine({ processor, cores, memoryGiB, system, node, fsync, isMemoryDisk }) {
  console.log(`${processor}, ${cores} cores, ${memoryGiB} GiB; ${system}; Node ${node}`);
  console.log(`fsync of 4 kB: p50 ${fsync.p50Ms.toFixed(2)} ms, p99 ${fsync.p99Ms.toFixed(2)} ms`);
  if (isMemoryDisk) {
    console.log("The store lies on a memory disk, where fsync costs nothing: choose another place with --folder.");
  }
}

function cells({ requestsPerSecond, p50Ms, p99Ms }) {
  return [Math.round(requestsPerSecond), p50Ms.toFixed(2), p99Ms.toFixed(2)];
}

function row(texts) {
  const widths = [8, 12, 12, 9, 9, 8];
  return texts
    .map((text, column) => (column < 2 ? String(text).padEnd(widths[column]) : String(text).padStart(widths[column])))
    .join("");
}
