import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "@alcove/plugin-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memberNames, sourceFiles, workspaceRoot } from "./workspace.js";

const cruiseSchema = z.object({
  modules: z.array(z.object({ source: z.string() })),
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});
type Cruise = z.output<typeof cruiseSchema>;

const run = promisify(execFile);

/** Runs the layer checker in a folder that is laid out as the workspace is. */
async function cruise(folder: string): Promise<Cruise> {
  const command = join(workspaceRoot, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const config = join(workspaceRoot, "test/architecture/layers.cjs");
  const options = ["--config", config, "--output-type", "json", "packages", "plugins"];
  const { stdout } = await run(process.execPath, [command, ...options], {
    cwd: folder,
    maxBuffer: 256 * 1024 * 1024,
  }).catch((error: unknown) => z.object({ stdout: z.string() }).parse(error));
  return cruiseSchema.parse(JSON.parse(stdout));
}

describe("the layers of the workspace", () => {
  let seen: Cruise;
  beforeAll(async () => {
    seen = await cruise(workspaceRoot);
  });

  it("keep every rule", () => {
    expect(seen.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
  });

  it("are judged by a checker that saw every source file", () => {
    const sources = sourceFiles();
    const modules = new Set(seen.modules.map(({ source }) => source));
    expect(sources.filter((name) => !modules.has(name))).toEqual([]);
    expect(sources.length).toBeGreaterThan(20);
  });

  it.each([
    ...memberNames("packages").map((name) => `packages/${name}/src/`),
    ...memberNames("plugins").map((name) => `plugins/${name}/src/`),
  ])("include %s", (folder) => {
    expect(seen.modules.filter(({ source }) => source.startsWith(folder)).length).toBeGreaterThan(0);
  });

  it("have a place for every package", () => {
    const config: unknown = createRequire(import.meta.url)("./layers.cjs");
    const { forbidden } = z.object({ forbidden: z.array(z.object({ name: z.string() })) }).parse(config);
    const placed = forbidden.flatMap(({ name }) => /^(.+)-imports-point-down$/.exec(name)?.[1] ?? []);
    expect([...placed, "testing"].sort()).toEqual(memberNames("packages"));
  });
});

/** A file that breaks a rule, and the rule it breaks. */
interface Planted {
  readonly rule: string;
  readonly file: string;
  readonly text: string;
}

const planted: readonly Planted[] = [
  // Imports point down.
  { rule: "plugin-api-imports-point-down", file: "packages/plugin-api/src/p.ts", text: 'import "@alcove/config";' },
  { rule: "config-imports-point-down", file: "packages/config/src/p1.ts", text: 'import "@alcove/plugin-loader";' },
  { rule: "config-imports-point-down", file: "packages/config/src/p2.ts", text: 'import "@alcove/state";' },
  { rule: "config-imports-point-down", file: "packages/config/src/p3.ts", text: 'import "@alcove/runtime";' },
  {
    rule: "plugin-loader-imports-point-down",
    file: "packages/plugin-loader/src/p.ts",
    text: 'import "@alcove/config";',
  },
  { rule: "state-imports-point-down", file: "packages/state/src/p1.ts", text: 'import "@alcove/config";' },
  { rule: "state-imports-point-down", file: "packages/state/src/p2.ts", text: 'import "../../config/src/index.js";' },
  { rule: "runtime-imports-point-down", file: "packages/runtime/src/p1.ts", text: 'import "@alcove/server";' },
  {
    rule: "runtime-imports-point-down",
    file: "packages/runtime/src/p2.ts",
    text: 'import type {} from "@alcove/server";',
  },
  {
    rule: "runtime-imports-point-down",
    file: "packages/runtime/src/p3.ts",
    text: 'export const server = import("@alcove/server");',
  },
  { rule: "server-imports-point-down", file: "packages/server/src/p.ts", text: 'import "alcove";' },
  { rule: "alcove-imports-point-down", file: "packages/alcove/src/p.ts", text: 'import "@alcove/testing";' },
  { rule: "testing-is-for-tests", file: "packages/runtime/src/p4.ts", text: 'import "@alcove/testing";' },
  {
    rule: "packages-meet-at-their-index",
    file: "packages/server/src/p1.ts",
    text: 'import "../../plugin-api/src/clock.js";',
  },
  {
    rule: "create-alcove-imports-point-down",
    file: "packages/create-alcove/src/p1.ts",
    text: 'import "@alcove/plugin-api";',
  },
  { rule: "create-alcove-depends-on-nothing", file: "packages/create-alcove/src/p2.ts", text: 'import "commander";' },
  { rule: "only-alcove-creates-projects", file: "packages/server/src/p5.ts", text: 'import "create-alcove";' },
  { rule: "only-alcove-creates-projects", file: "packages/testing/src/p.ts", text: 'import "create-alcove";' },
  // Packages and plugins.
  {
    rule: "packages-never-import-plugins",
    file: "packages/alcove/src/p1.ts",
    text: 'import "../../../plugins/sample/src/index.js";',
  },
  { rule: "packages-never-import-plugins", file: "packages/alcove/src/p2.ts", text: 'import "@alcove/plugin-sample";' },
  { rule: "plugins-import-plugin-api-only", file: "plugins/sample/src/p1.ts", text: 'import "@alcove/runtime";' },
  { rule: "plugins-import-plugin-api-only", file: "plugins/sample/src/p2.ts", text: 'import "zod";' },
  { rule: "plugins-import-plugin-api-only", file: "plugins/sample/src/p3.ts", text: 'import "node:fs";' },
  { rule: "plugins-import-plugin-api-only", file: "plugins/sample/src/p4.ts", text: 'import "@alcove/testing";' },
  { rule: "plugins-import-plugin-api-only", file: "plugins/sample/src/p7.ts", text: 'import "node:http2";' },
  {
    rule: "plugins-import-plugin-api-only",
    file: "plugins/sample/src/p5.ts",
    text: 'import "../../other/src/index.js";',
  },
  {
    rule: "plugin-tests-import-testing-at-most",
    file: "plugins/sample/src/p.test.ts",
    text: 'import "@alcove/runtime";',
  },
  {
    rule: "plugins-import-plugin-api-only",
    file: "packages/create-alcove/templates/plugin/src/p1.ts",
    text: 'import "@alcove/testing";',
  },
  {
    rule: "plugins-import-plugin-api-only",
    file: "packages/create-alcove/templates/plugin/src/p2.ts",
    text: 'import "zod";',
  },
  {
    rule: "plugin-tests-import-testing-at-most",
    file: "packages/create-alcove/templates/app/test/p.test.js",
    text: 'import "@alcove/runtime";',
  },
  // Who knows what.
  { rule: "only-server-knows-koa", file: "packages/alcove/src/p3.ts", text: 'import "koa";' },
  { rule: "only-server-knows-koa", file: "packages/runtime/src/p5.ts", text: 'import type {} from "@koa/router";' },
  { rule: "only-server-knows-koa", file: "packages/runtime/src/p6.ts", text: 'import "koa-bodyparser";' },
  { rule: "only-state-knows-keyv", file: "packages/runtime/src/p7.ts", text: 'import "keyv";' },
  { rule: "only-state-knows-keyv", file: "packages/alcove/src/p4.ts", text: 'import "@keyv/sqlite";' },
  { rule: "only-state-knows-keyv", file: "packages/server/src/p2.ts", text: 'import "sqlite3";' },
  { rule: "only-runtime-knows-inversify", file: "packages/server/src/p3.ts", text: 'import "inversify";' },
  { rule: "only-runtime-knows-inversify", file: "plugins/sample/src/p6.ts", text: 'import "inversify";' },
  // Everywhere.
  {
    rule: "no-cycles",
    file: "packages/state/src/index.ts",
    text: 'import "@alcove/plugin-api"; export { three } from "./round.js";',
  },
  { rule: "no-unresolvable-imports", file: "packages/state/src/p4.ts", text: 'import "./nowhere.js";' },
  { rule: "sources-never-import-tests", file: "packages/state/src/p5.ts", text: 'import "./p.test.js";' },
  { rule: "sources-never-import-tests", file: "packages/state/src/p6.ts", text: 'import "../../../test/p.js";' },
];

const harmless: readonly Omit<Planted, "rule">[] = [
  { file: "plugins/sample/src/index.ts", text: 'import "@alcove/plugin-api"; import "./own.js";' },
  { file: "plugins/sample/src/own.ts", text: "export const own = 1;" },
  { file: "plugins/sample/src/own-client.ts", text: 'import "node:https"; import "node:dns/promises";' },
  { file: "plugins/sample/src/own.test.ts", text: 'import "vitest"; import "@alcove/testing"; import "node:fs";' },
  { file: "plugins/other/src/index.ts", text: "export const other = 1;" },
  // The other half of the cycle; the checker accuses one of the two.
  { file: "packages/state/src/round.ts", text: 'import "./index.js"; export const three = 3;' },
  { file: "packages/state/src/p.test.ts", text: 'import "./index.js"; import "@alcove/testing";' },
  { file: "packages/plugin-api/src/clock.ts", text: "export const clock = 1;" },
  { file: "packages/plugin-api/src/container.ts", text: 'import "inversify";' },
  { file: "packages/runtime/src/container.ts", text: 'import "inversify"; import "@alcove/state";' },
  { file: "packages/server/src/listen.ts", text: 'import "koa"; import "@alcove/runtime";' },
  {
    file: "packages/alcove/src/main.ts",
    text: 'import "@alcove/server"; import "@alcove/plugin-loader"; import "create-alcove";',
  },
  { file: "packages/create-alcove/src/own.ts", text: 'import "node:fs"; import "./index.js";' },
  { file: "packages/create-alcove/templates/plugin/src/own.ts", text: 'import "@alcove/plugin-api";' },
  {
    file: "packages/create-alcove/templates/plugin/test/own.test.js",
    text: 'import "node:test"; import "@alcove/testing";',
  },
  { file: "packages/testing/src/main.ts", text: 'import "@alcove/server"; import "alcove";' },
  { file: "test/p.ts", text: "export const outside = 1;" },
];

describe("a workspace with planted violations", () => {
  let folder: string;
  let seen: Cruise;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "alcove-layers-"));
    layOutWorkspace(folder);
    for (const { file, text } of [...harmless, ...planted]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${text}\nexport {};\n`);
    }
    seen = await cruise(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(planted)("is refused by $rule for $file", ({ rule, file }) => {
    const broken = seen.summary.violations.filter(({ from }) => from === file).map((violation) => violation.rule.name);
    expect(broken).toContain(rule);
  });

  it("is refused for nothing else", () => {
    const guilty = new Set(planted.map(({ file }) => file));
    const accused = seen.summary.violations.filter(({ from }) => !guilty.has(from));
    expect(accused.map(({ rule, from }) => `${rule.name}: ${from}`)).toEqual([]);
  });
});

const unscopedPackages = new Set(["alcove", "create-alcove"]);

/** Packages with the real package.json files and empty indexes, linked to each other as npm links a workspace. */
function layOutWorkspace(folder: string): void {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@alcove"), { recursive: true });
  for (const name of readdirSync(join(workspaceRoot, "node_modules"))) {
    if (!name.startsWith(".") && !unscopedPackages.has(name) && name !== "@alcove") {
      symlinkSync(join(workspaceRoot, "node_modules", name), join(modules, name));
    }
  }
  for (const name of memberNames("packages")) {
    const target = join(folder, "packages", name);
    mkdirSync(join(target, "src"), { recursive: true });
    cpSync(join(workspaceRoot, "packages", name, "package.json"), join(target, "package.json"));
    writeFileSync(join(target, "src/index.ts"), "export {};\n");
    symlinkSync(target, join(modules, unscopedPackages.has(name) ? name : `@alcove/${name}`));
  }
}
