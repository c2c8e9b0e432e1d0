export type {
  AlcoveConfig,
  ComponentConfig,
  ComponentSections,
  CorsConfig,
  FrontEndConfig,
  GeneralConfig,
  IdempotencyConfig,
  PluginEntry,
  StoreConfig,
} from "./alcove-config.js";
export { ConfigDocument } from "./config-document.js";
export type { ConfigPath } from "./config-node.js";
export type { Environment } from "./environment.js";
export { type LoadConfigOptions, type LoadedConfig, loadConfig } from "./load-config.js";
export type { ConfigOverride } from "./override.js";
export type {
  ConfiguredLogLevel,
  FileExporterConfig,
  LoggingConfig,
  OtlpExporterConfig,
  SpanExporterConfig,
  TelemetryConfig,
} from "./telemetry-config.js";
