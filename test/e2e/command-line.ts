import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The folder of the workspace. */
export const workspaceFolder = fileURLToPath(new URL("../..", import.meta.url));

/** The Node binary the command line is run with: this one, unless `ALCOVE_TEST_NODE` names another. */
export const nodeBinary = process.env["ALCOVE_TEST_NODE"] ?? process.execPath;

/** The command of the built command line. */
export const alcoveScript = `${workspaceFolder}packages/alcove/bin/alcove.js`;

/** How a command ended, and what it printed. */
export interface CommandResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams, for tests that do not care which one a line came on. */
  readonly output: string;
}

/** Options of {@link runCommand}. */
export interface CommandOptions {
  readonly cwd: string;
  /** After this the command is killed, and `exitCode` is undefined. */
  readonly timeoutMs?: number;
  /** More variables of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a program to its end. */
export async function runCommand(
  program: string,
  programArguments: readonly string[],
  { cwd, timeoutMs = 30_000, environment }: CommandOptions,
): Promise<CommandResult> {
  const env = { ...childEnvironment(), ...environment };
  const child = spawn(program, programArguments, { cwd, stdio: ["ignore", "pipe", "pipe"], env });
  const printed = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    printed.stderr += text;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  try {
    await once(child, "close");
  } finally {
    clearTimeout(timer);
  }
  return { exitCode: child.exitCode ?? undefined, ...printed, output: printed.stdout + printed.stderr };
}

/** Runs `alcove …` to its end. */
export function runAlcove(alcoveArguments: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return runCommand(nodeBinary, [alcoveScript, ...alcoveArguments], options);
}

const runnerVariables =
  /^(?:VITEST|NODE_ENV$|NODE_OPTIONS$|TEST$|ALCOVE_|INIT_CWD$|npm_(?!config_)|npm_config_local_prefix$)/;

/** The environment of child processes: that of the tests, without what the test runner and npm add to it. */
export function childEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !runnerVariables.test(name)));
}
