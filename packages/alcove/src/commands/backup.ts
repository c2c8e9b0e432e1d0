import { resolve } from "node:path";
import type { Command } from "commander";
import { addConfigOptions, type ConfigOptions } from "../common-options.js";
import type { ConsoleOutput } from "../console-output.js";
import { withAdministration } from "../sessions/with-administration.js";
import type { CommandContext } from "./command-context.js";

interface BackupOptions extends ConfigOptions {
  readonly force: boolean;
  readonly json: boolean;
}

/** `alcove backup`: copies the session store, also while it is being served. */
export function addBackupCommand(program: Command, { output }: CommandContext): Command {
  const command = program
    .command("backup <file>")
    .description(
      "Copy the session store, as it is at one moment, into a file that only you can read. A server that has the store " +
        "open writes the copy and goes on serving. The copy is a session store of its own: serve it, or stop the server and " +
        "put it in the place of the original.",
    );
  return addConfigOptions(command)
    .option("--force", "replace a file that is there already; never one that a store has used", false)
    .option("--json", "print JSON", false)
    .addHelpText("after", examples)
    .action((file: string, options: BackupOptions) => backup(file, options, output));
}

const examples = `
Examples:
  $ alcove backup sessions-2026-11-21.sqlite --config_file configs/config.yml
  $ alcove serve --config_file configs/config.yml --override general.store.path sessions-2026-11-21.sqlite
`;

async function backup(name: string, options: BackupOptions, output: ConsoleOutput): Promise<void> {
  // The server that writes it may have been started in another folder.
  const file = resolve(name);
  await withAdministration(options, { purpose: "alcove backup" }, (administration) =>
    administration.backup(file, options.force),
  );
  output.result(options.json ? JSON.stringify({ file }) : `The session store was copied to ${file}.`);
}
