/** Facts logged beside a message; values are logged as JSON. Never log credentials. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes structured log lines. The one a function gets carries the component, and in a call the run id as well. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger whose lines carry these fields as well. */
  child(fields: LogFields): Logger;
}

/** The service identifier of the shared {@link Logger}. */
export const Logger = Symbol.for("@alcove/plugin-api/Logger");

/** A logger that writes nothing. */
export const silentLogger: Logger = Object.freeze({
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
});
