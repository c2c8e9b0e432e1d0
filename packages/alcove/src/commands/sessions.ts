import { open, readFile } from "node:fs/promises";
import { AlcoveError } from "@alcove/plugin-api";
import { type SessionAdministration, userIdOf } from "@alcove/server";
import { type Command, InvalidArgumentError } from "commander";
import { addConfigOptions, type ConfigOptions } from "../common-options.js";
import type { ConsoleOutput } from "../console-output.js";
import { ReportedFailure } from "../reported-failure.js";
import { withAdministration } from "../sessions/with-administration.js";
import type { CommandContext } from "./command-context.js";
import {
  damageAsJson,
  damageText,
  descriptionAsJson,
  descriptionText,
  SessionTotals,
  sessionAsJson,
  sessionListHeading,
  sessionListRow,
} from "./session-texts.js";

interface SessionsOptions extends ConfigOptions {
  readonly json: boolean;
}

/** `alcove sessions …`: looks after the stored sessions, also while they are being served. */
export function addSessionsCommand(program: Command, { output }: CommandContext): Command {
  const sessions = program
    .command("sessions")
    .description(
      "Look after the stored sessions of a configuration: in the store itself, or, while `alcove serve` has it open, " +
        "through the socket that server has for you alone.",
    );
  addList(sessions, output);
  addShow(sessions, output);
  addExport(sessions, output);
  addImport(sessions, output);
  addDelete(sessions, output);
  addVerify(sessions, output);
  return sessions;
}

const userHelp =
  "\nA user is named by the value of the nat-session cookie, or by the id (a UUID) that `alcove sessions list` shows.\n";

function addSubcommand(sessions: Command, usage: string, summary: string): Command {
  return addConfigOptions(sessions.command(usage).summary(summary)).option("--json", "print JSON", false);
}

function within<Result>(
  name: string,
  options: ConfigOptions,
  task: (administration: SessionAdministration) => Promise<Result>,
): Promise<Result> {
  return withAdministration(options, { purpose: `alcove sessions ${name}`, mayCreate: name === "import" }, task);
}

function addList(sessions: Command, output: ConsoleOutput): void {
  addSubcommand(sessions, "list", "list the sessions of the application")
    .description(
      "List the sessions of the application, those that are damaged too, with totals at the end.\n" +
        "With --json each session is a JSON object on a line of its own, without totals.",
    )
    .option("--limit <count>", "list so many at most", parseCount)
    .addHelpText("after", "\nExample:\n  $ alcove sessions list --config_file configs/config.yml --limit 20\n")
    .action((options: SessionsOptions & { readonly limit?: number }) =>
      within("list", options, async (administration) => {
        const totals = new SessionTotals();
        if (!options.json) {
          output.result(sessionListHeading);
        }
        for await (const session of administration.list(options.limit)) {
          totals.add(session);
          output.result(options.json ? JSON.stringify(sessionAsJson(session)) : sessionListRow(session));
        }
        if (!options.json) {
          output.result(totals.text());
        }
      }),
    );
}

function addShow(sessions: Command, output: ConsoleOutput): void {
  addSubcommand(sessions, "show <user>", "show what is in a session")
    .description("Show a session: when it began and ends, its components and their sizes, and its records by kind.")
    .option("--values", "show the components' states too", false)
    .addHelpText(
      "after",
      `${userHelp}\nExample:\n  $ alcove sessions show alice --config_file configs/config.yml --values\n`,
    )
    .action((user: string, options: SessionsOptions & { readonly values: boolean }) =>
      within("show", options, async (administration) => {
        const session = await administration.describe(userIdOf(user));
        const { json, values } = options;
        output.result(
          json ? JSON.stringify(descriptionAsJson(session, values), undefined, 2) : descriptionText(session, values),
        );
      }),
    );
}

function addExport(sessions: Command, output: ConsoleOutput): void {
  addSubcommand(sessions, "export <user>", "write a session and its records as JSON")
    .description("Write a session and its records as one JSON document, as it was committed last.")
    .option("--output <file>", "a new file to write to, readable by you alone; standard output if left out")
    .option("--force", "replace the file if it is there already", false)
    .addHelpText(
      "after",
      `${userHelp}\nExample:\n  $ alcove sessions export alice --config_file configs/config.yml --output alice.json\n`,
    )
    .action((user: string, options: SessionsOptions & { readonly output?: string; readonly force: boolean }) =>
      within("export", options, async (administration) => {
        const userId = userIdOf(user);
        const text = await administration.export(userId);
        if (options.output === undefined) {
          output.result(text);
          return;
        }
        await writeOwn(options.output, `${text}\n`, options.force);
        output.result(
          options.json
            ? JSON.stringify({ user: userId, file: options.output })
            : `The session of ${userId} was written to ${options.output}.`,
        );
      }),
    );
}

function addImport(sessions: Command, output: ConsoleOutput): void {
  addSubcommand(sessions, "import <file>", "store an exported session")
    .description(
      "Store a session that was exported, from this application or another one, in the application of the configuration.",
    )
    .option("--replace", "put it in the place of the session the user has already", false)
    .addHelpText(
      "after",
      "\nExample:\n  $ alcove sessions import alice.json --config_file configs/config.yml --replace\n",
    )
    .action(async (file: string, options: SessionsOptions & { readonly replace: boolean }) => {
      const text = await readText(file);
      await within("import", options, async (administration) => {
        const { userId } = await administration.import(text, options.replace);
        output.result(options.json ? JSON.stringify({ user: userId }) : `The session of ${userId} was imported.`);
      });
    });
}

function addDelete(sessions: Command, output: ConsoleOutput): void {
  addSubcommand(sessions, "delete [user]", "end a session and remove it")
    .description(
      "End a session and remove it with its records, a damaged one too. A server waits until the user's runs are over.",
    )
    .option("--entry <entry>", "instead of a user: the entry of a damaged session of which nobody can tell whose it is")
    .addHelpText("after", `${userHelp}\nExample:\n  $ alcove sessions delete alice --config_file configs/config.yml\n`)
    .action((user: string | undefined, options: SessionsOptions & { readonly entry?: string }) => {
      const { entry, json } = options;
      if ((user === undefined) === (entry === undefined)) {
        throw new AlcoveError("USAGE", "Name either a user or an --entry.");
      }
      return within("delete", options, async (administration) => {
        const deleted = user === undefined ? { entry } : { user: userIdOf(user) };
        await (deleted.user === undefined
          ? administration.deleteEntry(deleted.entry ?? "")
          : administration.delete(deleted.user));
        output.result(json ? JSON.stringify(deleted) : `The session of ${deleted.user ?? deleted.entry} was deleted.`);
      });
    });
}

function addVerify(sessions: Command, output: ConsoleOutput): void {
  addSubcommand(sessions, "verify", "read and check every session and record of the store")
    .description(
      "Read every session and every record of the store, and report those that are damaged. Ends with 1 when there are any.\n" +
        "With --json each of them is a JSON object on a line of its own, and the last line has the totals.",
    )
    .addHelpText("after", "\nExample:\n  $ alcove sessions verify --config_file configs/config.yml\n")
    .action((options: SessionsOptions) =>
      within("verify", options, async (administration) => {
        const totals = await administration.verify((entry) => {
          output.result(options.json ? JSON.stringify(damageAsJson(entry)) : damageText(entry));
        });
        const { entries, damaged } = totals;
        output.result(options.json ? JSON.stringify(totals) : `${entries} entries read, ${damaged} damaged`);
        if (damaged > 0) {
          throw new ReportedFailure();
        }
      }),
    );
}

/** Writes a file for the owner only. */
async function writeOwn(file: string, text: string, overwrite: boolean): Promise<void> {
  try {
    const handle = await open(file, overwrite ? "w" : "wx", 0o600);
    try {
      const isFile = (await handle.stat()).isFile();
      // One that was there already has the mode it had.
      if (isFile) {
        await handle.chmod(0o600);
      }
      await handle.writeFile(text);
      // Whoever is told that it is written may delete the session.
      if (isFile) {
        await handle.sync();
      }
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw fileError(`The file ${file} could not be written`, cause);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    throw fileError(`The file ${file} could not be read`, cause);
  }
}

function fileError(what: string, cause: unknown): Error {
  return new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw new InvalidArgumentError("Give a whole number, 1 or greater.");
  }
  return Number(text);
}
