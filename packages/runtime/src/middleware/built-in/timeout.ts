import { AlcoveError, defineMiddleware, z } from "@alcove/plugin-api";
import { middlewareDuration } from "./middleware-duration.js";

/**
 * Gives calls up that take too long: single results, and each chunk of a stream. Keeps nothing between calls, so that
 * there is nothing of one user another one could meet.
 */
export const timeoutMiddleware = defineMiddleware({
  config: z.object({ timeout: middlewareDuration() }),
  build: ({ config: { timeout: timeoutMs } }) => ({
    invoke(_input, { target }, next) {
      const deadline = new Deadline(target.name, timeoutMs);
      return deadline.within(() => next({ signal: deadline.signal }));
    },
    async *stream(_input, { target }, next) {
      const deadline = new Deadline(target.name, timeoutMs);
      const chunks = next({ signal: deadline.signal })[Symbol.asyncIterator]();
      let isLeftEarly = true;
      try {
        for (;;) {
          const step = await deadline.within(() => chunks.next());
          if (step.done === true) {
            isLeftEarly = false;
            return;
          }
          yield step.value;
        }
      } finally {
        if (isLeftEarly) {
          await leave(chunks, deadline.signal);
        }
      }
    },
  }),
});

async function leave(chunks: AsyncIterator<unknown>, signal: AbortSignal): Promise<void> {
  const left = chunks.return?.();
  if (signal.aborted) {
    // Not waited for: a generator that is stuck would never return. What it throws then is of no use to anybody.
    left?.catch(() => undefined);
  } else {
    await left;
  }
}

/** The time one call has. */
class Deadline {
  readonly #functionName: string;
  readonly #timeoutMs: number;
  readonly #controller = new AbortController();

  constructor(functionName: string, timeoutMs: number) {
    this.#functionName = functionName;
    this.#timeoutMs = timeoutMs;
  }

  /** Aborts when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The outcome of an action. What is too late reaches nobody any more. @throws FUNCTION_TIMED_OUT */
  within<Result>(action: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const error = new AlcoveError(
          "FUNCTION_TIMED_OUT",
          `${this.#functionName} took longer than ${this.#timeoutMs / 1_000} s.`,
        );
        this.#controller.abort(error);
        reject(error);
      }, this.#timeoutMs);
      action()
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }
}
