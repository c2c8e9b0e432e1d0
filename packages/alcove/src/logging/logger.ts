import type { LogFields, Logger } from "@alcove/plugin-api";
import { type DestinationStream, destination, type Logger as Pino, pino, stdTimeFunctions } from "pino";
import type { LogValues } from "./error-fields.js";
import { logFields } from "./log-values.js";
import { prettyLines } from "./pretty-lines.js";
import { textRedaction } from "./redact-text.js";

/** How much is logged: everything at or above the level. */
export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

/** A level of the log. */
export type LogLevel = (typeof logLevels)[number];

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** The least severe level that is written. */
  readonly level: LogLevel;
  /** Other levels for loggers whose lines carry a `scope` or a `component` of these names. */
  readonly scopes?: Readonly<Record<string, LogLevel>>;
  /** `pretty` for people: one readable line each. `json` for programs: one JSON object a line. */
  readonly format: "pretty" | "json";
  /** Where lines go: a file descriptor, 1 for standard output and 2 for standard error, or a stream of one's own. */
  readonly to: number | DestinationStream;
  /** Values that never get into the log, beside what looks like a credential. */
  readonly secrets?: readonly string[];
}

/**
 * Makes the logger of the process. Lines are written at once, so that the last one before a crash is not lost. Credentials are
 * taken out of them; errors are told with their causes, and with stacks where the level is `debug`.
 */
export function createLogger({ level, scopes = {}, format, to, secrets = [] }: LoggerOptions): Logger {
  const lines = typeof to === "number" ? destination({ dest: to, sync: true }) : to;
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const log = pino(options, format === "pretty" ? prettyLines(lines) : lines);
  return new RedactingLogger(log, {
    values: { redact: textRedaction(secrets), showsStacks: level === "debug" },
    levels: new Map(Object.entries(scopes)),
  });
}

interface LogRules {
  readonly values: LogValues;
  readonly levels: ReadonlyMap<string, LogLevel>;
}

class RedactingLogger implements Logger {
  readonly #log: Pino;
  readonly #rules: LogRules;

  constructor(log: Pino, rules: LogRules) {
    this.#log = log;
    this.#rules = rules;
  }

  debug(message: string, fields?: LogFields): void {
    this.#write("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }

  child(fields: LogFields): Logger {
    const level = this.#levelOf(fields["component"]) ?? this.#levelOf(fields["scope"]);
    const bindings = logFields(fields, this.#rules.values);
    return new RedactingLogger(this.#log.child(bindings, level === undefined ? {} : { level }), this.#rules);
  }

  #levelOf(name: unknown): LogLevel | undefined {
    return typeof name === "string" ? this.#rules.levels.get(name) : undefined;
  }

  #write(level: "debug" | "info" | "warn" | "error", message: string, fields: LogFields = {}): void {
    if (this.#log.isLevelEnabled(level)) {
      this.#log[level](logFields(fields, this.#rules.values), this.#rules.values.redact(message));
    }
  }
}
