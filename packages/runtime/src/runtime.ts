import type { AlcoveConfig } from "@alcove/config";
import type { Clock, DisposalReport, Logger } from "@alcove/plugin-api";
import type { SessionStore } from "@alcove/state";
import { openObjectStores } from "./containers/open-object-stores.js";
import { type Furnishings, furnishRoom } from "./containers/room.js";
import { buildRoot, type Root } from "./containers/root.js";
import { EventHub } from "./events/event-hub.js";
import type { Executions } from "./executions/executions.js";
import type { RuntimeFigures } from "./figures/runtime-figures.js";
import type { HandleWatch } from "./handles/handle-watch.js";
import { HealthChecks } from "./health/health-checks.js";
import { ObjectStores } from "./objects/object-stores.js";
import type { ApplicationPlan } from "./plan/application-plan.js";
import { Entry, type EntryFacts } from "./plan/entry.js";
import type { TextRedaction } from "./runs/redacted-error.js";
import { SessionManager } from "./sessions/session-manager.js";
import { SessionSweeper } from "./sessions/session-sweeper.js";
import type { Tracing } from "./tracing/tracing.js";

/** Options of {@link Runtime.start}. */
export interface RuntimeOptions {
  /** The checked application. */
  readonly plan: ApplicationPlan;
  /** Its configuration: timeouts, limits, the name of the application. */
  readonly config: AlcoveConfig;
  /** Where sessions are kept. The runtime uses it and does not close it. */
  readonly store: SessionStore;
  /** Gets the lines of the runtime and of all components. */
  readonly logger: Logger;
  /** The time for components and latencies. Expiry goes by the store's time. */
  readonly clock: Clock;
  /** What makes the spans of runs; nothing is traced if left out. */
  readonly tracing?: Tracing | undefined;
  /** Takes what is secret out of the messages of plugins' errors, which clients are told. */
  readonly redact?: TextRedaction | undefined;
  /** Notes what plugins open, where somebody wants to know. */
  readonly handles?: HandleWatch | undefined;
}

/** A running application, without any front end: shared components are built, sessions are at hand. */
export class Runtime {
  /** The workflow that is served. */
  readonly workflow: EntryFacts;
  /** Everything that is served: the workflow first, then the functions that are served on their own, then what answers routes. */
  readonly entries: readonly EntryFacts[];
  /** Hands out users' sessions. */
  readonly sessions: SessionManager;
  /** The jobs of users, and the runs that ask them something. */
  readonly executions: Executions;
  /** The steps of all runs. */
  readonly events: EventHub;
  /** What has been done since the start. Always the same object, whose numbers grow. */
  readonly figures: RuntimeFigures;
  /** What plugins say of what they need. */
  readonly health: HealthChecks;
  readonly #root: Root;
  readonly #furnishings: Furnishings;
  readonly #sweeper: SessionSweeper;
  readonly #shutdownTimeoutMs: number;
  readonly #logger: Logger;
  #closing: Promise<DisposalReport> | undefined;

  private constructor(options: RuntimeOptions, root: Root) {
    const { plan, config, store, clock } = options;
    const { general } = config;
    const logger = options.logger.child({ scope: "runtime" });
    const workflow = new Entry(plan.workflow);
    const functions = plan.entries.filter((fn) => fn !== plan.workflow);
    const entries = [workflow, ...functions.map((fn) => new Entry(fn))];
    this.#root = root;
    this.#furnishings = {
      plan,
      root,
      logger: options.logger,
      clock,
      buildTimeoutMs: general.pluginStartTimeoutMs,
      releaseTimeoutMs: general.shutdownTimeoutMs,
      handles: options.handles,
    };
    this.#logger = logger;
    this.health = new HealthChecks(plan.processParts, root, options);
    this.#shutdownTimeoutMs = general.shutdownTimeoutMs;
    this.events = new EventHub(logger, options.tracing);
    this.workflow = workflow.facts;
    this.entries = Object.freeze(entries.map(({ facts }) => facts));
    const objects = new ObjectStores({
      stores: openObjectStores(plan, root),
      application: general.application,
      store,
      timeoutMs: general.perUserWorkflowTimeoutMs,
      logger,
    });
    this.sessions = new SessionManager({
      application: general.application,
      plan,
      entries,
      furnishings: this.#furnishings,
      store,
      hub: this.events,
      objects,
      logger,
      clock,
      timeoutMs: general.perUserWorkflowTimeoutMs,
      runTimeoutMs: general.runTimeoutMs,
      redact: options.redact,
      maxConcurrency: general.maxConcurrency,
      maxQueuedRunsPerUser: general.maxQueuedRunsPerUser,
      idempotencyLimits: general.idempotency,
      maxBytesPerUser: general.maxBytesPerUser,
      maxResidentUsers: general.maxResidentUsers,
      residentIdleMs: general.perUserResidentIdleMs,
      maxRunningJobs: general.frontEnd.maxRunningAsyncJobs,
      maxExecutionsPerUser: general.frontEnd.maxExecutionsPerUser,
    });
    this.executions = this.sessions.executions;
    this.#sweeper = new SessionSweeper({
      sessions: this.sessions,
      store,
      objects,
      logger,
      intervalMs: general.perUserWorkflowCleanupIntervalMs,
      residencyIntervalMs: general.perUserResidentIdleMs ?? general.perUserWorkflowCleanupIntervalMs,
    });
    this.figures = { ...this.sessions.figures, sweeps: this.#sweeper.figures };
  }

  /**
   * Builds shared services and shared components, runs the plugins' hooks, and starts the cleanup of expired sessions.
   *
   * @throws SERVICE_FAILED, COMPONENT_BUILD_FAILED, HOOK_FAILED; what was built before is released again.
   */
  static async start(options: RuntimeOptions): Promise<Runtime> {
    const { plan, config, logger, clock, handles } = options;
    const { pluginStartTimeoutMs: buildTimeoutMs, shutdownTimeoutMs } = config.general;
    const root = await buildRoot(plan, { logger, clock, buildTimeoutMs, handles }, shutdownTimeoutMs);
    const runtime = new Runtime(options, root);
    runtime.#sweeper.start();
    return runtime;
  }

  /** One cleanup pass, as it also happens every cleanup interval. Resolves to how many sessions were removed. */
  sweep(): Promise<number> {
    return this.#sweeper.sweep();
  }

  /**
   * Builds a room for a user who is not there, as happens when somebody wakes up, and gives it back. No session is begun, and nothing
   * is stored.
   *
   * @throws COMPONENT_BUILD_FAILED
   */
  async rehearseRoom(userId: string): Promise<DisposalReport> {
    const { releases } = await furnishRoom(this.#furnishings, userId, undefined);
    return releases.dispose(this.#shutdownTimeoutMs);
  }

  /**
   * Drains the runs in flight, tears down every room, and then what is shared, last-built first, the plugins' hooks before anything else of it. Bounded by
   * `timeoutMs` for each of these steps (default: `general.shutdown_timeout`). Resolves to how it went for what is shared. Idempotent.
   */
  close({ timeoutMs = this.#shutdownTimeoutMs }: { readonly timeoutMs?: number } = {}): Promise<DisposalReport> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<DisposalReport> {
    // Closing refuses new sessions at once; the cleanup may end meanwhile.
    await Promise.all([this.sessions.close(timeoutMs), this.#sweeper.stop()]);
    const report = await this.#root.releases.dispose(timeoutMs);
    const { errors, unfinished, owners } = report;
    if (errors.length > 0 || unfinished > 0) {
      this.#logger.warn("Shared components were not released cleanly", { errors, unfinished, owners });
    }
    return report;
  }
}
