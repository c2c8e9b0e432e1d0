import type { LogFields, Logger } from "@alcove/plugin-api";

/** A line of the log. */
export interface LoggedLine {
  /** How much it matters. */
  readonly level: "debug" | "info" | "warn" | "error";
  /** What is said. */
  readonly message: string;
  /** The facts beside it, those of the logger included: values as they were logged. */
  readonly fields: LogFields;
}

/** A logger that keeps its lines, in their order, in the list it is given. */
export function keepLog(lines: LoggedLine[], ownFields: LogFields = {}): Logger {
  const keep =
    (level: LoggedLine["level"]) =>
    (message: string, fields?: LogFields): void => {
      lines.push({ level, message, fields: { ...ownFields, ...fields } });
    };
  return {
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    child: (fields) => keepLog(lines, { ...ownFields, ...fields }),
  };
}
