import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** Compiles the harness and the packages before the tests run, because its processes are started from compiled files. */
export function setup(): void {
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const project = fileURLToPath(new URL(".", import.meta.url));
  execFileSync(process.execPath, [compiler, "--build", project], { stdio: "inherit" });
}
