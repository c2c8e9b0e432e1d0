import { describe, expect, it } from "vitest";
import { processAccesses } from "./process-access.js";
import { readText, sourceFiles } from "./workspace.js";

/** What `process` gives to whom; every other package gets none of it. */
const allowances: Readonly<Record<string, ReadonlySet<string>>> = {
  "packages/config/": new Set(["env"]),
  // A command of its own.
  "packages/create-alcove/": new Set(["argv", "exitCode", "stderr", "stdout"]),
  "packages/alcove/": new Set([
    "argv",
    "env",
    "exit",
    "exitCode",
    "off",
    "on",
    "once",
    "removeListener",
    "stderr",
    "stdin",
    "stdout",
  ]),
};

describe("the process", () => {
  it("is read from and steered by config and alcove alone", () => {
    const delivered = sourceFiles().filter((name) => !name.endsWith(".test.ts"));
    const offences = delivered.flatMap((name) => {
      const allowed = Object.entries(allowances).find(([folder]) => name.startsWith(folder))?.[1];
      return processAccesses(readText(name))
        .filter(({ member }) => allowed?.has(member) !== true)
        .map(({ member, line }) => `${name}:${line}: process.${member}`);
    });
    expect(offences).toEqual([]);
  });

  it.each([
    ["const key = process.env.KEY;", "env"],
    ['const key = process["env"]["KEY"];', "env"],
    ["const key = globalThis.process.env.KEY;", "env"],
    ["const key = globalThis.process?.env;", "env"],
    ["const { env } = process;", "(whole)"],
    ["start(process);", "(whole)"],
    ["const any = process[name];", "(whole)"],
    ['import { env } from "node:process";', "(import)"],
    ['import process from "process";', "(import)"],
    ['export { env } from "node:process";', "(import)"],
    ['export * from "process";', "(import)"],
    ['const { env } = await import("node:process");', "(import)"],
    ['const { env } = require("node:process");', "(import)"],
    ['const key = globalThis["process"].env.KEY;', "env"],
    ['const key = globalThis["process"]["env"];', "env"],
    ['const all = globalThis["process"];', "(whole)"],
    ["const { process } = globalThis;", "(whole)"],
    ["process.exit(1);", "exit"],
    ["process.exitCode = 1;", "exitCode"],
    ['process.on("SIGTERM", stop);', "on"],
    ['process.once("SIGINT", stop);', "once"],
    ['process.kill(1, "SIGKILL");', "kill"],
  ])("is noticed in %s", (text, member) => {
    expect(processAccesses(text).map((access) => access.member)).toContain(member);
  });

  it.each([
    ["// process.env is read by config"],
    ['const text = "process.exit";'],
    ["child.process.on(1);"],
    ["const facts = { process: 1 };"],
    ['const kind = kinds["process"];'],
    ['const path = globalThis["path"];'],
    ['export { run } from "./process.js";'],
    ["const bytes = process.memoryUsage().heapUsed;"],
    ["process.nextTick(next);"],
  ])("is not suspected in %s", (text) => {
    expect(processAccesses(text)).toEqual([]);
  });
});
