import { parseArgs } from "node:util";
import { createProject } from "./create-project.js";
import { packageVersion } from "./package-version.js";
import { projectKinds } from "./project-kind.js";
import { ProjectRefusedError } from "./project-refused-error.js";

const usage = `Usage: npm create alcove plugin <name>
       npm create alcove app <name>

Begins a plugin, or a project that serves plugins, in a folder of its own in the working directory.

Examples:
  $ npm create alcove plugin alcove-plugin-word-count
  $ npm create alcove plugin @acme/word-count
  $ npm create alcove app my-rooms`;

/** Where the command is run, and where it prints. */
export interface CommandLineContext {
  readonly workingDirectory: string;
  /** Prints what was asked for. */
  result(text: string): void;
  /** Prints what went wrong. */
  notice(text: string): void;
}

/** Runs `create-alcove <arguments>`. Resolves to the exit code: 0, 1 for a failure, 2 when the command line is wrong. */
export async function runCommandLine(
  commandArguments: readonly string[],
  context: CommandLineContext,
): Promise<0 | 1 | 2> {
  const { values, positionals, fault } = parse(commandArguments);
  if (values.help === true || values.version === true) {
    context.result(values.help === true ? usage : packageVersion);
    return 0;
  }
  const kind = projectKinds.find((each) => each === positionals[0]);
  const name = positionals[1];
  if (fault !== undefined || kind === undefined || name === undefined || positionals.length > 2) {
    context.notice(fault === undefined ? usage : `error: ${fault}\n\n${usage}`);
    return 2;
  }
  try {
    const { summary } = await createProject({ kind, name, parentFolder: context.workingDirectory });
    context.result(summary);
    return 0;
  } catch (error) {
    context.notice(`error: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof ProjectRefusedError ? 2 : 1;
  }
}

interface ParsedArguments {
  readonly values: { readonly help?: boolean; readonly version?: boolean };
  readonly positionals: readonly string[];
  readonly fault?: string;
}

function parse(commandArguments: readonly string[]): ParsedArguments {
  try {
    return parseArgs({
      args: [...commandArguments],
      options: { help: { type: "boolean", short: "h" }, version: { type: "boolean" } },
      allowPositionals: true,
    });
  } catch (error) {
    return { values: {}, positionals: [], fault: error instanceof Error ? error.message : String(error) };
  }
}
