import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig } from "@alcove/config";
import type { JsonValue } from "@alcove/plugin-api";
import { callerPlugin, callerType } from "./caller-plugin.js";
import { type InCodePlugin, writeInCodePlugin } from "./in-code-plugin.js";

/**
 * A plugin under test: the folder of a package (a `file:` URL, or a path; relative ones start from the working directory), the name of
 * a package that is installed there, or definitions.
 */
export type TestedPlugin = string | URL | InCodePlugin;

/** What an application under test is made of. */
export interface TestedApplication {
  /** Plugins beside those the configuration finds by itself. */
  readonly plugins?: readonly TestedPlugin[];
  /** The configuration, as YAML or as the value YAML would give; nothing is configured if left out. Not together with `configFile`. */
  readonly config?: string | Readonly<Record<string, unknown>>;
  /** A configuration file as it is deployed. Only its store is replaced, and the plugins are added. */
  readonly configFile?: string | URL;
}

/** A file, and the values that replace those in it, as `prepareApplication` takes them. */
export interface TestConfiguration {
  readonly configFile: string;
  readonly overrides: readonly { readonly path: string; readonly value: string }[];
}

/**
 * Writes what has to be on disk for the application into `folder`. Where its configuration has components and no workflow, a
 * workflow is added that calls any of them.
 *
 * @throws TypeError when there are both a `config` and a `configFile`, or a package is not installed.
 */
export async function writeTestConfiguration(
  folder: string,
  { plugins = [], config, configFile }: TestedApplication,
): Promise<TestConfiguration> {
  if (config !== undefined && configFile !== undefined) {
    throw new TypeError("Give startTestAlcove a config or a configFile, not both.");
  }
  const file = configFile === undefined ? await writeConfig(folder, config ?? {}) : pathOf(configFile);
  const { components } = await loadConfig({ file });
  const needsCaller = components !== undefined && components.workflow === undefined;
  const tested = needsCaller ? [...plugins, callerPlugin] : plugins;
  // In-code plugins of an earlier start may have had the same ids.
  writtenFolders += 1;
  const inCode = join(folder, `plugins-${writtenFolders}`);
  const added = await Promise.all(tested.map((plugin) => directoryOf(plugin, inCode)));
  const listed = (components?.plugins ?? []).map(({ specifier, directory }) =>
    isAbsolute(specifier) || specifier.startsWith(".") ? resolve(directory, specifier) : specifier,
  );
  const workflow = {
    _type: callerType,
    functions: Object.keys(components?.functions ?? {}),
    function_groups: Object.keys(components?.functionGroups ?? {}),
  };
  return {
    configFile: file,
    overrides: [
      override("general.store.path", join(folder, "sessions.sqlite")),
      override("general.front_end.host", "127.0.0.1"),
      override("general.front_end.port", 0),
      override("plugins", [...listed, ...added]),
      ...(needsCaller ? [override("workflow", workflow)] : []),
    ],
  };
}

let writtenFolders = 0;

function override(path: string, value: JsonValue): { path: string; value: string } {
  return { path, value: JSON.stringify(value) };
}

async function writeConfig(folder: string, config: string | Readonly<Record<string, unknown>>): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "config.yml");
  await writeFile(file, typeof config === "string" ? config : JSON.stringify(config, undefined, 2));
  return file;
}

function directoryOf(plugin: TestedPlugin, inCode: string): Promise<string> | string {
  if (plugin instanceof URL) {
    return fileURLToPath(plugin);
  }
  if (typeof plugin !== "string") {
    return writeInCodePlugin(inCode, plugin);
  }
  return isAbsolute(plugin) || /^\.\.?([/\\]|$)/.test(plugin) ? resolve(plugin) : installedDirectory(plugin);
}

function installedDirectory(packageName: string): string {
  const from = createRequire(resolve("package.json"));
  try {
    return dirname(from.resolve(`${packageName}/package.json`));
  } catch (cause) {
    throw new TypeError(
      `The plugin ${packageName} is not installed in ${resolve(".")}. Install it, or begin a path with ./ or ../.`,
      { cause },
    );
  }
}

function pathOf(file: string | URL): string {
  return file instanceof URL ? fileURLToPath(file) : resolve(file);
}
