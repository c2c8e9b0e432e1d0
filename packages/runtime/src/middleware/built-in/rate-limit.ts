import { AlcoveError, type Clock, defineMiddleware, type MiddlewareCallContext, z } from "@alcove/plugin-api";
import { BoundedMap } from "./bounded-map.js";
import { middlewareDuration } from "./middleware-duration.js";

const config = z.object({
  max_calls: z.number().int().min(1).max(1_000_000),
  per: middlewareDuration().default(60_000),
  max_users: z.number().int().min(1).max(1_000_000).default(10_000),
});

/**
 * Limits how often each user may call a function. Calls without identity are counted together, as nobody's.
 *
 * Shared, and safe: all it keeps of a user are numbers, found by the user id, so that no user spends another's calls. Of how many users it keeps them is bounded; whoever is forgotten has been away the longest, and
 * begins anew.
 */
export const rateLimitMiddleware = defineMiddleware({
  config,
  build({ config: options, clock }) {
    const allowances = new Allowances(options, clock);
    return {
      invoke(_input, call, next) {
        allowances.take(call);
        return next();
      },
      async *stream(_input, call, next) {
        allowances.take(call);
        yield* next();
      },
    };
  },
});

interface Allowance {
  /** How many calls may be made now; grows with the time. */
  calls: number;
  countedAtMs: number;
}

/** What is left to each user of each function. */
class Allowances {
  readonly #maxCalls: number;
  readonly #perMs: number;
  readonly #clock: Clock;
  readonly #maxUsers: number;
  // As many as there are functions in the configuration.
  readonly #byFunction = new Map<string, BoundedMap<Allowance>>();

  constructor({ max_calls, per, max_users }: z.output<typeof config>, clock: Clock) {
    this.#maxCalls = max_calls;
    this.#perMs = per;
    this.#clock = clock;
    this.#maxUsers = max_users;
  }

  /** Takes a call off what is left. @throws FUNCTION_RATE_LIMITED, with the time to wait */
  take({ userId, target }: MiddlewareCallContext): void {
    const allowances = this.#allowancesOf(target.name);
    const key = JSON.stringify(userId ?? null);
    const nowMs = this.#clock.monotonicMs();
    const { calls, countedAtMs } = allowances.get(key) ?? { calls: this.#maxCalls, countedAtMs: nowMs };
    const callMs = this.#perMs / this.#maxCalls;
    const left = Math.min(this.#maxCalls, calls + (nowMs - countedAtMs) / callMs);
    if (left < 1) {
      throw new AlcoveError(
        "FUNCTION_RATE_LIMITED",
        `${target.name} may be called ${this.#maxCalls} times in ${this.#perMs / 1_000} s.`,
        { retryAfterSeconds: ((1 - left) * callMs) / 1_000 },
      );
    }
    allowances.set(key, { calls: left - 1, countedAtMs: nowMs });
  }

  #allowancesOf(functionName: string): BoundedMap<Allowance> {
    let allowances = this.#byFunction.get(functionName);
    if (allowances === undefined) {
      allowances = new BoundedMap(this.#maxUsers, () => 1);
      this.#byFunction.set(functionName, allowances);
    }
    return allowances;
  }
}
