import type { Command } from "commander";
import type { CommandContext } from "./command-context.js";

/** A command of `alcove`, as far as it is known before its code is loaded. */
export interface LazyCommand {
  readonly name: string;
  /** What follows the name in the list of commands. */
  readonly usage: string;
  readonly summary: string;
  /** Loads what adds it to the program, with all its options, and carries it out. What that returns is the command. */
  load(): Promise<(program: Command, context: CommandContext) => Command>;
}

/** Every command, in the order of the list. Each is loaded when the command line names it: a start is mostly loading. */
export const commands: readonly LazyCommand[] = [
  {
    name: "serve",
    usage: "[options]",
    summary: "serve the workflow over HTTP",
    load: async () => (await import("./serve.js")).addServeCommand,
  },
  {
    name: "run",
    usage: "[options]",
    summary: "run the workflow without HTTP",
    load: async () => (await import("./run.js")).addRunCommand,
  },
  {
    name: "validate",
    usage: "[options]",
    summary: "check a configuration and start nothing",
    load: async () => (await import("./validate.js")).addValidateCommand,
  },
  {
    name: "info",
    usage: "",
    summary: "show what is installed",
    load: async () => (await import("./info.js")).addInfoCommand,
  },
  {
    name: "plugins",
    usage: "",
    summary: "show and check the plugins of a project",
    load: async () => (await import("./plugins.js")).addPluginsCommand,
  },
  {
    name: "sessions",
    usage: "",
    summary: "list, show, export, import, delete and verify sessions",
    load: async () => (await import("./sessions.js")).addSessionsCommand,
  },
  {
    name: "backup",
    usage: "[options] <file>",
    summary: "copy the session store into a file",
    load: async () => (await import("./backup.js")).addBackupCommand,
  },
  {
    name: "create",
    usage: "",
    summary: "begin a plugin, or a project that serves plugins",
    load: async () => (await import("./create.js")).addCreateCommand,
  },
];
