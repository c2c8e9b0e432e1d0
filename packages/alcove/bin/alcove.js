#!/usr/bin/env node
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";

// V8 would move what calls allocate into the old generation for good, once enough of it has outlived a collection there; and what
// is dead there keeps whole requests from being collected with the young objects.
setFlagsFromString("--no-allocation-site-pretenuring");

// Where there are few cores, the threads that V8 has collect young garbage beside the main one only take its time. V8 looks
// at this before each collection, which is why it may still be set.
if (availableParallelism() <= 2) {
  setFlagsFromString("--no-parallel-scavenge");
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const mainFile = fileURLToPath(new URL("../dist/main.js", import.meta.url));

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`error: Alcove needs Node 20.19 or later, and this is Node ${process.versions.node}.\n`);
  process.exitCode = 1;
} else if (!existsSync(mainFile)) {
  process.stderr.write(`error: ${mainFile} is missing, because Alcove has not been built.\n`);
  process.stderr.write("how to mend it: run `npm run build` in Alcove's folder.\n");
  process.exitCode = 1;
} else {
  // A server is many files. Loaded at once they take a seventh less time than each with promises and a walk through the thread
  // pool, which is how the import that follows loads what is not there yet. Of Node 22 it is 22.12 and later that can. What somebody
  // has Node load first may want to see every module, which only an import shows it.
  const nodeOptions = [...process.execArgv, process.env.NODE_OPTIONS].join(" ");
  const hasPreloads = /(?:^|\s)(?:-r|--(?:import|require|(?:experimental-)?loader))\b/.test(nodeOptions);
  if (process.argv[2] === "serve" && process.features.require_module && !hasPreloads) {
    createRequire(import.meta.url)("../dist/commands/serve.js");
  }
  const { main } = await import(pathToFileURL(mainFile).href);
  await main();
}
