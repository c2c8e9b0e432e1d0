import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const readyWithinMs = 30_000;

/** Starts the yardstick; `parser` is `koa-bodyparser`, or `alcove` for the one Alcove's own routes use. */
export function startEcho(parser = "koa-bodyparser") {
  return startServer(
    parser === "alcove" ? "echo, own parser" : "echo",
    [here("echo-server.mjs"), parser],
    process.cwd(),
  );
}

/** The configuration file of the page workflow: 1 kB of state for each user. */
export const pageConfig = here("fixture/benchmark.yml");

/** Writes a configuration with the benchmarks' plugin and resolves to its path. */
export function writeConfig(folder, name, sections) {
  const file = join(folder, `${name}.yml`);
  const general = { application: "benchmark", per_user_workflow_timeout: "1h" };
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ general, plugins: [here("fixture")], ...sections }));
  return file;
}

/** Starts the built command line with a store in the given folder. */
export function startAlcove(folder, { name = "alcove", configFile = pageConfig } = {}) {
  const options = ["--config_file", configFile, "--host", "127.0.0.1", "--port", "0"];
  const store = ["--override", "general.store.path", `${folder}/${name}.sqlite`];
  return startServer(name, [here("../../packages/alcove/bin/alcove.js"), "serve", ...options, ...store], folder);
}

/** Loads one server from a process of its own, and resolves to what that process measured. */
export async function load(server, load) {
  const settings = JSON.stringify({ port: server.port, ...load });
  const { stdout } = await promisify(execFile)(process.execPath, [here("load-generator.mjs"), settings]);
  const measured = JSON.parse(stdout);
  const failures = { ...measured.failures, ...measured.beside?.failures };
  if (Object.keys(failures).length > 0) {
    throw new Error(`${server.name} failed under load: ${JSON.stringify(failures)}\n${server.output()}`);
  }
  return measured;
}

async function startServer(name, command, cwd) {
  const child = spawn(process.execPath, command, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const port = await new Promise((resolve, reject) => {
    const fail = (reason) => reject(new Error(`${name} ${reason}\n${output}`));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail(`was not ready within ${readyWithinMs} ms`);
    }, readyWithinMs);
    child.once("exit", (code) => fail(`ended with code ${code} before it was ready`));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output = (output + text).slice(-20_000);
        const found = /Listening on http:\/\/[^:/\s]+:(\d+)/.exec(output)?.[1];
        if (found !== undefined) {
          clearTimeout(timer);
          resolve(Number(found));
        }
      });
    }
  });
  return { name, pid: child.pid, port, output: () => output, stop: () => stopServer(child) };
}

async function stopServer(child) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
  child.kill("SIGTERM");
  await once(child, "exit");
  clearTimeout(timer);
}
