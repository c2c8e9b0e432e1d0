import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { FunctionDefinition, FunctionGroupDefinition, ServicesDefinition } from "@alcove/plugin-api";

/** What a test plugin contributes: definitions made in the test itself. */
export interface InCodePlugin {
  readonly id: string;
  readonly functions?: Readonly<Record<string, FunctionDefinition>>;
  readonly functionGroups?: Readonly<Record<string, FunctionGroupDefinition>>;
  readonly services?: Readonly<Record<string, ServicesDefinition>>;
}

type Definition = FunctionDefinition | FunctionGroupDefinition | ServicesDefinition;

// The modules of test plugins are real files that a real loader imports; they fetch the test's definitions from here.
const shelfKey = "alcove-test-definitions";
const shelf = new Map<string, Definition>();
Object.defineProperty(globalThis, Symbol.for(shelfKey), { value: shelf, configurable: true });
let shelved = 0;

/** Writes a plugin package with a manifest and modules into a folder, and returns the package's path. */
export async function writePlugin(folder: string, plugin: InCodePlugin): Promise<string> {
  const directory = path.join(folder, plugin.id);
  await mkdir(directory, { recursive: true });
  const contributes = {
    functions: await writeComponents(directory, plugin.functions ?? {}),
    function_groups: await writeComponents(directory, plugin.functionGroups ?? {}),
    services: Object.fromEntries(
      await Promise.all(
        Object.entries(plugin.services ?? {}).map(async ([name, definition]) => [
          name,
          { module: await writeModule(directory, definition), description: name },
        ]),
      ),
    ),
  };
  const manifest = {
    manifest: 1,
    id: plugin.id,
    displayName: plugin.id,
    description: "A plugin of the tests.",
    requires: { alcove: "*" },
    contributes,
  };
  await writeFile(path.join(directory, "plugin.yaml"), JSON.stringify(manifest));
  await writeFile(
    path.join(directory, "package.json"),
    JSON.stringify({ name: plugin.id, version: "1.0.0", type: "module", alcove: { manifest: "./plugin.yaml" } }),
  );
  return directory;
}

async function writeComponents(
  directory: string,
  definitions: Readonly<Record<string, FunctionDefinition | FunctionGroupDefinition>>,
): Promise<Record<string, unknown>> {
  const entries = Object.entries(definitions).map(async ([name, definition]) => [
    name,
    { scope: definition.scope, module: await writeModule(directory, definition), description: name },
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

async function writeModule(directory: string, definition: Definition): Promise<string> {
  shelved += 1;
  const name = `definition-${shelved}`;
  shelf.set(name, definition);
  await writeFile(
    path.join(directory, `${name}.mjs`),
    `export default globalThis[Symbol.for("${shelfKey}")].get("${name}");\n`,
  );
  return `./${name}.mjs`;
}
