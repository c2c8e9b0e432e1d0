import { formatReport, StartupRefusedError } from "@alcove/plugin-api";
import { routesOfPlan } from "@alcove/runtime";
import type { Command } from "commander";
import { addConfigOptions, type ConfigOptions } from "../common-options.js";
import type { ConsoleOutput } from "../console-output.js";
import { type PreparedApplication, prepareApplication } from "../prepare-application.js";
import { problemAsJson } from "../problem-as-json.js";
import { ReportedFailure } from "../reported-failure.js";
import type { CommandContext } from "./command-context.js";

interface ValidateOptions extends ConfigOptions {
  readonly json: boolean;
}

/** `alcove validate`: checks everything `alcove serve` would check, and starts nothing. */
export function addValidateCommand(program: Command, { output }: CommandContext): Command {
  const command = program
    .command("validate")
    .description(
      "Check a configuration, its plugins and the dependency graph, and report all problems, one a line.\n" +
        "Opens no store and listens nowhere. Ends with 1 when there are errors; warnings alone are fine.",
    );
  return addConfigOptions(command)
    .option("--json", "print the report as JSON", false)
    .addHelpText("after", "\nExample:\n  $ alcove validate --config_file configs/config.yml\n")
    .action((options: ValidateOptions) => validate(options, output));
}

async function validate(options: ValidateOptions, output: ConsoleOutput): Promise<void> {
  const prepared = await prepareApplication({
    configFile: options.config_file,
    overrides: options.override,
    isServed: true,
  });
  if (options.json) {
    output.result(JSON.stringify(reportAsJson(prepared), undefined, 2));
  } else if (prepared.plan !== undefined) {
    if (prepared.problems.length > 0) {
      output.result(formatReport(prepared.problems));
    }
    output.result(`OK: ${summaryOf(prepared)}`);
  }
  if (prepared.plan === undefined) {
    throw options.json ? new ReportedFailure() : new StartupRefusedError(prepared.problems);
  }
}

function reportAsJson({ configFile, plan, config, problems }: PreparedApplication): Readonly<Record<string, unknown>> {
  return {
    ok: plan !== undefined,
    configFile,
    application: config?.general.application ?? null,
    workflow: config?.workflow?.type ?? null,
    problems: problems.map(problemAsJson),
  };
}

function summaryOf({ configFile, config, plan, plugins }: PreparedApplication): string {
  const functions = Object.keys(config?.functions ?? {}).length;
  const groups = Object.keys(config?.functionGroups ?? {}).length;
  const routes = plan === undefined ? 0 : routesOfPlan(plan).length;
  return [
    `${configFile}: workflow ${config?.workflow?.type} (${plan?.workflow.component.scope})`,
    `${functions} ${functions === 1 ? "function" : "functions"}`,
    `${groups} function ${groups === 1 ? "group" : "groups"}`,
    ...(routes === 0 ? [] : [`${routes} ${routes === 1 ? "route" : "routes"} of plugins`]),
    `${plugins.length} ${plugins.length === 1 ? "plugin" : "plugins"} found`,
  ].join(", ");
}
