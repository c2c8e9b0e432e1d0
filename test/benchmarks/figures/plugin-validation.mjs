import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { median } from "../statistics.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const count = 100;

/**
 * How long it takes to find the plugins among a project's dependencies and to check their manifests, files, versions and
 * peers: each time in a new process, since a start has that before it, too.
 */
export async function measure({ folder, rounds, log }) {
  const host = join(folder, "plugins");
  writeProject(host);
  const firstMs = [];
  const againMs = [];
  for (let round = 0; round < rounds; round += 1) {
    const measured = await validate(host);
    firstMs.push(measured.firstMs);
    againMs.push(median(measured.laterMs));
    log(`${count} plugins in ${firstMs.at(-1).toFixed(0)} ms, and again in ${againMs.at(-1).toFixed(0)} ms`);
  }
  return [
    {
      figure: `milliseconds to validate ${count} plugins, in a new process`,
      value: median(firstMs),
      target: { atMost: 100 },
    },
    { figure: "the same again, in the same process", value: median(againMs) },
  ];
}

async function validate(host) {
  const { stdout } = await promisify(execFile)(process.execPath, [here("../validate-plugins.mjs"), host]);
  const [found, measured] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  if (found.plugins !== count || found.problems.length > 0) {
    throw new Error(`Not every plugin was accepted: ${JSON.stringify(found)}`);
  }
  return measured;
}

/** A project with many plugins installed, as npm would lay them out. */
function writeProject(host) {
  const names = Array.from({ length: count }, (_, index) => `alcove-plugin-${index}`);
  writeFile(
    host,
    "package.json",
    JSON.stringify({ name: "host", dependencies: Object.fromEntries(names.map((name) => [name, "1.0.0"])) }),
  );
  mkdirSync(join(host, "node_modules/@alcove"), { recursive: true });
  symlinkSync(here("../../../packages/plugin-api"), join(host, "node_modules/@alcove/plugin-api"));
  for (const [index, name] of names.entries()) {
    writePlugin(join(host, "node_modules", name), name, index);
  }
}

function writePlugin(folder, name, index) {
  const packageFile = {
    name,
    version: "1.0.0",
    description: "Notes, and what can be done with them.",
    type: "module",
    exports: { "./package.json": "./package.json", "./plugin.yaml": "./plugin.yaml" },
    files: ["dist", "plugin.yaml"],
    alcove: { manifest: "./plugin.yaml" },
    peerDependencies: { "@alcove/plugin-api": "^0.1.0" },
  };
  writeFile(folder, "package.json", JSON.stringify(packageFile, undefined, 2));
  writeFile(folder, "plugin.yaml", manifestOf(index));
  for (const module of modules) {
    writeFile(folder, `dist/${module}.js`, "export default undefined;\n");
  }
}

const modules = ["notes", "search", "tasks", "stamp"];

function manifestOf(index) {
  return `manifest: 1
id: plugin-${index}
displayName: Notes ${index}
description: Notes, and what can be done with them.
requires:
  alcove: ^0.1.0
contributes:
  functions:
    notes_${index}:
      scope: per-user
      module: ./dist/notes.js
      description: Notes of the user's own.
    search_${index}:
      scope: shared
      module: ./dist/search.js
      description: Finds what is the same for everybody.
  function_groups:
    tasks_${index}:
      scope: per-user
      module: ./dist/tasks.js
      description: Tasks of the user's own.
  middleware:
    stamp_${index}:
      scope: shared
      module: ./dist/stamp.js
      description: Puts the time on every reply.
`;
}

function writeFile(folder, name, content) {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
}
