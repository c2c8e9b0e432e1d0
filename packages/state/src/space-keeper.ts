import { AlcoveError, type Logger } from "@alcove/plugin-api";
import type { EntryAdapter } from "./entry-adapter.js";

/** So much is given back after one sweep at most; the rest after the next, so that a store can always be closed soon. */
const maxSteps = 64;

/** What a {@link SpaceKeeper} is made of. */
export interface SpaceKeeperParts {
  readonly adapter: EntryAdapter;
  readonly logger: Logger;
  readonly place: string;
  /** Runs a task while nothing is written. */
  readonly alone: <Result>(task: () => Promise<Result>) => Promise<Result>;
  /** Milliseconds on a clock that nobody sets. */
  readonly monotonicMs: () => number;
}

/** So long one step should take at most, in milliseconds: commits wait for it. */
const longestStepMs = 5;
const mostRemovedAtOnce = 512;

/** Removes what is over in steps that are short enough for commits to wait for, and gives its space back. */
export class SpaceKeeper {
  readonly #parts: SpaceKeeperParts;
  #misdatedReported = 0;
  #removedAtOnce = 16;

  constructor(parts: SpaceKeeperParts) {
    this.#parts = parts;
  }

  /**
   * Removes at most `limit` entries, step by step, between which commits have their turn; resolves to how many. How many
   * go at once depends on how long it took before, since they may be of any length, and on any disk.
   */
  async removeInSteps(limit: number, remove: (limit: number) => Promise<number>): Promise<number> {
    let removed = 0;
    while (removed < limit) {
      const wanted = Math.min(limit - removed, this.#removedAtOnce);
      const removedInStep = await this.#parts.alone(() => this.#timed(wanted, () => remove(wanted)));
      removed += removedInStep;
      if (removedInStep < wanted) {
        break;
      }
    }
    return removed;
  }

  async #timed(wanted: number, remove: () => Promise<number>): Promise<number> {
    const { monotonicMs } = this.#parts;
    const startedMs = monotonicMs();
    const removed = await remove();
    const tookMs = monotonicMs() - startedMs;
    if (tookMs > longestStepMs) {
      this.#removedAtOnce = Math.max(1, this.#removedAtOnce >> 1);
    } else if (tookMs < longestStepMs / 4 && wanted === this.#removedAtOnce) {
      this.#removedAtOnce = Math.min(mostRemovedAtOnce, this.#removedAtOnce * 2);
    }
    return removed;
  }

  /** Gives free space back in small steps, between which commits have their turn. A failure is logged: the sweep is done. */
  async afterSweep(expiredAtMs: number): Promise<void> {
    const { adapter, logger, place, alone } = this.#parts;
    try {
      await this.#reportMisdated(expiredAtMs);
      let step = 1;
      while (step <= maxSteps && (await alone(() => adapter.giveSpaceBack()))) {
        step += 1;
      }
    } catch (error) {
      if (!AlcoveError.is(error) || error.code !== "STORE_CLOSED") {
        logger.warn("The space of removed sessions could not be given back; the next cleanup tries again.", {
          place,
          error,
        });
      }
    }
  }

  /** Once for each number of them: they stay, so every sweep finds them. */
  async #reportMisdated(expiredAtMs: number): Promise<void> {
    const { adapter, logger, place } = this.#parts;
    const sessions = await adapter.countMisdated(expiredAtMs);
    if (sessions !== this.#misdatedReported && sessions > 0) {
      logger.error("Stored sessions are filed under another expiry than their own; they are kept, and not served.", {
        place,
        sessions,
      });
    }
    this.#misdatedReported = sessions;
  }
}
