import type { AlcoveConfig, ConfigOverride } from "@alcove/config";
import {
  type Clock,
  type DisposalReport,
  type Logger,
  type Problem,
  silentLogger,
  systemClock,
} from "@alcove/plugin-api";
import type { DiscoveredPlugin } from "@alcove/plugin-loader";
import { type HandleWatch, Runtime } from "@alcove/runtime";
import { createServer, type ListeningControl, type ListeningServer, listenForOwner } from "@alcove/server";
import { openSqliteSessionStore, type SqliteSessionStore } from "@alcove/state";
import { textRedaction } from "./logging/redact-text.js";
import { prepareApplication, type SoundApplication, soundApplication } from "./prepare-application.js";
import { refusedStart } from "./refused-start.js";
import { runWorkflow } from "./run-workflow.js";
import type { HolderFacts } from "./sessions/held-store.js";
import { StoreAdministration } from "./sessions/store-administration.js";
import { StoredCookieRegister } from "./sessions/stored-cookie-register.js";
import type { StartedTracing } from "./tracing/start-tracing.js";

/** What an application is started with, beside its configuration. */
export interface ApplicationSurroundings {
  /** Writes nothing if left out. */
  readonly logger?: Logger;
  /** The machine's clock if left out. */
  readonly clock?: Clock;
  /** What the process does, for whoever finds the store held by it, e.g. `alcove serve`. */
  readonly purpose?: string;
  /** Writes a line per HTTP request, at level debug. */
  readonly accessLog?: boolean;
  /** Notes what plugins open, for whoever wants to know what they leave open. */
  readonly handles?: HandleWatch | undefined;
}

/** Options of {@link createApplication}. */
export interface ApplicationOptions extends ApplicationSurroundings {
  /** The YAML file; relative to the working directory. */
  readonly configFile: string;
  /** Values that replace those of the file, in their order. */
  readonly overrides?: readonly ConfigOverride[];
}

/** A started application: its store is open, its shared components are built, and sessions are at hand. */
export class Application {
  /** The configuration it was started with. */
  readonly config: AlcoveConfig;
  /** Warnings found before the start. */
  readonly warnings: readonly Problem[];
  /** The plugins found, whether they are in use or not. */
  readonly plugins: readonly DiscoveredPlugin[];
  /** Its sessions and events, for use without HTTP. */
  readonly runtime: Runtime;
  /** Where the sessions are. {@link close} closes it. */
  readonly store: SqliteSessionStore;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #accessLog: boolean;
  readonly #tracing: StartedTracing | undefined;
  #server: Promise<ListeningServer> | undefined;
  #control: Promise<ListeningControl> | undefined;
  #closing: Promise<DisposalReport> | undefined;

  private constructor(
    prepared: SoundApplication,
    started: Started,
    surroundings: Required<Omit<ApplicationSurroundings, "handles">>,
  ) {
    this.config = prepared.config;
    this.warnings = prepared.problems;
    this.plugins = prepared.plugins;
    this.runtime = started.runtime;
    this.store = started.store;
    this.#logger = surroundings.logger;
    this.#clock = surroundings.clock;
    this.#accessLog = surroundings.accessLog;
    this.#tracing = started.tracing;
  }

  /**
   * Opens the store and builds the shared components of a checked application.
   *
   * @throws STORE_HELD, STORE_OPEN_FAILED; StartupRefusedError with the rule plugin-start, whose cause says what it was
   * (SERVICE_FAILED, COMPONENT_BUILD_FAILED, HOOK_FAILED). Then nothing is left open.
   */
  static async start(prepared: SoundApplication, surroundings: ApplicationSurroundings = {}): Promise<Application> {
    const {
      logger = silentLogger,
      clock = systemClock,
      purpose = "a program",
      accessLog = false,
      handles,
    } = surroundings;
    const { config, plan } = prepared;
    const store = await openSqliteSessionStore({
      path: config.general.store.path,
      maxSessionBytes: config.general.maxSessionBytes,
      clock,
      logger: logger.child({ scope: "state" }),
      description: { purpose, configFile: prepared.document.file },
    });
    let tracing: StartedTracing | undefined;
    try {
      tracing = await tracingOf(config, logger);
      const redact = textRedaction(prepared.document.secrets);
      const parts = { plan, config, store, logger, clock, redact, handles };
      const runtime = await Runtime.start({ ...parts, tracing: tracing?.tracing });
      return new Application(prepared, { runtime, store, tracing }, { logger, clock, purpose, accessLog });
    } catch (error) {
      await Promise.all([store.close(), tracing?.close(LAST_SPANS_TIMEOUT_MS)]);
      throw refusedStart(error, prepared.document);
    }
  }

  /**
   * Serves the application over HTTP on the configured host and port, and takes up the jobs an earlier process has left
   * unfinished. Call it once.
   *
   * @throws LISTEN_FAILED; STORE_FAILED when the store cannot be read; TypeError at the second call, and after {@link close}.
   */
  async listen(): Promise<ListeningServer> {
    if (this.#server !== undefined || this.#closing !== undefined) {
      throw new TypeError("An application listens once, and not after it was closed.");
    }
    this.#server = this.#listen();
    return this.#server;
  }

  async #listen(): Promise<ListeningServer> {
    const logger = this.#logger.child({ scope: "server" });
    const { runtime, store, config } = this;
    const server = await createServer({
      runtime,
      storedSessions: this.#administration(logger),
      cookieRegister: new StoredCookieRegister(store, config.general.application),
      store,
      config,
      logger,
      clock: this.#clock,
      accessLog: this.#accessLog,
      tracing: this.#tracing?.tracing,
    });
    await runtime.executions.recover();
    return server.listen();
  }

  /**
   * Lets the owner of this process, and nobody else, look after its sessions with `alcove sessions`, `alcove backup` and
   * `alcove run`, through a Unix socket. Call it once.
   *
   * @throws the system's error, where there can be no such socket; the application goes on without.
   */
  async listenForOwner(): Promise<void> {
    const { runtime, store, config } = this;
    const logger = this.#logger.child({ scope: "control" });
    const { application } = config.general;
    const administration = this.#administration(logger);
    const run = (userId: string, input: string, signal: AbortSignal): Promise<string> =>
      runWorkflow(runtime, userId, input, signal);
    this.#control = listenForOwner({ application, administration, run, logger }, store.place);
    store.announce({ socket: (await this.#control).socketPath } satisfies HolderFacts);
  }

  /**
   * Stops taking requests, after `general.shutdown_delay`, lets those in flight end, tears everything down and closes the store. Requests get
   * `general.shutdown_timeout` to end; what has not ended then is aborted and stores nothing. Resolves to how
   * it went for what plugins have built for all users. Idempotent.
   */
  close(): Promise<DisposalReport> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #administration(logger: Logger): StoreAdministration {
    const { runtime, store, config } = this;
    return new StoreAdministration({
      store,
      application: config.general.application,
      betweenRuns: (userId, change) => runtime.sessions.endSession(userId, change, LONGEST_WAIT_FOR_RUNS_MS),
      logger,
    });
  }

  async #close(): Promise<DisposalReport> {
    const { shutdownDelayMs, shutdownTimeoutMs } = this.config.general;
    const deadlineMs = this.#clock.monotonicMs() + shutdownDelayMs + shutdownTimeoutMs;
    try {
      await Promise.all([
        closeFrontEnd(this.#server, shutdownTimeoutMs),
        closeFrontEnd(this.#control, shutdownTimeoutMs),
      ]);
      const leftMs = deadlineMs - this.#clock.monotonicMs();
      return await this.runtime.close({ timeoutMs: Math.max(leftMs, LEAST_TEARDOWN_MS) });
    } finally {
      await Promise.all([this.store.close(), this.#tracing?.close(LAST_SPANS_TIMEOUT_MS)]);
    }
  }
}

/** One that is about to listen is waited for, so that nothing is left that listens. Who began it hears why it could not. */
async function closeFrontEnd(
  listening: Promise<ListeningServer | ListeningControl> | undefined,
  timeoutMs: number,
): Promise<void> {
  const listener = await listening?.catch(() => undefined);
  await listener?.close(timeoutMs);
}

/** The libraries that make spans are loaded only where spans are wanted: they take a while. */
async function tracingOf({ general }: AlcoveConfig, logger: Logger): Promise<StartedTracing | undefined> {
  const { telemetry, application } = general;
  if (telemetry.exporters.length === 0) {
    return undefined;
  }
  const { startTracing } = await import("./tracing/start-tracing.js");
  return startTracing({ telemetry, application, logger: logger.child({ scope: "tracing" }) });
}

/** How long a stopping process waits for the destinations of spans to take the last ones. */
const LAST_SPANS_TIMEOUT_MS = 1_500;

/** How long somebody who wants to delete or replace a session waits for the user's runs. */
const LONGEST_WAIT_FOR_RUNS_MS = 10_000;

/** What teardown gets even when the requests in flight have used up the time. */
const LEAST_TEARDOWN_MS = 500;

interface Started {
  readonly runtime: Runtime;
  readonly store: SqliteSessionStore;
  readonly tracing: StartedTracing | undefined;
}

/**
 * Checks and starts the application of a configuration file, without HTTP until `listen` is called.
 *
 * @throws StartupRefusedError with every problem; whatever {@link Application.start} throws
 */
export async function createApplication(options: ApplicationOptions): Promise<Application> {
  const { configFile, overrides = [], ...surroundings } = options;
  return Application.start(soundApplication(await prepareApplication({ configFile, overrides })), surroundings);
}
