import type { LogFields, Logger } from "@alcove/plugin-api";
import { type DestinationStream, destination, type Logger as Pino, pino, stdSerializers, stdTimeFunctions } from "pino";
import { prettyLines } from "./pretty-lines.js";

/** How much is logged: everything at or above the level. */
export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

/** A level of the log. */
export type LogLevel = (typeof logLevels)[number];

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** The least severe level that is written. */
  readonly level: LogLevel;
  /** `pretty` for people: one readable line each. `json` for programs: one JSON object a line. */
  readonly format: "pretty" | "json";
  /** Where lines go: a file descriptor, 1 for standard output and 2 for standard error, or a stream of one's own. */
  readonly to: number | DestinationStream;
}

/** Makes the logger of the process. Lines are written at once, so that the last one before a crash is not lost. */
export function createLogger({ level, format, to }: LoggerOptions): Logger {
  const lines = typeof to === "number" ? destination({ dest: to, sync: true }) : to;
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: stdSerializers.err },
  };
  return wrapped(pino(options, format === "pretty" ? prettyLines(lines) : lines));
}

function wrapped(log: Pino): Logger {
  return {
    debug: (message, fields) => write(log, "debug", message, fields),
    info: (message, fields) => write(log, "info", message, fields),
    warn: (message, fields) => write(log, "warn", message, fields),
    error: (message, fields) => write(log, "error", message, fields),
    child: (fields) => wrapped(log.child(fields)),
  };
}

function write(log: Pino, level: "debug" | "info" | "warn" | "error", message: string, fields?: LogFields): void {
  if (fields === undefined) {
    log[level](message);
  } else {
    log[level](fields, message);
  }
}
