import type { AlcoveConfig } from "@alcove/config";
import type { Clock, Logger, Scope, z } from "@alcove/plugin-api";
import type { SessionStore } from "@alcove/state";
import { buildRoot, type Root } from "./containers/root.js";
import { EventHub } from "./events/event-hub.js";
import type { Executions } from "./executions/executions.js";
import type { RuntimeFigures } from "./figures/runtime-figures.js";
import type { ApplicationPlan } from "./plan/application-plan.js";
import { WorkflowWire } from "./plan/workflow-wire.js";
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
}

/** What a front end needs to know of the workflow it serves. */
export interface WorkflowFacts {
  /** The type of the workflow, e.g. `per_user_assistant`. */
  readonly typeName: string;
  /** Whether a call needs a user. */
  readonly scope: Scope;
  /** One sentence for people and models. */
  readonly description: string;
  /** The schema of the request body: an object; a plain scalar has become `{ value }`. */
  readonly inputSchema: z.ZodType;
  /** The schema of the reply body; `undefined` when the workflow only streams. */
  readonly outputSchema: z.ZodType | undefined;
  /** The schema of one streamed chunk; `undefined` when the workflow cannot stream. */
  readonly streamOutputSchema: z.ZodType | undefined;
  /** The input in a request body. @throws InputInvalidError when the body lacks `value` where it is needed. */
  unwrapInput(body: unknown): unknown;
  /** The reply body for an output. */
  wrapOutput(output: unknown): unknown;
}

/** A running application, without any front end: shared components are built, sessions are at hand. */
export class Runtime {
  /** The workflow that is served. */
  readonly workflow: WorkflowFacts;
  /** Hands out users' sessions. */
  readonly sessions: SessionManager;
  /** The jobs of users, and the runs that ask them something. */
  readonly executions: Executions;
  /** The steps of all runs. */
  readonly events: EventHub;
  /** What has been done since the start. Always the same object, whose numbers grow. */
  readonly figures: RuntimeFigures;
  readonly #root: Root;
  readonly #sweeper: SessionSweeper;
  readonly #shutdownTimeoutMs: number;
  readonly #logger: Logger;
  #closing: Promise<void> | undefined;

  private constructor(options: RuntimeOptions, root: Root) {
    const { plan, config, store, clock } = options;
    const { general } = config;
    const logger = options.logger.child({ scope: "runtime" });
    const wire = new WorkflowWire(plan.workflow);
    this.#root = root;
    this.#logger = logger;
    this.#shutdownTimeoutMs = general.shutdownTimeoutMs;
    this.events = new EventHub(logger, options.tracing);
    this.workflow = workflowFacts(plan, wire);
    this.sessions = new SessionManager({
      application: general.application,
      plan,
      wire,
      furnishings: { plan, root, logger: options.logger, clock, releaseTimeoutMs: general.shutdownTimeoutMs },
      store,
      hub: this.events,
      logger,
      clock,
      timeoutMs: general.perUserWorkflowTimeoutMs,
      runTimeoutMs: general.runTimeoutMs,
      maxConcurrency: general.maxConcurrency,
      maxQueuedRunsPerUser: general.maxQueuedRunsPerUser,
      idempotencyLimits: general.idempotency,
      maxResidentUsers: general.maxResidentUsers,
      residentIdleMs: general.perUserResidentIdleMs,
      maxRunningJobs: general.frontEnd.maxRunningAsyncJobs,
      maxExecutionsPerUser: general.frontEnd.maxExecutionsPerUser,
    });
    this.executions = this.sessions.executions;
    this.#sweeper = new SessionSweeper({
      sessions: this.sessions,
      store,
      logger,
      intervalMs: general.perUserWorkflowCleanupIntervalMs,
      residencyIntervalMs: general.perUserResidentIdleMs ?? general.perUserWorkflowCleanupIntervalMs,
    });
    this.figures = { ...this.sessions.figures, sweeps: this.#sweeper.figures };
  }

  /**
   * Builds shared services and shared components, and starts the cleanup of expired sessions.
   *
   * @throws SERVICE_FAILED, COMPONENT_BUILD_FAILED; what was built before is released again.
   */
  static async start(options: RuntimeOptions): Promise<Runtime> {
    const { plan, config, logger, clock } = options;
    const root = await buildRoot(plan, { logger, clock }, config.general.shutdownTimeoutMs);
    const runtime = new Runtime(options, root);
    runtime.#sweeper.start();
    return runtime;
  }

  /** One cleanup pass, as it also happens every cleanup interval. Resolves to how many sessions were removed. */
  sweep(): Promise<number> {
    return this.#sweeper.sweep();
  }

  /**
   * Drains the runs in flight, tears down every room, and then what is shared, last-built first. Bounded by
   * `timeoutMs` for each of these steps (default: `general.shutdown_timeout`). Idempotent.
   */
  close({ timeoutMs = this.#shutdownTimeoutMs }: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<void> {
    // Closing refuses new sessions at once; the cleanup may end meanwhile.
    await Promise.all([this.sessions.close(timeoutMs), this.#sweeper.stop()]);
    const { errors, unfinished } = await this.#root.releases.dispose(timeoutMs);
    if (errors.length > 0 || unfinished > 0) {
      this.#logger.warn("Shared components were not released cleanly", { errors, unfinished });
    }
  }
}

function workflowFacts({ workflow }: ApplicationPlan, wire: WorkflowWire): WorkflowFacts {
  return Object.freeze({
    typeName: workflow.component.type.name,
    scope: workflow.component.scope,
    description: workflow.schemas.description || workflow.component.type.contribution.description,
    inputSchema: wire.inputSchema,
    outputSchema: wire.outputSchema,
    streamOutputSchema: wire.streamOutputSchema,
    unwrapInput: (body: unknown) => wire.unwrapInput(body),
    wrapOutput: (output: unknown) => wire.wrapOutput(output),
  });
}
