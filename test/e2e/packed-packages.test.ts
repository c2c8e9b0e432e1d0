import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { note, notesOf } from "./assistant-client.js";
import { type CommandResult, nodeBinary, runCommand, workspaceFolder } from "./command-line.js";
import { expectSuccess } from "./expect-success.js";
import { LoopbackRegistry } from "./loopback-registry.js";
import { publintMessages, typeProblems } from "./package-lint.js";
import { type CommandStep, tutorialSteps } from "./tutorial-page.js";
import { TutorialReader } from "./tutorial-reader.js";
import { test } from "./workplace.js";

const INSTALL_TIMEOUT_MS = 5 * 60_000;
const plugin = "@alcove/plugin-per-user-assistant";
const members = ["packages", "plugins"].flatMap((kind) =>
  readdirSync(join(workspaceFolder, kind)).map((name) => `${kind}/${name}`),
);
const packageNames = members
  .filter((folder) => folder.startsWith("packages/"))
  .map((folder) => basename(folder))
  .map((name) => (/^(create-)?alcove$/.test(name) ? name : `@alcove/${name}`));

/** Every file of an installed package, relative to it. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith("node_modules"));
}

/** The sources a package was built from that its maps do not lead to. */
async function sourcesWithoutMap(folder: string, files: readonly string[]): Promise<string[]> {
  const maps = files.filter((name) => name.endsWith(".js.map"));
  const mapped = await Promise.all(
    maps.map(async (name) => {
      const { sources } = JSON.parse(await readFile(join(folder, name), "utf8")) as { sources: string[] };
      return sources.map((source) => relative(folder, resolve(folder, dirname(name), source)));
    }),
  );
  const reached = new Set(mapped.flat());
  return files.filter((name) => /^src\/.*(?<!\.d)\.ts$/.test(name) && !reached.has(name));
}

async function expectNothingButThePackage(folder: string): Promise<void> {
  const files = await filesOf(folder);
  expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
  const allowed = /^((bin|dist|docs|schemas|src|templates)\/.+|LICENSE|README\.md|package\.json|plugin\.yaml)$/;
  const unwanted = /^(?!templates\/).*\.test\.|test-support|fixtures|tsbuildinfo/;
  expect(files.filter((name) => !allowed.test(name) || unwanted.test(name))).toEqual([]);
  expect(await sourcesWithoutMap(folder, files)).toEqual([]);
}

/** Compiles a program that names every package, with the declarations of everything it leads to. */
async function compileConsumer(folder: string): Promise<CommandResult> {
  const lines = packageNames.map((name, index) => `export * as package${index} from "${name}";\n`);
  await writeFile(join(folder, "consumer.ts"), lines.join(""));
  const compilerOptions = {
    target: "ES2023",
    lib: ["ES2023"],
    module: "NodeNext",
    types: ["node"],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  const types = join(folder, "node_modules/@types");
  await mkdir(types, { recursive: true });
  // The types of Node are the consumer's to bring; nobody's else are.
  await symlink(join(workspaceFolder, "node_modules/@types/node"), join(types, "node"));
  expect(await readdir(types)).toEqual(["node"]);
  const compiler = join(workspaceFolder, "node_modules/typescript/bin/tsc");
  return runCommand(nodeBinary, [compiler, "--project", "."], { cwd: folder, timeoutMs: 120_000 });
}

let tarballs: string;
let registry: LoopbackRegistry;

beforeAll(async () => {
  tarballs = await mkdtemp(join(tmpdir(), "alcove-registry-"));
  registry = await LoopbackRegistry.start(tarballs, members);
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  await registry.close();
  await rm(tarballs, { recursive: true, force: true });
});

test("publint and Are The Types Wrong find nothing in any package or plugin", async () => {
  const files = (await readdir(tarballs)).filter((name) => name.endsWith(".tgz"));
  expect(files).toHaveLength(members.length);
  for (const file of files) {
    const tarball = join(tarballs, file);
    expect([file, ...(await publintMessages(tarball)), ...(await typeProblems(tarball))]).toEqual([file]);
  }
});

test("publint and Are The Types Wrong would see a package that is packed wrongly", async ({ workplace }) => {
  const folder = join(workplace.folder, "package");
  await mkdir(join(folder, "dist"), { recursive: true });
  const exports = { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" }, "./gone": "./dist/gone.js" };
  const described = { name: "wrong", version: "1.0.0", type: "module", exports, files: ["dist"] };
  await writeFile(join(folder, "package.json"), JSON.stringify(described));
  await writeFile(join(folder, "dist/index.js"), "export const present = 1;\n");
  await writeFile(join(folder, "dist/index.d.ts"), 'export * from "./missing.js";\n');
  expectSuccess(await runCommand("npm", ["pack"], { cwd: folder }));
  const tarball = join(folder, "wrong-1.0.0.tgz");
  expect(await publintMessages(tarball)).toContainEqual(expect.stringContaining("dist/gone.js"));
  expect(await typeProblems(tarball)).toContainEqual(expect.stringContaining('"InternalResolutionError"'));
});

test("a new app, of packages that were packed and installed outside the workspace, holds what it should, type-checks, passes its test and serves", {
  timeout: INSTALL_TIMEOUT_MS + 180_000,
}, async ({ workplace }) => {
  const rooms = join(workplace.folder, "rooms");
  const run = async (cwd: string, command: string): Promise<string> => {
    const options = { cwd, environment: registry.environment(command), timeoutMs: INSTALL_TIMEOUT_MS };
    const result = await runCommand("sh", ["-c", command], options);
    expectSuccess(result);
    return result.output;
  };
  await run(workplace.folder, "npm create alcove app rooms");
  await run(rooms, "npm install");
  expect(await run(rooms, "npm test")).toMatch(/ pass 1$/m);
  for (const name of [...packageNames, plugin]) {
    await expectNothingButThePackage(join(rooms, "node_modules", name));
  }
  expectSuccess(await compileConsumer(rooms));

  const place = { configFile: join(rooms, "config.yml"), script: join(rooms, "node_modules/alcove/bin/alcove.js") };
  const server = await workplace.start(place);
  expect(server.printed).toContain(plugin.replace("@alcove/plugin-", ""));
  await note(server.client, "alice", "add", "from a tarball");
  await server.stop();
  const { client } = await workplace.start(place);
  expect(await notesOf(client, "alice")).toEqual(["from a tarball"]);
});

const tutorial = readFileSync(join(workspaceFolder, "packages/plugin-api/docs/writing-a-plugin.md"), "utf8");
const steps = tutorialSteps(tutorial.slice(0, tutorial.indexOf("\n## State\n")));
const commands = steps.filter((step): step is CommandStep => step.kind === "command").map(({ command }) => command);

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

test.skipIf(!hasCurl)(
  "the tutorial leads from an empty folder to a second version of a plugin, which takes over what users have (skipped without curl)",
  {
    timeout: 2 * INSTALL_TIMEOUT_MS,
  },
  async ({ workplace, onTestFinished }) => {
    const reader = new TutorialReader(workplace.folder, (command) => registry.environment(command));
    onTestFinished(() => reader.close());
    expect(steps.length).toBeGreaterThan(20);
    await reader.follow(steps);

    // What the page says in words: the first version refuses what the second has stored, and leaves it as it is.
    const install = (version: string) =>
      `npm install ../alcove-plugin-word-count/alcove-plugin-word-count-${version}.tgz`;
    await reader.run(install("1.0.0"));
    await reader.start();
    const lastCall = commands.findLast((command) => command.startsWith("curl ")) ?? "";
    expect(await reader.run(lastCall)).toContain('"code":"STATE_VERSION_UNSUPPORTED"');
    await reader.run(install("2.0.0"));
    await reader.start();
    expect(await reader.run(lastCall)).toBe('{"words":3,"total":10,"texts":2}');
  },
);
