import type { LoggingConfig } from "@alcove/config";
import type { Logger } from "@alcove/plugin-api";
import { createLogger, type LoggerOptions, type LogLevel } from "./logger.js";

/** What decides how the process logs. */
export interface LoggingSources {
  /** What the configuration says. */
  readonly logging: LoggingConfig;
  /** What the command line says: it wins over every level of the configuration. */
  readonly level: LogLevel | undefined;
  /** Whether a person reads along. */
  readonly isTerminal: boolean;
  /** Values of the configuration that are secret. */
  readonly secrets: readonly string[];
  /** Where lines go. */
  readonly to: LoggerOptions["to"];
}

/** The level of the lines of a scope. */
export function levelOfScope({ logging, level }: Pick<LoggingSources, "logging" | "level">, scope: string): LogLevel {
  return level ?? logging.scopes[scope] ?? logging.level;
}

/** The logger a configuration asks for. */
export function configuredLogger({ logging, level, isTerminal, secrets, to }: LoggingSources): Logger {
  const { format } = logging;
  return createLogger({
    level: level ?? logging.level,
    scopes: level === undefined ? logging.scopes : {},
    format: format === "auto" ? (isTerminal ? "pretty" : "json") : format,
    to,
    secrets,
  });
}
