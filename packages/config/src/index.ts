export type {
  AlcoveConfig,
  AllowedPlugin,
  ComponentConfig,
  ComponentSections,
  CorsConfig,
  EndpointConfig,
  EntryFunction,
  FaultyNames,
  FrontEndConfig,
  FrontEndLimits,
  FunctionEndpointConfig,
  GeneralConfig,
  IdempotencyConfig,
  MiddlewareName,
  PluginEntry,
  StoreConfig,
  WebSocketConfig,
} from "./alcove-config.js";
export { ConfigDocument } from "./config-document.js";
export type { ConfigPath } from "./config-node.js";
export type { Environment } from "./environment.js";
export type {
  AdminRule,
  ApiKeyConfig,
  BasicConfig,
  IdentityConfig,
  IdentityProviderConfig,
  IssuedCookieConfig,
  JwtConfig,
  SessionCookieConfig,
  TokenKey,
  TrustedHeaderConfig,
} from "./identity-config.js";
export type { PasswordHash } from "./identity-fields.js";
export { type LoadConfigOptions, type LoadedConfig, loadConfig, type ReadableConfig } from "./load-config.js";
export type { ConfigOverride } from "./override.js";
export type {
  ConfiguredLogLevel,
  FileExporterConfig,
  LoggingConfig,
  OtlpExporterConfig,
  SpanExporterConfig,
  TelemetryConfig,
} from "./telemetry-config.js";
export type { TokenAlgorithm } from "./token-algorithms.js";
