import { setTimeout as delay } from "node:timers/promises";
import { AlcoveError, defineMiddleware, type MiddlewareCallContext, z } from "@alcove/plugin-api";
import { middlewareDuration, middlewareDurationOrZero } from "./middleware-duration.js";

const config = z.object({
  max_attempts: z.number().int().min(2).max(100).default(3),
  delay: middlewareDurationOrZero().default(200),
  backoff: z.number().min(1).max(10).default(2),
  max_delay: middlewareDuration().default(10_000),
  assume_idempotent: z.boolean().default(false),
});

/**
 * Calls again what has failed, where that can be done twice: the function is idempotent, and the failed try has left the
 * user's state as it found it. There is no turning back of state: another call of the run may have changed it meanwhile.
 *
 * Keeps nothing between calls, so that there is nothing of one user another one could meet.
 */
export const retryMiddleware = defineMiddleware({
  config,
  unsuitable: ({ isIdempotent }, { assume_idempotent }) =>
    isIdempotent || assume_idempotent
      ? undefined
      : "its plugin does not say that a call may be made twice; set assume_idempotent: true if it may",
  build: ({ config: options }) => ({
    async invoke(_input, call, next) {
      const attempts = new Attempts(options, call);
      for (;;) {
        try {
          return await next();
        } catch (error) {
          await attempts.again(error);
        }
      }
    },
    async *stream(_input, call, next) {
      const attempts = new Attempts(options, call);
      for (;;) {
        let hasBegun = false;
        try {
          for await (const chunk of next()) {
            hasBegun = true;
            yield chunk;
          }
          return;
        } catch (error) {
          // What has been handed on cannot be taken back.
          if (hasBegun) {
            throw error;
          }
          await attempts.again(error);
        }
      }
    },
  }),
});

/** The attempts at one call. */
class Attempts {
  readonly #options: z.output<typeof config>;
  readonly #call: MiddlewareCallContext;
  #made = 0;
  #hasChanged: () => boolean;

  constructor(options: z.output<typeof config>, call: MiddlewareCallContext) {
    this.#options = options;
    this.#call = call;
    this.#hasChanged = call.watchChanges();
  }

  /** Resolves when the next attempt is due. @throws the error, where there must be none. */
  async again(error: unknown): Promise<void> {
    this.#made += 1;
    const { signal, logger, target } = this.#call;
    if (this.#made >= this.#options.max_attempts || !mayPass(error) || signal.aborted) {
      throw error;
    }
    if (this.#hasChanged()) {
      logger.warn("A failed call is not repeated, since it changed the state", { function: target.name });
      throw error;
    }
    const { delay: delayMs, backoff, max_delay: maxDelayMs } = this.#options;
    const waitMs = Math.min(delayMs * backoff ** (this.#made - 1), maxDelayMs);
    logger.info("A failed call is repeated", { function: target.name, attempt: this.#made + 1, error });
    // Spread, so that calls that failed together are not repeated together.
    await delay(waitMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) {
      throw error;
    }
    this.#hasChanged = this.#call.watchChanges();
  }
}

/** Whether the next attempt may fare better: coded errors say the same each time, but for a function that took too long. */
function mayPass(error: unknown): boolean {
  return !AlcoveError.is(error) || error.code === "FUNCTION_TIMED_OUT";
}
