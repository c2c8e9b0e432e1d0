// What AsyncLocalStorage costs a request: a Koa echo with and without `run` around six awaited async functions, loaded
// in turn. The figure stands in packages/plugin-api/docs/decisions.
import { AsyncLocalStorage } from "node:async_hooks";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import Koa from "koa";
import { machineFacts } from "./machine-facts.mjs";
import { load } from "./processes.mjs";
import { median } from "./statistics.mjs";

const roundCount = 9;
const settings = { connections: 64, users: 1, durationMs: 3000 };

if (process.argv[2] === undefined) {
  await compare();
} else {
  serve(process.argv[2]);
}

async function compare() {
  const [parameter, storage] = await Promise.all([start("parameter"), start("storage")]);
  await load(parameter, settings);
  await load(storage, settings);
  const ratios = [];
  for (let round = 0; round < roundCount; round += 1) {
    const order = round % 2 === 0 ? [parameter, storage] : [storage, parameter];
    const perSecond = new Map();
    for (const server of order) {
      perSecond.set(server, (await load(server, settings)).requestsPerSecond);
    }
    ratios.push(perSecond.get(storage) / perSecond.get(parameter));
    console.log(
      `${Math.round(perSecond.get(parameter))} ${Math.round(perSecond.get(storage))} ${ratios.at(-1).toFixed(3)}`,
    );
  }
  const { processor, cores, node } = machineFacts(tmpdir());
  console.log(
    `storage / parameter, median of ${roundCount}: ${median(ratios).toFixed(3)} (${processor}, ${cores} cores, ${node})`,
  );
  parameter.child.kill();
  storage.child.kill();
}

async function start(variant) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), variant], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise((resolve) => child.stdout.once("data", (text) => resolve(Number(text))));
  return { name: variant, port, child, output: () => "" };
}

function serve(variant) {
  const storage = new AsyncLocalStorage();
  const handle =
    variant === "storage"
      ? (context) => storage.run({ requestId: context.path }, () => sixCalls(() => storage.getStore().requestId))
      : (context) => {
          const call = { requestId: context.path };
          return sixCalls(() => call.requestId);
        };
  const server = new Koa()
    .use(async (context) => {
      context.body = { text: await handle(context) };
    })
    .listen(0, "127.0.0.1", () => console.log(server.address().port));
}

/** Six async functions, each awaiting the next, as a run goes through runner, workflow and functions. */
async function sixCalls(requestId, depth = 6) {
  return depth === 0 ? requestId() : await sixCalls(requestId, depth - 1);
}
