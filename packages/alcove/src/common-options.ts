import type { ConfigOverride } from "@alcove/config";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type LogLevel, logLevels } from "./logging/logger.js";
import { partOverride } from "./override-arguments.js";

/** What every command that reads a configuration is told. */
export interface ConfigOptions {
  readonly config_file: string;
  readonly override: readonly ConfigOverride[];
}

/** Adds `--config_file`, which has to be given, and `--override`. */
export function addConfigOptions(command: Command): Command {
  return addRequiredOption(command, new Option("--config_file <file>", "the YAML configuration")).addOption(
    new Option("--override <key> <value>", "replace a value of the configuration; may be repeated")
      .default([], "none")
      .argParser((joined: string, others: readonly ConfigOverride[]) => [...others, partOverride(joined)]),
  );
}

/**
 * Adds an option that has to be given. It is asked for once all others are understood: who writes `--config-file` has misspelt an
 * option, where commander's own check would say that one is missing.
 */
export function addRequiredOption(command: Command, option: Option): Command {
  return command.addOption(option).hook("preAction", () => {
    if (command.getOptionValue(option.attributeName()) === undefined) {
      command.error(`error: required option '${option.flags}' not specified`);
    }
  });
}

/** Adds `--log_level`. */
export function addLogLevelOption(command: Command): Command {
  return command.addOption(
    new Option("--log_level <level>", "how much is logged (default: general.telemetry.logging, else info)")
      .choices(logLevels)
      .env("ALCOVE_LOG_LEVEL"),
  );
}

/** Reads a level a checked option has set; `undefined` where nobody has. */
export function logLevelOf(text: string | undefined): LogLevel | undefined {
  return logLevels.find((level) => level === text);
}

/** Reads a port. @throws InvalidArgumentError */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError("Give a number from 0 to 65535; 0 takes any free port.");
  }
  return port;
}
