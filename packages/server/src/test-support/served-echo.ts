import type { AlcoveConfig } from "@alcove/config";
import { AlcoveError, type DisconnectPolicy, type Logger, type Scope, silentLogger, z } from "@alcove/plugin-api";
import {
  type IdempotencyRequest,
  type InteractionListener,
  type InteractionResponse,
  type ResidentFigures,
  type RunRequest,
  SessionEndings,
  type StepListener,
} from "@alcove/runtime";
import { createServer, type ListeningServer } from "../create-server.js";
import type { CookieRegister } from "../identity/cookie-register.js";
import type { WatchedStore } from "../readiness.js";
import type { ServedApplication } from "../served-application.js";
import type { ServerOptions } from "../server-options.js";
import type { StoredSessions } from "../stored-sessions.js";
import { noFigures } from "./no-figures.js";
import { RememberedCookies } from "./remembered-cookies.js";
import { watchedStore } from "./watched-store.js";

/** A run the fake application was asked for. */
export interface RecordedRun {
  readonly userId: string | undefined;
  readonly functionName: string | undefined;
  readonly input: unknown;
  readonly request: RunRequest;
  /** What the reply was asked for with. */
  idempotency?: IdempotencyRequest | undefined;
  /** Aborted when the server gives the run up. */
  readonly abort: AbortController;
  /** Asks whoever listens to the run's questions. */
  ask: InteractionListener;
  /** Whether it waits for its person. */
  isWaiting: boolean;
  /** What the questions were answered with. */
  readonly answers: { readonly interactionId: string; readonly response: InteractionResponse }[];
}

/** What a fake application does and says. */
export interface EchoOptions {
  readonly scope?: Scope;
  readonly onDisconnect?: DisconnectPolicy;
  readonly inputSchema?: z.ZodType;
  /** Whether it has chunks only, and no single result. */
  readonly streamsOnly?: boolean;
  /** Functions that are served on their own, which echo as well. */
  readonly functions?: readonly string[];
  readonly residents?: readonly ResidentFigures[];
  /** What a run does; echoes its input if left out. */
  readonly run?: (run: RecordedRun) => Promise<unknown>;
  /** The chunks of a stream, as JSON texts; its input as the one chunk if left out. Steps go to the listener. */
  readonly stream?: (run: RecordedRun, onStep: StepListener) => AsyncGenerator<string, void, undefined>;
}

const failWithoutExecution = async (): Promise<never> => {
  throw new AlcoveError("EXECUTION_NOT_FOUND", "There is no execution.");
};

/** No jobs, and nobody to take any. */
const noExecutions: ServedApplication["executions"] = {
  submit: failWithoutExecution,
  get: failWithoutExecution,
  waitFor: failWithoutExecution,
  cancel: failWithoutExecution,
  answer: failWithoutExecution,
  follow: failWithoutExecution,
};

/** An application without containers or store: it records its runs and echoes their input. */
export class ServedEcho implements ServedApplication {
  readonly runs: RecordedRun[] = [];
  openSessions = 0;
  /** Tells the server that a session is ended. */
  readonly endings = new SessionEndings();
  readonly workflow: ServedApplication["workflow"];
  readonly entries: ServedApplication["entries"];
  readonly sessions: ServedApplication["sessions"];
  executions: ServedApplication["executions"] = noExecutions;
  readonly figures: ServedApplication["figures"] = noFigures();
  health: ServedApplication["health"] = { missingPlugins: [], size: 0, results: async () => [] };

  constructor({
    scope = "per-user",
    onDisconnect = "abort",
    inputSchema = z.looseObject({}),
    streamsOnly = false,
    functions = [],
    residents = [],
    run,
    stream = echoed,
  }: EchoOptions = {}) {
    this.workflow = {
      functionName: undefined,
      typeName: "echo",
      scope,
      onDisconnect,
      route: undefined,
      description: "Echoes.",
      inputSchema,
      outputSchema: streamsOnly ? undefined : z.unknown(),
      streamOutputSchema: undefined,
      unwrapInput: (body) => body,
      wrapOutput: (output) => output,
    };
    this.entries = [
      this.workflow,
      ...functions.map((name) => ({ ...this.workflow, functionName: name, typeName: name })),
    ];
    this.sessions = {
      session: ({ userId, functionName }) => {
        this.openSessions += 1;
        return {
          run: (input, request) => {
            const abort = new AbortController();
            const recorded: RecordedRun = {
              userId,
              functionName,
              input,
              request,
              abort,
              ask: () => undefined,
              isWaiting: false,
              answers: [],
            };
            this.runs.push(recorded);
            const listeners: StepListener[] = [];
            return {
              runId: `run-${this.runs.length}`,
              reply: async (idempotency) => {
                recorded.idempotency = idempotency;
                const body = JSON.stringify(run === undefined ? input : await run(recorded));
                return { body, isReplayed: idempotency?.key === "sent-before" };
              },
              replyStream: async (idempotency) => {
                recorded.idempotency = idempotency;
                const chunks = stream(recorded, (step) => {
                  for (const listener of listeners) {
                    listener(step);
                  }
                });
                return { isReplayed: idempotency?.key === "sent-before", chunks };
              },
              subscribe: (listener) => {
                listeners.push(listener);
                return () => undefined;
              },
              onInteraction: (listener) => {
                recorded.ask = listener;
                return () => undefined;
              },
              answer: async (interactionId, response) => {
                recorded.answers.push({ interactionId, response });
              },
              get isWaiting() {
                return recorded.isWaiting;
              },
              abort: (reason) => recorded.abort.abort(reason),
            };
          },
          close: () => {
            this.openSessions -= 1;
          },
        };
      },
      residents: () => residents,
      endings: this.endings,
      evict: async (userId) => residents.some((resident) => resident.userId === userId),
    };
  }
}

async function* echoed({ input }: RecordedRun): AsyncGenerator<string, void, undefined> {
  yield JSON.stringify({ value: JSON.stringify(input) });
}

/** What a test may configure. */
export interface TestServerOptions {
  readonly application?: ServedEcho;
  /** None of any user if left out. */
  readonly storedSessions?: StoredSessions;
  /** Remembered if left out. */
  readonly cookieRegister?: CookieRegister;
  /** The time in milliseconds since 1970; 2026-11-20T16:57:00Z if left out. */
  readonly nowMs?: () => number;
  /** One that has done nothing yet if left out. */
  readonly store?: WatchedStore;
  readonly shutdownDelayMs?: number;
  readonly frontEnd?: Partial<AlcoveConfig["general"]["frontEnd"]>;
  readonly identity?: Partial<AlcoveConfig["general"]["identity"]>;
  readonly enablePerUserMonitoring?: boolean;
  readonly logger?: Logger;
  readonly accessLog?: boolean;
}

const failAsMissing = (): never => {
  throw new AlcoveError("SESSION_NOT_FOUND", "There is no session.");
};

/** A store without sessions. */
const noSessions: StoredSessions = {
  describe: async () => failAsMissing(),
  export: async () => failAsMissing(),
  delete: async () => failAsMissing(),
  page: async () => [],
};

/** The limits of a server nobody has configured. */
export const testLimits: AlcoveConfig["general"]["frontEnd"]["limits"] = {
  maxHeaderBytes: 16_384,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 65_000,
  maxConnections: 0,
  maxStreams: 10_000,
  maxStreamsPerUser: 1_000,
  maxKeptStreams: 1_000,
  maxKeptStreamsPerUser: 100,
  maxNewSessionsPerMinute: 0,
};

const testTelemetry: AlcoveConfig["general"]["telemetry"] = {
  logging: { level: "info", format: "auto", scopes: {} },
  exporters: [],
  samplingRatio: 1,
  recordContent: false,
};

const noComponents: Omit<AlcoveConfig, "general"> = {
  functions: {},
  functionGroups: {},
  middleware: {},
  objectStores: {},
  httpRoutes: {},
  perUserServices: {},
  workflow: undefined,
  plugins: [],
  allowedPlugins: undefined,
  faultyNames: { functions: [], middleware: [], objectStores: [], httpRoutes: [], perUserServices: [] },
  isGeneralSound: true,
  entryFunctions: [],
  globalMiddleware: [],
};

/** A configuration for a server on a free port. */
export function testConfig({
  frontEnd = {},
  identity = {},
  enablePerUserMonitoring = false,
  shutdownDelayMs = 0,
}: TestServerOptions = {}): AlcoveConfig {
  return {
    ...noComponents,
    general: {
      application: "test",
      perUserWorkflowTimeoutMs: 1_800_000,
      perUserWorkflowCleanupIntervalMs: 300_000,
      enablePerUserMonitoring,
      maxConcurrency: 0,
      maxQueuedRunsPerUser: 16,
      runTimeoutMs: undefined,
      maxSessionBytes: 16_777_216,
      maxBytesPerUser: 0,
      maxResidentUsers: 100,
      perUserResidentIdleMs: undefined,
      pluginStartTimeoutMs: 1000,
      shutdownDelayMs,
      shutdownTimeoutMs: 1000,
      idempotency: { maxRecordsPerUser: 128, maxReplyBytes: 262_144, maxAgeMs: 86_400_000 },
      store: { path: "/dev/null" },
      middleware: [],
      telemetry: testTelemetry,
      identity: { providers: [{ type: "session_cookie" }], admins: [], ...identity },
      frontEnd: {
        host: "127.0.0.1",
        port: 0,
        maxBodyBytes: 1024,
        cors: {
          allowOrigins: [],
          allowMethods: ["GET"],
          allowHeaders: [],
          allowCredentials: false,
          exposeHeaders: [],
          maxAgeSeconds: 600,
        },
        streamHeartbeatMs: 15_000,
        reconnectGraceMs: 0,
        maxRunningAsyncJobs: 10,
        maxExecutionsPerUser: 100,
        allowInsecureIdentity: false,
        trustedProxies: [],
        limits: testLimits,
        webSocket: {
          path: "/websocket",
          reconnectGraceMs: 0,
          heartbeatIntervalMs: 30_000,
          idleTimeoutMs: 3_600_000,
          maxSockets: 100,
          maxSocketsPerUser: 10,
        },
        metrics: false,
        docs: true,
        rootPath: "",
        workflow: {
          method: "POST",
          path: "/v1/workflow",
          legacyPath: "/generate",
          description: undefined,
          place: ["general", "front_end", "workflow"],
        },
        endpoints: [],
        ...frontEnd,
      },
    },
  };
}

/** What a server in front of a fake application is made of. Its clock stands at 2026-11-20T16:57:00Z, unless it is told otherwise. */
export function testServerOptions(options: TestServerOptions = {}): ServerOptions {
  return {
    runtime: options.application ?? new ServedEcho(),
    storedSessions: options.storedSessions ?? noSessions,
    cookieRegister: options.cookieRegister ?? new RememberedCookies(),
    store: options.store ?? watchedStore(),
    config: testConfig(options),
    logger: options.logger ?? silentLogger,
    clock: { nowMs: options.nowMs ?? (() => Date.UTC(2026, 10, 20, 16, 57)), monotonicMs: () => 0 },
    accessLog: options.accessLog ?? false,
  };
}

/** A server in front of a fake application. */
export async function startTestServer(options: TestServerOptions = {}): Promise<ListeningServer> {
  return (await createServer(testServerOptions(options))).listen();
}
