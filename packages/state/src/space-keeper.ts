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
}

/** What is done once a sweep has nothing more to remove. */
export class SpaceKeeper {
  readonly #parts: SpaceKeeperParts;
  #misdatedReported = 0;

  constructor(parts: SpaceKeeperParts) {
    this.#parts = parts;
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
