import { AlcoveError, formatReport, type HttpRoutesContribution, nearNames } from "@alcove/plugin-api";
import { ComponentTypeRegistry, type DiscoveredPlugin, sectionOfKind } from "@alcove/plugin-loader";
import { typesInUse } from "@alcove/runtime";
import { pluginPath } from "@alcove/server";
import type { Command } from "commander";
import type { ConsoleOutput } from "../console-output.js";
import { type FoundPlugins, findPlugins } from "../find-plugins.js";
import { prepareApplication } from "../prepare-application.js";
import { problemAsJson } from "../problem-as-json.js";
import { rehearseStart } from "../rehearse-start.js";
import { ReportedFailure } from "../reported-failure.js";
import { textTable } from "../text-table.js";
import type { CommandContext } from "./command-context.js";

interface PluginsOptions {
  readonly config_file?: string;
  readonly json: boolean;
}

interface CheckOptions extends PluginsOptions {
  readonly start: boolean;
}

/** `alcove plugins`: what was found, from where, what it contributes, and why something was not loaded. */
export function addPluginsCommand(program: Command, { output }: CommandContext): void {
  const plugins = program
    .command("plugins")
    .summary("show and check the plugins of a project")
    .description(
      "Show and check the plugins among the direct dependencies of the host project, which is the nearest package.json,\n" +
        "and those a configuration lists.",
    );
  addOptions(plugins.command("list").summary("list the plugins, and why any was not loaded")).action(
    (options: PluginsOptions) => listPlugins(options, output),
  );
  addOptions(plugins.command("info <id>").summary("show one plugin, and what it contributes")).action(
    (id: string, options: PluginsOptions) => showPlugin(id, options, output),
  );
  addOptions(
    plugins
      .command("check")
      .summary("check manifests, versions and modules")
      .description(
        "Check the plugins as a start would. With a configuration, the modules it uses are imported too. With --start they are also started:\n" +
          "services, hooks and components are built, on a store that is thrown away, the room of one user too, and closed again. So it shows\n" +
          "what fails or hangs meanwhile, and what is left open. Ends with 1 when there are errors.",
      ),
  )
    .option("--start", "start what the configuration uses, and close it again", false)
    .action((options: CheckOptions) => checkPlugins(options, output));
}

function addOptions(command: Command): Command {
  return command
    .option("--config_file <file>", "a configuration, to look from there and to see what it uses")
    .option("--json", "print JSON", false)
    .addHelpText(
      "after",
      `\nExample:\n  $ alcove plugins ${command.name()}${command.name() === "info" ? " todo" : ""} --config_file configs/config.yml\n`,
    );
}

async function listPlugins({ config_file, json }: PluginsOptions, output: ConsoleOutput): Promise<void> {
  const found = await findPlugins(config_file);
  const described = describePlugins(found);
  if (json) {
    const { hostDirectory, missing, problems } = found;
    const report = { host: hostDirectory, plugins: described, missing, problems: problems.map(problemAsJson) };
    output.result(JSON.stringify(report, undefined, 2));
    return;
  }
  if (described.length === 0) {
    output.result(`No plugins are installed among the dependencies of ${found.hostDirectory}.`);
  } else {
    const heading = ["id", "package", "version", "found by", "in use", "contributes", "folder"];
    const rows = described.map((plugin) => [
      plugin.id,
      plugin.package,
      plugin.version,
      plugin.foundBy,
      plugin.inUse === undefined ? "-" : plugin.inUse.length === 0 ? "no" : "yes",
      `${plugin.contributes.length} ${plugin.contributes.length === 1 ? "entry" : "entries"}`,
      plugin.directory,
    ]);
    output.result(textTable(heading, rows));
  }
  if (found.missing.length > 0) {
    output.result(`Optional, and not loaded: ${found.missing.join(", ")}`);
  }
  if (found.problems.length > 0) {
    output.notice(formatReport(found.problems));
  }
}

async function showPlugin(id: string, { config_file, json }: PluginsOptions, output: ConsoleOutput): Promise<void> {
  const found = await findPlugins(config_file);
  const described = describePlugins(found);
  const plugin = described.find((candidate) => candidate.id === id || candidate.package === id);
  if (plugin === undefined) {
    if (found.problems.length > 0) {
      output.notice(formatReport(found.problems));
    }
    throw noSuchPlugin(id, described);
  }
  if (json) {
    output.result(JSON.stringify(plugin, undefined, 2));
    return;
  }
  const facts: readonly (readonly string[])[] = [
    ["package", `${plugin.package} ${plugin.version}`],
    ["folder", plugin.directory],
    ["found by", plugin.foundBy],
    ["startup", plugin.startup],
    ["made for Alcove", plugin.requires],
    ["description", plugin.description],
  ];
  output.result(`${textTable(["id", plugin.id], facts)}\n`);
  const isUsed = (name: string): string =>
    plugin.inUse === undefined ? "-" : plugin.inUse.includes(name) ? "yes" : "no";
  const rows = plugin.contributes.map(({ section, name, description }) => [
    section,
    name,
    isUsed(`${section}.${name}`),
    description,
  ]);
  output.result(textTable(["section", "name", "in use", "description"], rows));
  const routes = plugin.contributes.flatMap(({ name, routes: ofSet = [] }) =>
    ofSet.map(({ method, path, serves }) => [`${method} ${path}`, serves, name]),
  );
  if (routes.length > 0) {
    output.result(`\n${textTable(["route", "serves", "http_routes"], routes)}`);
  }
}

/** Names the plugins there are, those first whose names are near. */
function noSuchPlugin(id: string, found: readonly DescribedPlugin[]): AlcoveError {
  const names = found.flatMap((plugin) => [plugin.id, plugin.package]);
  const near = nearNames(id, names);
  const isNear = (plugin: DescribedPlugin): boolean => near.includes(plugin.id) || near.includes(plugin.package);
  const nearestFirst = [...found.filter(isNear), ...found.filter((plugin) => !isNear(plugin))];
  const described = nearestFirst.map((plugin) => `${plugin.id} (${plugin.package})`).join(", ");
  const others = found.length === 0 ? "There are no others either." : `Found: ${described}.`;
  return new AlcoveError("PLUGIN_UNKNOWN", `No plugin ${JSON.stringify(id)} was loaded. ${others}`);
}

async function checkPlugins({ config_file, json, start }: CheckOptions, output: ConsoleOutput): Promise<void> {
  if (start && config_file === undefined) {
    throw new AlcoveError("USAGE", "--start needs a configuration to start: add --config_file.");
  }
  const check = start ? rehearseStart : prepareApplication;
  const {
    plugins,
    problems: found,
    notInstalled,
  } = config_file === undefined
    ? { ...(await findPlugins(undefined)), notInstalled: [] }
    : await check({ configFile: config_file });
  const problems = [...found, ...notInstalled];
  const isSound = !problems.some(({ severity }) => severity === "error");
  if (json) {
    output.result(
      JSON.stringify({ ok: isSound, plugins: plugins.length, problems: problems.map(problemAsJson) }, undefined, 2),
    );
  } else {
    if (problems.length > 0) {
      output.notice(formatReport(problems));
    }
    if (isSound) {
      output.result(`OK: ${plugins.length} ${plugins.length === 1 ? "plugin" : "plugins"}`);
    }
  }
  if (!isSound) {
    throw new ReportedFailure();
  }
}

interface DescribedPlugin {
  readonly id: string;
  readonly package: string;
  readonly version: string;
  readonly description: string;
  readonly directory: string;
  readonly foundBy: "dependency" | "plugins:";
  /** Whether the application starts without it where it fails. */
  readonly startup: "required" | "optional";
  /** The range of versions of Alcove it is made for. */
  readonly requires: string;
  readonly contributes: readonly DescribedContribution[];
  /** The component types a configuration uses, as `section.name`; `undefined` where none was given. */
  readonly inUse: readonly string[] | undefined;
}

interface DescribedContribution {
  readonly section: string;
  readonly name: string;
  readonly description: string;
  /** Of a set of HTTP routes: where they are once it is configured, and whom they serve. */
  readonly routes?: readonly { readonly method: string; readonly path: string; readonly serves: string }[];
}

function describePlugins({ plugins, config }: FoundPlugins): DescribedPlugin[] {
  const used = config === undefined ? undefined : [...typesInUse(config, new ComponentTypeRegistry(plugins))];
  return plugins.map((plugin) => ({
    id: plugin.id,
    package: plugin.packageName,
    version: plugin.version,
    description: plugin.manifest.description,
    directory: plugin.directory,
    foundBy: plugin.isListed ? "plugins:" : "dependency",
    startup: plugin.isOptional ? "optional" : "required",
    requires: plugin.manifest.requires.alcove,
    contributes: contributionsOf(plugin),
    inUse: used
      ?.filter((type) => type.plugin.id === plugin.id)
      .map((type) => `${sectionOfKind[type.kind]}.${type.name}`),
  }));
}

function contributionsOf({ manifest: { id, contributes } }: DiscoveredPlugin): DescribedContribution[] {
  return Object.entries(contributes).flatMap(([section, entries]) =>
    Object.entries(entries).map(([name, { description }]) => {
      const routes = section === "http_routes" ? contributes.http_routes[name]?.routes : undefined;
      return { section, name, description, ...(routes === undefined ? {} : { routes: routesOf(id, routes) }) };
    }),
  );
}

function routesOf(
  pluginId: string,
  routes: HttpRoutesContribution["routes"],
): NonNullable<DescribedContribution["routes"]> {
  return Object.entries(routes).map(([address, serves]) => {
    const [method = "", path = ""] = address.split(" ");
    return { method, path: pluginPath(pluginId, path), serves };
  });
}
