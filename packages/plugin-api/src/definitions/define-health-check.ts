import type { MaybePromise, NoServices } from "./define-options.js";
import { definitionMarker, type ResolvedServices, type ServiceRequests } from "./definition.js";
import type { EngineProcessContext, ProcessContext } from "./process-context.js";

const DEFAULT_TIMEOUT_MS = 2_000;

/** Options of {@link defineHealthCheck}. */
export interface HealthCheckOptions<Services extends ServiceRequests> {
  /** Shared services to hand to `check`, by name. */
  readonly services?: Services;
  /** How long a check may take before it counts as failed, in milliseconds; 2,000 if left out. */
  readonly timeoutMs?: number;
  /**
   * Whether the server should get no requests while the check fails. `false` for something it can do without: it stays
   * ready then, and says that it is degraded. `true` if left out.
   */
  readonly isCritical?: boolean;
  /**
   * Returns where all is well, and throws where it is not. What is thrown is logged and told to nobody else. At most one
   * call is under way at a time.
   */
  check(context: ProcessContext<ResolvedServices<Services>>): MaybePromise<void>;
}

/** What {@link defineHealthCheck} returns. Opaque to plugins; the engine reads it. */
export interface HealthCheckDefinition {
  readonly [definitionMarker]: true;
  /** Tells it from other definitions. */
  readonly kind: "health_check";
  /** The shared services the check is handed, by name. */
  readonly services: ServiceRequests;
  /** How long a check may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether the server is not ready while it fails. */
  readonly isCritical: boolean;
  /** Rejects where something is wrong. */
  check(context: EngineProcessContext): Promise<void>;
}

/**
 * Contributes a check of something the plugin needs, e.g. a database it talks to. Any front end may ask for its result;
 * over HTTP that is `GET /ready`.
 *
 * @throws TypeError when `timeoutMs` is not between 1 and 60,000.
 */
export function defineHealthCheck<Services extends ServiceRequests = NoServices>(
  options: HealthCheckOptions<Services>,
): HealthCheckDefinition {
  const { services = {}, timeoutMs = DEFAULT_TIMEOUT_MS, isCritical = true } = options;
  if (!(timeoutMs >= 1 && timeoutMs <= 60_000)) {
    throw new TypeError(`defineHealthCheck() got timeoutMs ${timeoutMs}; write 1 to 60000 milliseconds.`);
  }
  return Object.freeze({
    [definitionMarker]: true as const,
    kind: "health_check" as const,
    services,
    timeoutMs,
    isCritical,
    // The engine resolves what `services` names, so that what it hands over is what the check expects.
    check: async (context: EngineProcessContext) =>
      options.check(context as ProcessContext<ResolvedServices<Services>>),
  });
}

/** Whether a module's export came from {@link defineHealthCheck}. */
export function isHealthCheckDefinition(value: unknown): value is HealthCheckDefinition {
  return typeof value === "object" && value !== null && definitionMarker in value && "isCritical" in value;
}
