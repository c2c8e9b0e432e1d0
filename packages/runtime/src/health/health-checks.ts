import type { Clock, EngineProcessContext, HealthCheckDefinition, Logger } from "@alcove/plugin-api";
import { late, withinTime } from "@alcove/plugin-loader";
import { processContextOf } from "../containers/process-context.js";
import type { Root } from "../containers/root.js";
import type { ProcessPartPlan, ProcessPlan } from "../plan/application-plan.js";

/** How long a result is told again, whoever and however many ask. */
const RESULT_COUNTS_FOR_MS = 1_000;

/** What a plugin says of something it needs. There is nothing of the cause in it: the log has that. */
export interface HealthResult {
  /** `<plugin id>/<name>`, e.g. `weather/upstream`. */
  readonly name: string;
  /** Whether the check succeeded in time. */
  readonly isHealthy: boolean;
  /** Whether the process can do its work without. */
  readonly isCritical: boolean;
}

/** What plugins say of themselves, and which are missing, for any front end. */
export class HealthChecks {
  /** The optional plugins that could not be loaded or started: their packages' names or ids. */
  readonly missingPlugins: readonly string[];
  readonly #checks: readonly WatchedCheck[];

  constructor(
    { healthChecks, missingPlugins }: ProcessPlan,
    root: Pick<Root, "container" | "missingPlugins">,
    surroundings: { readonly logger: Logger; readonly clock: Clock },
  ) {
    this.missingPlugins = Object.freeze([...missingPlugins, ...root.missingPlugins]);
    this.#checks = healthChecks
      .filter(({ plugin }) => !root.missingPlugins.has(plugin.id))
      .map((plan) => new WatchedCheck(plan, processContextOf(plan, root.container, surroundings)));
  }

  /** How many there are. */
  get size(): number {
    return this.#checks.length;
  }

  /** The result of every check, each within its time. Never rejects. Results are a second old at most. */
  results(): Promise<readonly HealthResult[]> {
    return Promise.all(this.#checks.map((check) => check.result()));
  }
}

/** One check: asked once at a time, and logged where its result changes. */
class WatchedCheck {
  readonly #definition: HealthCheckDefinition;
  readonly #context: EngineProcessContext;
  readonly #name: string;
  #running: Promise<void> | undefined;
  #latest: { readonly isHealthy: boolean; readonly atMs: number } | undefined;

  constructor({ plugin, name, definition }: ProcessPartPlan<HealthCheckDefinition>, context: EngineProcessContext) {
    this.#definition = definition;
    this.#context = context;
    this.#name = `${plugin.id}/${name}`;
  }

  async result(): Promise<HealthResult> {
    const latest = this.#latest;
    const isFresh = latest !== undefined && performance.now() - latest.atMs < RESULT_COUNTS_FOR_MS;
    const isHealthy = isFresh ? latest.isHealthy : await this.#ask();
    return { name: this.#name, isHealthy, isCritical: this.#definition.isCritical };
  }

  /** One that hangs is not asked again before it has ended; until then it fails. */
  async #ask(): Promise<boolean> {
    this.#running ??= this.#definition.check(this.#context).finally(() => {
      this.#running = undefined;
    });
    try {
      const outcome = await withinTime(this.#running, this.#definition.timeoutMs);
      this.#note(outcome !== late, outcome === late ? "it took too long" : undefined);
      return outcome !== late;
    } catch (error) {
      this.#note(false, error);
      return false;
    }
  }

  #note(isHealthy: boolean, error: unknown): void {
    const wasHealthy = this.#latest?.isHealthy ?? true;
    this.#latest = { isHealthy, atMs: performance.now() };
    if (wasHealthy && !isHealthy) {
      this.#context.logger.warn("A health check fails", { check: this.#name, error });
    } else if (!wasHealthy && isHealthy) {
      this.#context.logger.info("A health check succeeds again", { check: this.#name });
    }
  }
}
