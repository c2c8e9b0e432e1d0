/** Facts logged beside a message; values are logged as JSON. Never log credentials. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes structured log lines. The one a function gets carries the component, and in a call the run id as well. */
export interface Logger {
  /** For whoever looks for a fault; off by default. */
  debug(message: string, fields?: LogFields): void;
  /** What happens in the ordinary course of things. */
  info(message: string, fields?: LogFields): void;
  /** What should be looked at, though everything works. */
  warn(message: string, fields?: LogFields): void;
  /** What failed. */
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
