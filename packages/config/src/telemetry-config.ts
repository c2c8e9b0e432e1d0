/** Where the log and the spans of runs go. */
export interface TelemetryConfig {
  /** The log of the process. */
  readonly logging: LoggingConfig;
  /** Where spans go, by names of the user's choice; without any, nothing is traced. */
  readonly exporters: readonly SpanExporterConfig[];
  /** Which part of the traces that begin here is recorded, from 0 to 1. A caller's trace is recorded where the caller says so. */
  readonly samplingRatio: number;
  /** Whether spans hold what functions are given and what they return. */
  readonly recordContent: boolean;
}

/** How much is logged: everything at or above the level. */
export type ConfiguredLogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** The log of the process. */
export interface LoggingConfig {
  /** The least severe level that is written. */
  readonly level: ConfiguredLogLevel;
  /** `auto` is `pretty` on a terminal, and `json` anywhere else. */
  readonly format: "auto" | "json" | "pretty";
  /** Other levels for single scopes (`server`, `state`) or components (`notepad`). */
  readonly scopes: Readonly<Record<string, ConfiguredLogLevel>>;
}

/** One destination of spans. */
export type SpanExporterConfig = OtlpExporterConfig | FileExporterConfig;

/** A collector that takes OTLP over HTTP, as JSON. */
export interface OtlpExporterConfig {
  /** Tells it from the other kinds. */
  readonly kind: "otlp";
  /** Its name in the configuration. */
  readonly name: string;
  /** The whole URL, e.g. `http://localhost:4318/v1/traces`. */
  readonly url: string;
  /** Sent with every request to it; they may hold credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long one export may take. */
  readonly timeoutMs: number;
}

/** A file that gets one JSON object a span and line. */
export interface FileExporterConfig {
  /** Tells it from the other kinds. */
  readonly kind: "file";
  /** Its name in the configuration. */
  readonly name: string;
  /** The absolute path. */
  readonly path: string;
}
