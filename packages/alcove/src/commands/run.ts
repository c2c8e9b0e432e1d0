import { AlcoveError, type Logger } from "@alcove/plugin-api";
import { userIdOf } from "@alcove/server";
import { type Command, Option } from "commander";
import { Application } from "../application.js";
import {
  addConfigOptions,
  addLogLevelOption,
  addRequiredOption,
  type ConfigOptions,
  logLevelOf,
} from "../common-options.js";
import type { ConsoleOutput } from "../console-output.js";
import { configuredLogger, levelOfScope } from "../logging/configured-logger.js";
import { prepareApplication, type SoundApplication, soundApplication } from "../prepare-application.js";
import { runWorkflow } from "../run-workflow.js";
import { clientOfHolder } from "../sessions/held-store.js";
import type { CommandContext } from "./command-context.js";

interface RunCommandOptions extends ConfigOptions {
  readonly input: readonly string[];
  readonly user_id: string;
  readonly json: boolean;
  readonly log_level?: string;
}

/** `alcove run`: runs the workflow once for each input, in the session of one user, without HTTP. */
export function addRunCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("run")
    .description(
      "Run the workflow of a configuration once for each input, in the order given, and print the results.\n" +
        "It uses the same sessions as the server; while a server has them open, that server carries out the runs.",
    );
  const input = new Option("--input <json-or-text>", "the input: JSON, or text where it is not JSON; may be repeated");
  input.argParser((text: string, others: readonly string[] | undefined) => [...(others ?? []), text]);
  return addRequiredOption(addLogLevelOption(addConfigOptions(command)), input)
    .option(
      "--user_id <user>",
      "whose session: the value of the user's nat-session cookie, or a user id (a UUID) as /monitor/users shows it",
      "alcove_run_user",
    )
    .option("--json", "print each result on a line of its own, for scripts", false)
    .addHelpText("after", examples)
    .action((options: RunCommandOptions) => run(options, context.output));
}

const examples = `
Examples:
  $ alcove run --config_file configs/config.yml --input '{"command": "note", "action": "list"}'
  $ alcove run --config_file configs/config.yml --user_id alice --input '{"command": "stats"}' --json
`;

async function run(options: RunCommandOptions, output: ConsoleOutput): Promise<void> {
  if (options.user_id === "") {
    throw new AlcoveError("USAGE", "--user_id is empty. Name a user, or leave the option out.");
  }
  const prepared = soundApplication(
    await prepareApplication({ configFile: options.config_file, overrides: options.override }),
  );
  const runner = await startRunner(prepared, runLogger(options.log_level, prepared));
  try {
    const userId = userIdOf(options.user_id);
    for (const text of options.input) {
      const reply: unknown = JSON.parse(await runner.run(userId, text));
      output.result(JSON.stringify(reply, undefined, options.json ? 0 : 2));
    }
  } finally {
    await runner.close();
  }
}

interface WorkflowRunner {
  run(userId: string, input: string): Promise<string>;
  close(): Promise<void>;
}

/** The application itself, or, where a server has the store open, that server. */
async function startRunner(prepared: SoundApplication, logger: Logger): Promise<WorkflowRunner> {
  try {
    const application = await Application.start(prepared, { logger, purpose: "alcove run" });
    return {
      run: (userId, input) => runWorkflow(application.runtime, userId, input),
      close: async () => void (await application.close()),
    };
  } catch (error) {
    const client = clientOfHolder(error, prepared.config.general.application);
    if (client === undefined) {
      throw error;
    }
    return { run: (userId, input) => client.run(userId, input), close: async () => undefined };
  }
}

// The results are what counts here, so the log keeps to what is remarkable unless it was asked for more.
function runLogger(text: string | undefined, { config, document }: SoundApplication): Logger {
  const { logging } = config.general.telemetry;
  const asked = levelOfScope({ logging, level: logLevelOf(text) }, "run");
  const level = asked === "info" ? "warn" : asked;
  return configuredLogger({
    logging: { ...logging, format: "pretty" },
    level,
    isTerminal: true,
    secrets: document.secrets,
    to: 2,
  });
}
