import type { ConfigPath } from "./config-node.js";
import type { IdentityConfig } from "./identity-config.js";
import type { TelemetryConfig } from "./telemetry-config.js";

/** A validated configuration. Deeply frozen. */
export interface AlcoveConfig extends ComponentSections {
  /** `general:`, defaults filled in. */
  readonly general: GeneralConfig;
}

/**
 * Names of components that are reported already, so that nobody should complain as well that something refers to them. Each list is
 * of components that share their names; the same name in two lists means two things.
 */
export interface FaultyNames {
  /** Of `functions:` and `function_groups:`, and `workflow`. */
  readonly functions: readonly string[];
  /** Of `middleware:`. */
  readonly middleware: readonly string[];
  /** Of `object_stores:`. */
  readonly objectStores: readonly string[];
  /** Of `http_routes:`. */
  readonly httpRoutes: readonly string[];
  /** Of `per_user_services:`. */
  readonly perUserServices: readonly string[];
}

/** The sections that say what to build; their `_type`s and fields are checked by whoever knows the plugins. */
export interface ComponentSections {
  /** `functions:`, by name. */
  readonly functions: Readonly<Record<string, ComponentConfig>>;
  /** `function_groups:`, by name. */
  readonly functionGroups: Readonly<Record<string, ComponentConfig>>;
  /** `middleware:`, by name. */
  readonly middleware: Readonly<Record<string, ComponentConfig>>;
  /** `object_stores:`, by name. */
  readonly objectStores: Readonly<Record<string, ComponentConfig>>;
  /** `http_routes:`, by name. */
  readonly httpRoutes: Readonly<Record<string, ComponentConfig>>;
  /** `per_user_services:`, by name. */
  readonly perUserServices: Readonly<Record<string, ComponentConfig>>;
  /** `workflow:`, unless the configuration has none. */
  readonly workflow: ComponentConfig | undefined;
  /** Whether `general` has no errors, so that nothing of the next two is left out. */
  readonly isGeneralSound: boolean;
  /** The functions that `general.front_end.endpoints` serves on their own, beside the workflow. */
  readonly entryFunctions: readonly EntryFunction[];
  /** What `general.middleware` puts around every function, outermost first. */
  readonly globalMiddleware: readonly MiddlewareName[];
  /** `plugins:`, in the order they are listed in. */
  readonly plugins: readonly PluginEntry[];
  /** `plugins.allow`: the only plugins that may be loaded; `undefined` where every one that is found may. */
  readonly allowedPlugins: readonly AllowedPlugin[] | undefined;
  /** Names of components that were found so faulty that they are left out here. */
  readonly faultyNames: FaultyNames;
}

/** One configured component. */
export interface ComponentConfig {
  /** What `_type` (or `type`) says, e.g. `per_user_notepad`. */
  readonly type: string;
  /** Every other key as written, not yet checked. `__proto__` is an own property like any other. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Where it stands in the configuration, e.g. `["functions", "notepad"]`. */
  readonly path: ConfigPath;
}

/** A function that is served on its own. */
export interface EntryFunction {
  /** Its public name, e.g. `notepad` or `todo__add`. */
  readonly functionName: string;
  /** Where it is named, e.g. `["general", "front_end", "endpoints", 0, "function_name"]`. */
  readonly path: ConfigPath;
}

/** A middleware, named where it is put around functions. */
export interface MiddlewareName {
  /** Its name under `middleware:`. */
  readonly name: string;
  /** Where it is named, e.g. `["general", "middleware", 0]`. */
  readonly path: ConfigPath;
}

/** One entry of `plugins:`. */
export interface PluginEntry {
  /** A package name, or a path. */
  readonly specifier: string;
  /** The absolute folder a relative path starts from: that of the file the entry is written in. */
  readonly directory: string;
  /** Where it stands in the configuration, e.g. `["plugins", 0]`. */
  readonly path: ConfigPath;
  /** Whether the application starts without it where it fails. */
  readonly isOptional: boolean;
}

/** One entry of `plugins.allow`. */
export interface AllowedPlugin {
  /** The name of a package. */
  readonly packageName: string;
  /** The versions that may be loaded, as a semver range; not yet checked. */
  readonly range: string;
  /** Where it stands in the configuration, e.g. `["plugins", "allow", "per-user-assistant"]`. */
  readonly path: ConfigPath;
}

/** The `general` section. */
export interface GeneralConfig {
  /** The application's name, which is part of every session's key. By default the config file's name without its ending. */
  readonly application: string;
  /** How long a session is kept after its last activity. */
  readonly perUserWorkflowTimeoutMs: number;
  /** How often expired sessions are cleaned up. */
  readonly perUserWorkflowCleanupIntervalMs: number;
  /** Whether `GET /monitor/users` is served. */
  readonly enablePerUserMonitoring: boolean;
  /** How many runs may go on at once; 0 for as many as come. */
  readonly maxConcurrency: number;
  /** How many runs of one user may wait for their turn. */
  readonly maxQueuedRunsPerUser: number;
  /** How long a run may take once its turn has come; `undefined` for as long as it takes. */
  readonly runTimeoutMs: number | undefined;
  /** How many bytes a session's states may take together, and each item of a collection and other record by itself. */
  readonly maxSessionBytes: number;
  /** How many bytes all that is kept of one user may take: states, items of collections, recorded replies, jobs; 0 for any number. */
  readonly maxBytesPerUser: number;
  /** How many users stay in memory at most, those in use excepted. */
  readonly maxResidentUsers: number;
  /** How long a user stays in memory after the last call; `undefined` for as long as the session lasts. */
  readonly perUserResidentIdleMs: number | undefined;
  /** How long a server that is told to stop goes on serving, while `GET /ready` says that it is stopping; 0 for not at all. */
  readonly shutdownDelayMs: number;
  /** How long a plugin may take to be imported, to be built, or to run a hook. */
  readonly pluginStartTimeoutMs: number;
  /** How long a shutdown waits for runs in flight. */
  readonly shutdownTimeoutMs: number;
  /** Replies kept for repeated requests. */
  readonly idempotency: IdempotencyConfig;
  /** Where sessions are kept. */
  readonly store: StoreConfig;
  /** The names of the middleware that is put around every function, outermost first. */
  readonly middleware: readonly string[];
  /** Where the log and the spans of runs go. */
  readonly telemetry: TelemetryConfig;
  /** Who may say who a request acts for. */
  readonly identity: IdentityConfig;
  /** The HTTP server. */
  readonly frontEnd: FrontEndConfig;
}

/** Replies kept for callers that repeat a request with its idempotency key. */
export interface IdempotencyConfig {
  /** How many are kept for each user; the oldest go first. */
  readonly maxRecordsPerUser: number;
  /** The largest reply that is kept; a run with a larger one fails. */
  readonly maxReplyBytes: number;
  /** How long each is kept; never longer than the session. */
  readonly maxAgeMs: number;
}

/** Where sessions are kept. */
export interface StoreConfig {
  /** The absolute path of the SQLite file. */
  readonly path: string;
}

/** The HTTP server. */
export interface FrontEndConfig {
  /** The host name or address to listen on. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The largest request body taken. */
  readonly maxBodyBytes: number;
  /** How long a stream may be silent before it gets a comment line that keeps its connection alive. */
  readonly streamHeartbeatMs: number;
  /** How long the run of a stream goes on without its client, who may come back; 0 to abort it at once. */
  readonly reconnectGraceMs: number;
  /** How many jobs may run at once. */
  readonly maxRunningAsyncJobs: number;
  /** How many jobs, and runs that wait for a person, a user may have that are not finished. */
  readonly maxExecutionsPerUser: number;
  /** Whether the plain `nat-session` cookie may name the user on an address others can reach. */
  readonly allowInsecureIdentity: boolean;
  /** The addresses and networks (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** What one client, and all of them together, may ask of the server. */
  readonly limits: FrontEndLimits;
  /** Whether `GET /metrics` is served, and requests are counted for it. */
  readonly metrics: boolean;
  /** Whether `GET /docs` is served, the OpenAPI document for people. */
  readonly docs: boolean;
  /** What a proxy puts before every path, e.g. `/api`; empty for nothing. Requests may come with or without it. */
  readonly rootPath: string;
  /** The routes of the workflow. */
  readonly workflow: EndpointConfig;
  /** The routes of functions that are served on their own. */
  readonly endpoints: readonly FunctionEndpointConfig[];
  /** What browsers let pages of other origins do. */
  readonly cors: CorsConfig;
  /** The WebSocket route. */
  readonly webSocket: WebSocketConfig;
}

/** The WebSocket route. */
export interface WebSocketConfig {
  /** Where it is; `undefined` where it is switched off. */
  readonly path: string | undefined;
  /** How long a run goes on without its client, who may come back; 0 to abort it at once. */
  readonly reconnectGraceMs: number;
  /** How often clients are asked for a sign of life; one that gives none is cut off. */
  readonly heartbeatIntervalMs: number;
  /** How long a socket may stay open without a frame of its client and without a run. */
  readonly idleTimeoutMs: number;
  /** How many sockets may be open at once. */
  readonly maxSockets: number;
  /** How many of them may be of one user. */
  readonly maxSocketsPerUser: number;
}

/** What one client, and all of them together, may ask of the server. */
export interface FrontEndLimits {
  /** The largest head of a request: its line and all its headers. */
  readonly maxHeaderBytes: number;
  /** How long a client may take to send the head of a request. */
  readonly headersTimeoutMs: number;
  /** How long a client may take to send a whole request. */
  readonly requestTimeoutMs: number;
  /** How long a connection waits for its next request. */
  readonly keepAliveTimeoutMs: number;
  /** How many connections may be open at once; further ones are closed unheard. 0 for as many as come. */
  readonly maxConnections: number;
  /** How many streams may be open at once. */
  readonly maxStreams: number;
  /** How many of them may be one user's. */
  readonly maxStreamsPerUser: number;
  /** How many streams are kept for clients that come back. */
  readonly maxKeptStreams: number;
  /** How many of them may be one user's. */
  readonly maxKeptStreamsPerUser: number;
  /** How many sessions may begin within a minute for one address; 0 for as many as come. */
  readonly maxNewSessionsPerMinute: number;
}

/** The routes of one entry: of the workflow, or of a function that is served on its own. */
export interface EndpointConfig {
  /** How its routes are called. `GET` calls it with an empty object. */
  readonly method: "GET" | "POST";
  /** Where its routes begin, e.g. `/v1/workflow`; `undefined` for nowhere. */
  readonly path: string | undefined;
  /** Where they begin as well, e.g. `/generate`; `undefined` for nowhere, and where legacy routes are switched off. */
  readonly legacyPath: string | undefined;
  /** What the API's description says of it, instead of the function's own description. */
  readonly description: string | undefined;
  /** Where it stands in the configuration, e.g. `["general", "front_end", "endpoints", 0]`. */
  readonly place: ConfigPath;
}

/** The routes of a function that is served on its own. */
export interface FunctionEndpointConfig extends EndpointConfig {
  /** The function's public name, e.g. `notepad` or `todo__add`. */
  readonly functionName: string;
}

/** What browsers let pages of other origins do. */
export interface CorsConfig {
  /** The origins allowed, e.g. `https://app.example`; `*` is all of them. */
  readonly allowOrigins: readonly string[];
  /** The source of a regular expression in JavaScript's syntax. */
  readonly allowOriginRegex?: string;
  /** The methods allowed. */
  readonly allowMethods: readonly string[];
  /** The request headers allowed; `*` is all of them. */
  readonly allowHeaders: readonly string[];
  /** Whether cookies may be sent along. */
  readonly allowCredentials: boolean;
  /** The reply headers pages may read. */
  readonly exposeHeaders: readonly string[];
  /** How long a browser may keep the answer to a preflight request. */
  readonly maxAgeSeconds: number;
}
