import { AlcoveError, z } from "@alcove/plugin-api";
import { userIdOf } from "@alcove/server";
import { type Command, Option } from "commander";
import { Application } from "../application.js";
import { addConfigOptions, addLogLevelOption, type ConfigOptions, logLevelOf } from "../common-options.js";
import type { ConsoleOutput } from "../console-output.js";
import { createLogger } from "../logger.js";
import { payloadFields } from "../payload-description.js";
import { prepareApplication, soundApplication } from "../prepare-application.js";
import type { CommandContext } from "./command-context.js";

interface RunCommandOptions extends ConfigOptions {
  readonly input: readonly string[];
  readonly user_id: string;
  readonly json: boolean;
  readonly log_level: string;
}

/** `alcove run`: runs the workflow once for each input, in the session of one user, without HTTP. */
export function addRunCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("run")
    .summary("run the workflow without a server")
    .description(
      "Run the workflow of a configuration once for each input, in the order given, and print the results.\n" +
        "It uses the same store as the server, so it finds what the server's users left, and has to wait until no server holds it.",
    );
  addLogLevelOption(addConfigOptions(command))
    .addOption(
      new Option("--input <json-or-text>", "the input: JSON, or text where it is not JSON; may be repeated")
        .makeOptionMandatory()
        .argParser((text: string, others: readonly string[] | undefined) => [...(others ?? []), text]),
    )
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
  const logger = createLogger({ level: runLogLevel(options.log_level), format: "pretty", to: 2 });
  const prepared = await prepareApplication({ configFile: options.config_file, overrides: options.override });
  const application = await Application.start(soundApplication(prepared), { logger, purpose: "alcove run" });
  try {
    const userId = userIdOf(options.user_id);
    for (const text of options.input) {
      const result = await runOnce(application, userId, text);
      output.result(JSON.stringify(result, undefined, options.json ? 0 : 2) ?? "null");
    }
  } finally {
    await application.close();
  }
}

async function runOnce({ runtime }: Application, userId: string, text: string): Promise<unknown> {
  const { workflow, sessions } = runtime;
  const body = bodyOf(text, workflow.inputSchema);
  const session = sessions.session({ userId });
  try {
    return workflow.wrapOutput(await session.run(workflow.unwrapInput(body)).result());
  } finally {
    session.close();
  }
}

/** What a server would be sent: an object as it is, anything else as the `value` of a workflow that takes just that. */
function bodyOf(text: string, inputSchema: z.ZodType): unknown {
  const input = jsonOrText(text);
  if (typeof input === "object" && input !== null && !Array.isArray(input)) {
    return input;
  }
  const fields = payloadFields(inputSchema).map(({ name }) => name);
  if (!fields.includes("value")) {
    const message = `The workflow takes a JSON object (${fields.join(", ")}), and --input is ${JSON.stringify(text)}.`;
    throw new AlcoveError("INPUT_INVALID", message);
  }
  return { value: input };
}

function jsonOrText(text: string): unknown {
  try {
    return z.unknown().parse(JSON.parse(text));
  } catch {
    return text;
  }
}

// The results are what counts here, so the log keeps to what is remarkable unless it was asked for more.
function runLogLevel(text: string): "debug" | "warn" | "error" | "silent" {
  const level = logLevelOf(text);
  return level === "info" ? "warn" : level;
}
