#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`error: Alcove needs Node 20.19 or later, and this is Node ${process.versions.node}.\n`);
  process.exitCode = 1;
} else if (!existsSync(main)) {
  process.stderr.write(`error: ${main} is missing, because Alcove has not been built.\n`);
  process.stderr.write("how to mend it: run `npm run build` in Alcove's folder.\n");
  process.exitCode = 1;
} else {
  await import(pathToFileURL(main).href);
}
