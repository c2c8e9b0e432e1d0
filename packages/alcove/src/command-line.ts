import { Command, CommanderError, Help } from "commander";
import type { CommandContext } from "./commands/command-context.js";
import { commands } from "./commands/commands.js";
import type { ExitCode } from "./exit-code.js";
import { alcoveVersion } from "./version.js";

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
    const program = await createProgram(alcoveArguments, options);
    await program.parseAsync(await joined(alcoveArguments), { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      return isAnswer(error) ? 0 : 2;
    }
    const { printError } = await import("./print-error.js");
    return printError(error, options.output, options.showsStacks);
  }
}

/**
 * Makes the program, with every command that occurs among the arguments. Of the others it has what the list of commands shows.
 */
export async function createProgram(alcoveArguments: readonly string[], context: CommandContext): Promise<Command> {
  const terms = new Map<Command, string>();
  const program = new Command("alcove")
    .description("Per-user, stateful agent workflows.")
    .version(alcoveVersion, "--version", "print the version")
    .showHelpAfterError("(add --help for the options and examples)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.output.result(text.trimEnd()),
      writeErr: (text) => context.output.notice(text.trimEnd()),
    })
    .configureHelp({ subcommandTerm: (command) => terms.get(command) ?? new Help().subcommandTerm(command) })
    .addHelpText("after", "\nExample:\n  $ alcove serve --config_file configs/config.yml\n");
  for (const { name, usage, summary, load } of commands) {
    if (alcoveArguments.includes(name)) {
      const add = await load();
      add(program, context).summary(summary);
    } else {
      terms.set(program.command(name).summary(summary), `${name} ${usage}`.trimEnd());
    }
  }
  return program;
}

/** The arguments as the parser takes them. */
async function joined(alcoveArguments: readonly string[]): Promise<readonly string[]> {
  if (!alcoveArguments.includes("--override")) {
    return alcoveArguments;
  }
  const { joinOverrides } = await import("./override-arguments.js");
  return joinOverrides(alcoveArguments);
}

// Help and version that were asked for. Help that is shown because no command was given is a wrong command line.
function isAnswer({ exitCode }: CommanderError): boolean {
  return exitCode === 0;
}
