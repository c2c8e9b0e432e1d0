import { AlcoveError, type ErrorCode, formatReport, StartupRefusedError } from "@alcove/plugin-api";
import { Command, CommanderError } from "commander";
import { addBackupCommand } from "./commands/backup.js";
import type { CommandContext } from "./commands/command-context.js";
import { addCreateCommand } from "./commands/create.js";
import { addInfoCommand } from "./commands/info.js";
import { addPluginsCommand } from "./commands/plugins.js";
import { addRunCommand } from "./commands/run.js";
import { addServeCommand } from "./commands/serve.js";
import { addSessionsCommand } from "./commands/sessions.js";
import { addValidateCommand } from "./commands/validate.js";
import type { ConsoleOutput } from "./console-output.js";
import { joinOverrides } from "./override-arguments.js";
import { ReportedFailure } from "./reported-failure.js";
import { alcoveVersion } from "./version.js";

/** What the process exits with: 0 when all went well, 1 for a failure, 2 when the command line itself is wrong. */
export type ExitCode = 0 | 1 | 2;

const wrongCommandLine: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["USAGE", "PLUGIN_UNKNOWN", "PROJECT_REFUSED"]);

/** Options of {@link runCommandLine}. */
export interface CommandLineOptions extends CommandContext {
  /** Whether faults of Alcove itself are shown with their stack. */
  readonly showsStacks: boolean;
}

/** Runs `alcove <arguments>` to its end. Never rejects: what went wrong is printed, and told by the exit code. */
export async function runCommandLine(
  alcoveArguments: readonly string[],
  options: CommandLineOptions,
): Promise<ExitCode> {
  try {
    await createProgram(options).parseAsync(joinOverrides(alcoveArguments), { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      return isAnswer(error) ? 0 : 2;
    }
    printError(error, options.output, options.showsStacks);
    return AlcoveError.is(error) && wrongCommandLine.has(error.code) ? 2 : 1;
  }
}

function createProgram(context: CommandContext): Command {
  const program = new Command("alcove")
    .description("Per-user, stateful agent workflows.")
    .version(alcoveVersion, "--version", "print the version")
    .showHelpAfterError("(add --help for the options and examples)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.output.result(text.trimEnd()),
      writeErr: (text) => context.output.notice(text.trimEnd()),
    })
    .addHelpText("after", "\nExample:\n  $ alcove serve --config_file configs/config.yml\n");
  addServeCommand(program, context);
  addRunCommand(program, context);
  addValidateCommand(program, context);
  addInfoCommand(program, context);
  addPluginsCommand(program, context);
  addSessionsCommand(program, context);
  addBackupCommand(program, context);
  addCreateCommand(program, context);
  return program;
}

// Help and version that were asked for. Help that is shown because no command was given is a wrong command line.
function isAnswer({ code }: CommanderError): boolean {
  return code === "commander.helpDisplayed" || code === "commander.version";
}

function printError(error: unknown, output: ConsoleOutput, showsStacks: boolean): void {
  if (error instanceof ReportedFailure) {
    return;
  }
  if (error instanceof StartupRefusedError) {
    output.notice(formatReport(error.problems));
  } else if (AlcoveError.is(error)) {
    output.notice(`error: ${error.message}\nhow to mend it: ${error.remedy}`);
  } else {
    output.notice(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (showsStacks && error instanceof Error) {
    output.notice(stackOf(error));
  }
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
