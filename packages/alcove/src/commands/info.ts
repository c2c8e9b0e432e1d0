import { formatReport, StartupRefusedError } from "@alcove/plugin-api";
import { type ComponentType, ComponentTypeRegistry } from "@alcove/plugin-loader";
import { builtInPlugin, typesInUse } from "@alcove/runtime";
import type { Command } from "commander";
import type { ConsoleOutput } from "../console-output.js";
import { findPlugins } from "../find-plugins.js";
import { textTable } from "../text-table.js";
import type { CommandContext } from "./command-context.js";

interface InfoOptions {
  readonly config_file?: string;
  readonly json: boolean;
}

/** `alcove info components`: what the installed plugins contribute. */
export function addInfoCommand(program: Command, { output }: CommandContext): Command {
  const info = program.command("info").description("Show what is installed.");
  info
    .command("components")
    .summary("list the component types of Alcove and the installed plugins")
    .description(
      "List the component types a configuration may use: those of Alcove, of the plugins among the direct dependencies of the " +
        "host project, which is the nearest package.json, and of the configuration's own plugins. Runs no code of any plugin.",
    )
    .option("--config_file <file>", "a configuration, to look from there and to see which types it uses")
    .option("--json", "print JSON", false)
    .addHelpText(
      "after",
      "\nExamples:\n  $ alcove info components\n  $ alcove info components --config_file configs/config.yml --json\n",
    )
    .action((options: InfoOptions) => showComponents(options, output));
  return info;
}

async function showComponents(options: InfoOptions, output: ConsoleOutput): Promise<void> {
  const { config, plugins, problems } = await findPlugins(options.config_file);
  if (problems.some(({ severity }) => severity === "error")) {
    throw new StartupRefusedError(problems);
  }
  if (problems.length > 0) {
    output.notice(formatReport(problems));
  }
  const registry = new ComponentTypeRegistry([...plugins, builtInPlugin]);
  const inUse = config === undefined ? undefined : typesInUse(config, registry);
  const types = registry.all();
  if (options.json) {
    output.result(
      JSON.stringify(
        types.map((type) => componentAsJson(type, inUse)),
        undefined,
        2,
      ),
    );
    return;
  }
  if (plugins.length === 0) {
    output.notice("No plugins are installed among the dependencies of the host project.");
  }
  const use = inUse === undefined ? [] : ["in use"];
  const heading = ["kind", "type", "qualified type", "scope", "plugin", "version", ...use, "description"];
  output.result(
    textTable(
      heading,
      types.map((type) => componentRow(type, inUse)),
    ),
  );
}

function componentRow(type: ComponentType, inUse: ReadonlySet<ComponentType> | undefined): readonly string[] {
  const { plugin, contribution } = type;
  const use = inUse === undefined ? [] : [inUse.has(type) ? "yes" : "no"];
  return [
    type.kind.replaceAll("_", " "),
    type.name,
    type.qualifiedName,
    contribution.scope,
    plugin.packageName,
    plugin.version,
    ...use,
    contribution.description,
  ];
}

function componentAsJson(
  type: ComponentType,
  inUse: ReadonlySet<ComponentType> | undefined,
): Readonly<Record<string, unknown>> {
  const { kind, name, qualifiedName, plugin, contribution } = type;
  return {
    kind,
    type: name,
    qualifiedType: qualifiedName,
    scope: contribution.scope,
    plugin: plugin.packageName,
    version: plugin.version,
    description: contribution.description,
    ...(inUse === undefined ? {} : { inUse: inUse.has(type) }),
  };
}
