import { AlcoveError, formatReport, nearNames, type Problem } from "@alcove/plugin-api";
import type { Command } from "commander";
import type { ConsoleOutput } from "../console-output.js";
import { findPlugins } from "../find-plugins.js";
import { prepareApplication } from "../prepare-application.js";
import { problemAsJson } from "../problem-as-json.js";
import { rehearseStart } from "../rehearse-start.js";
import { ReportedFailure } from "../reported-failure.js";
import { textTable } from "../text-table.js";
import type { CommandContext } from "./command-context.js";
import { type DescribedPlugin, describePlugins } from "./described-plugin.js";

interface PluginsOptions {
  readonly config_file?: string;
  readonly json: boolean;
}

interface CheckOptions extends PluginsOptions {
  readonly start: boolean;
}

/** `alcove plugins`: what was found, from where, what it contributes, and why something was not loaded. */
export function addPluginsCommand(program: Command, { output }: CommandContext): Command {
  const plugins = program
    .command("plugins")
    .description(
      "Show and check the plugins among the direct dependencies of the host project, which is the nearest package.json, " +
        "and those a configuration lists.",
    );
  addOptions(
    plugins
      .command("list")
      .summary("list the plugins, and why any was not loaded")
      .description(
        "List the plugins that were found: their versions, where they are, and with a configuration whether it uses them. Says of any " +
          "other why it was not loaded. Runs no code of any plugin.",
      ),
  ).action((options: PluginsOptions) => listPlugins(options, output));
  addOptions(
    plugins
      .command("info <id>")
      .summary("show one plugin, and what it contributes")
      .description(
        "Show one plugin, by its id or the name of its package, and what it contributes. Runs none of its code.",
      ),
  ).action((id: string, options: PluginsOptions) => showPlugin(id, options, output));
  addOptions(
    plugins
      .command("check")
      .summary("check manifests, versions and modules")
      .description(
        "Check the plugins as a start would. With a configuration, the modules it uses are imported too. With --start they are also started: " +
          "services, hooks and components are built, on a store that is thrown away, the room of one user too, and closed again. So it shows " +
          "what fails or hangs meanwhile, and what is left open. Ends with 1 when there are errors.",
      ),
  )
    .option("--start", "start what the configuration uses, and close it again", false)
    .action((options: CheckOptions) => checkPlugins(options, output));
  return plugins;
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
    output.result(
      found.problems.length === 0
        ? `No plugins are installed among the dependencies of ${found.hostDirectory}.`
        : "No plugin could be loaded.",
    );
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
    throw notLoaded(id, described, found.problems, output);
  }
  if (json) {
    output.result(JSON.stringify(plugin, undefined, 2));
  } else {
    printPlugin(plugin, output);
  }
}

/** Says why a plugin was refused where any was. Whoever names one that was has made no mistake on the command line. */
function notLoaded(
  id: string,
  loaded: readonly DescribedPlugin[],
  problems: readonly Problem[],
  output: ConsoleOutput,
): Error {
  if (problems.length > 0) {
    output.notice(formatReport(problems));
  }
  const near = nearNames(
    id,
    loaded.flatMap((plugin) => [plugin.id, plugin.package]),
  );
  const isNear = (plugin: DescribedPlugin): boolean => near.includes(plugin.id) || near.includes(plugin.package);
  const nearestFirst = [...loaded.filter(isNear), ...loaded.filter((plugin) => !isNear(plugin))];
  const names = nearestFirst.map((plugin) => `${plugin.id} (${plugin.package})`).join(", ");
  const others = loaded.length === 0 ? "There are no others either." : `Found: ${names}.`;
  const message = `No plugin ${JSON.stringify(id)} was loaded. ${others}`;
  const isMisspelt = problems.length === 0 || near.length > 0;
  return isMisspelt ? new AlcoveError("PLUGIN_UNKNOWN", message) : new Error(message);
}

function printPlugin(plugin: DescribedPlugin, output: ConsoleOutput): void {
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
