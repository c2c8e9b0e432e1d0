import type { Logger } from "@alcove/plugin-api";
import type { Tracing } from "../tracing/tracing.js";
import type { IntermediateStep, StepListener } from "./intermediate-step.js";

/**
 * Hands the steps of all runs to whoever subscribed, for logging, tracing and metrics. It sees every user's data, so
 * only the front end and the operator's exporters subscribe here; a client gets its own run's steps from the runner.
 */
export class EventHub {
  readonly #listeners = new Set<StepListener>();
  /** What makes the spans of runs; `undefined` while nothing is traced. */
  readonly tracing: Tracing | undefined;
  readonly #logger: Logger;

  constructor(logger: Logger, tracing?: Tracing) {
    this.#logger = logger;
    this.tracing = tracing;
  }

  /** Whether anybody listens; without listeners no steps are made. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** Subscribes to the steps of all runs. Returns the unsubscription. */
  subscribe(listener: StepListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Hands on one step, to the run's own listeners and to everybody's. */
  emit(step: IntermediateStep, runListeners: ReadonlySet<StepListener>): void {
    for (const listeners of [runListeners, this.#listeners]) {
      for (const listener of listeners) {
        try {
          listener(step);
        } catch (error) {
          this.#logger.error("A listener of steps threw", {
            runId: step.payload.runId,
            error,
            step: step.payload.eventType,
          });
        }
      }
    }
  }
}
