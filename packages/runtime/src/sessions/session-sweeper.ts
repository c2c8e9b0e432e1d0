import { setImmediate as nextTurnOfLoop } from "node:timers/promises";
import type { Logger } from "@alcove/plugin-api";
import type { SessionStore } from "@alcove/state";
import type { SweepFigures } from "../figures/runtime-figures.js";
import type { ObjectStores } from "../objects/object-stores.js";
import type { SessionManager } from "./session-manager.js";

// One step removes so few sessions that the store is never busy with it for long.
const SESSIONS_PER_STEP = 256;
// Longer delays overflow Node's timers and would fire at once.
const MAX_TIMER_DELAY_MS = 2 ** 31 - 1;

/** Options of {@link SessionSweeper}. */
export interface SessionSweeperOptions {
  readonly sessions: SessionManager;
  readonly store: SessionStore;
  readonly objects: ObjectStores;
  readonly logger: Logger;
  readonly intervalMs: number;
  /** How often it is looked whether somebody should leave memory; with every sweep in any case. */
  readonly residencyIntervalMs: number;
}

/** Removes sessions whose time is over, from memory and from the store, and their objects, every cleanup interval. */
export class SessionSweeper {
  readonly #options: SessionSweeperOptions;
  readonly #figures = { completed: 0, failed: 0, removedEntries: 0 };
  #timer: NodeJS.Timeout | undefined;
  #residencyTimer: NodeJS.Timeout | undefined;
  #sweeping: Promise<number> | undefined;
  #isStopped = false;

  constructor(options: SessionSweeperOptions) {
    this.#options = options;
  }

  /** What it has done so far. Always the same object, whose numbers grow. */
  get figures(): SweepFigures {
    return this.#figures;
  }

  /** Sweeps every interval from now on; the first time after one interval. */
  start(): void {
    const { sessions, intervalMs, residencyIntervalMs, logger } = this.#options;
    this.#timer = setInterval(
      () => {
        this.sweep().catch((error: unknown) => logger.error("The cleanup of expired sessions failed", { error }));
      },
      Math.min(intervalMs, MAX_TIMER_DELAY_MS),
    );
    this.#timer.unref();
    if (residencyIntervalMs < intervalMs) {
      this.#residencyTimer = setInterval(
        () => sessions.relieveMemory(),
        Math.min(residencyIntervalMs, MAX_TIMER_DELAY_MS),
      );
      this.#residencyTimer.unref();
    }
  }

  /** One pass; a pass that is already going is joined. Resolves to how many sessions left the store. */
  sweep(): Promise<number> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  /** Stops sweeping, and waits for the pass that is going. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    clearInterval(this.#residencyTimer);
    await Promise.all([this.#sweeping?.catch(() => undefined), this.#options.objects.stop()]);
  }

  async #sweep(): Promise<number> {
    try {
      const removed = await this.#removeExpired();
      this.#figures.completed += 1;
      return removed;
    } catch (error) {
      this.#figures.failed += 1;
      throw error;
    }
  }

  async #removeExpired(): Promise<number> {
    const { sessions, store, objects, logger } = this.#options;
    await sessions.executions.sweep();
    const evicted = await sessions.evictExpired();
    sessions.relieveMemory();
    let removed = 0;
    let removedInStep = SESSIONS_PER_STEP;
    while (removedInStep === SESSIONS_PER_STEP && !this.#isStopped) {
      removedInStep = await store.sweep(SESSIONS_PER_STEP, sessions.inUse());
      removed += removedInStep;
      this.#figures.removedEntries += removedInStep;
      await nextTurnOfLoop();
    }
    await objects.sweep((userId) => sessions.lookIntoMemory(userId));
    if (evicted > 0 || removed > 0) {
      logger.info("Cleaned up expired sessions", { leftMemory: evicted, leftStore: removed });
    }
    return removed;
  }
}
