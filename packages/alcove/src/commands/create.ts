import { AlcoveError } from "@alcove/plugin-api";
import type { Command } from "commander";
import type { ProjectKind } from "create-alcove";
import type { ConsoleOutput } from "../console-output.js";
import type { CommandContext } from "./command-context.js";

/** `alcove create`: begins a plugin, or a project that serves plugins, in a folder of its own. */
export function addCreateCommand(program: Command, { output }: CommandContext): Command {
  const command = program.command("create");
  command
    .command("plugin <name>")
    .summary("begin a plugin")
    .description(
      "Make a folder in the working directory with a plugin: a manifest, a per-user function, its test and a README. The name " +
        "is that of the npm package, and may have a scope. A folder that is there and not empty is left alone.",
    )
    .addHelpText("after", examplesOf("plugin", ["alcove-plugin-word-count", "@acme/word-count"]))
    .action((name: string) => create("plugin", name, output));
  command
    .command("app <name>")
    .summary("begin a project that serves plugins")
    .description(
      "Make a folder in the working directory with a project: a configuration that serves an example plugin, and a test.\n" +
        "A folder that is there and not empty is left alone.",
    )
    .addHelpText("after", examplesOf("app", ["my-rooms"]))
    .action((name: string) => create("app", name, output));
  return command;
}

function examplesOf(kind: ProjectKind, names: readonly string[]): string {
  return `\n${names.length > 1 ? "Examples" : "Example"}:\n${names.map((name) => `  $ alcove create ${kind} ${name}\n`).join("")}`;
}

async function create(kind: ProjectKind, name: string, output: ConsoleOutput): Promise<void> {
  // No other command needs it.
  const { createProject, ProjectRefusedError } = await import("create-alcove");
  try {
    const { summary } = await createProject({ kind, name, parentFolder: process.cwd() });
    output.result(summary);
  } catch (error) {
    throw error instanceof ProjectRefusedError
      ? new AlcoveError("PROJECT_REFUSED", error.message, { cause: error })
      : error;
  }
}
