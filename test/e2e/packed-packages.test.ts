import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { expect } from "vitest";
import { note, notesOf } from "./assistant-client.js";
import { type CommandResult, nodeBinary, runCommand, workspaceFolder } from "./command-line.js";
import { test, type Workplace } from "./workplace.js";

const INSTALL_TIMEOUT_MS = 5 * 60_000;
const plugin = "@alcove/plugin-per-user-assistant";
const packed = [
  "plugin-api",
  "config",
  "plugin-loader",
  "state",
  "runtime",
  "server",
  "create-alcove",
  "alcove",
  "testing",
];
const packageNames = packed.map((name) => (/^(create-)?alcove$/.test(name) ? name : `@alcove/${name}`));

const configuration = `
functions:
  notepad: { _type: per_user_notepad }
  preferences: { _type: per_user_preferences }
workflow:
  _type: per_user_assistant
`;

/** Packs the packages and a plugin, and installs the tarballs in the workplace. */
async function installPacked(workplace: Workplace): Promise<void> {
  const workspaces = [...packed.map((name) => `packages/${name}`), "plugins/per-user-assistant"];
  const packing = await runCommand(
    "npm",
    ["pack", "--pack-destination", workplace.folder, ...workspaces.flatMap((path) => ["--workspace", path])],
    { cwd: workspaceFolder, timeoutMs: 120_000 },
  );
  expectSuccess(packing);
  const tarballs = (await readdir(workplace.folder)).filter((name) => name.endsWith(".tgz"));
  expect(tarballs).toHaveLength(workspaces.length);
  await workplace.write("package.json", { name: "host", private: true, type: "module" });
  const installing = await runCommand(
    "npm",
    ["install", "--prefer-offline", "--no-audit", "--no-fund", ...tarballs.map((name) => `./${name}`)],
    { cwd: workplace.folder, timeoutMs: INSTALL_TIMEOUT_MS },
  );
  expectSuccess(installing);
}

function expectSuccess({ exitCode, output }: CommandResult): void {
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
}

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
async function compileConsumer(workplace: Workplace): Promise<CommandResult> {
  await workplace.write(
    "consumer.ts",
    packageNames.map((name, index) => `export * as package${index} from "${name}";\n`).join(""),
  );
  const compilerOptions = {
    target: "ES2023",
    lib: ["ES2023"],
    module: "NodeNext",
    types: ["node"],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
  };
  await workplace.write("tsconfig.json", { compilerOptions, files: ["consumer.ts"] });
  const types = join(workplace.folder, "node_modules/@types");
  await mkdir(types, { recursive: true });
  // The types of Node are the consumer's to bring; nobody's else are.
  await symlink(join(workspaceFolder, "node_modules/@types/node"), join(types, "node"));
  expect(await readdir(types)).toEqual(["node"]);
  const compiler = join(workspaceFolder, "node_modules/typescript/bin/tsc");
  return runCommand(nodeBinary, [compiler, "--project", "."], { cwd: workplace.folder, timeoutMs: 120_000 });
}

test("alcove and a plugin, packed and installed outside the workspace, hold what they should, type-check and serve", {
  timeout: INSTALL_TIMEOUT_MS + 180_000,
}, async ({ workplace }) => {
  await installPacked(workplace);
  for (const name of [...packageNames, plugin]) {
    await expectNothingButThePackage(join(workplace.folder, "node_modules", name));
  }
  expectSuccess(await compileConsumer(workplace));

  const configFile = await workplace.write("rooms.yml", configuration);
  const script = join(workplace.folder, "node_modules/alcove/bin/alcove.js");
  const server = await workplace.start({ configFile, script });
  expect(server.printed).toContain(plugin.replace("@alcove/plugin-", ""));
  await note(server.client, "alice", "add", "from a tarball");
  await server.stop();
  const { client } = await workplace.start({ configFile, script });
  expect(await notesOf(client, "alice")).toEqual(["from a tarball"]);
});
