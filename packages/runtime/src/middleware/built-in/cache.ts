import { deserialize, serialize } from "node:v8";
import { type Clock, defineMiddleware, type MiddlewareCallContext, z } from "@alcove/plugin-api";
import { BoundedMap } from "./bounded-map.js";
import { canonicalText } from "./canonical-text.js";
import { middlewareDuration } from "./middleware-duration.js";

const config = z.object({
  ttl: middlewareDuration().default(60_000),
  max_bytes: z.number().int().min(1_024).max(1_073_741_824).default(16_777_216),
  across_users: z.boolean().default(false),
});

/**
 * Answers a call with the result of an earlier one that had the same input. Streams are never answered from it.
 *
 * Users are kept apart by the key: it begins with the user id, and with nobody's for calls without identity, so that a
 * result can only come back to the user it was made for, also from a shared function, which may look at who calls. Only
 * `across_users` leaves the user out, and per-user functions are refused with it. Functions that reach state are refused: a
 * cached result would hide what has been changed since, and might show what no run ever stored.
 */
export const cacheMiddleware = defineMiddleware({
  config,
  unsuitable({ isStateful, scope }, { across_users }) {
    if (isStateful) {
      return "it keeps state, or calls what does, and a cached result would not follow the changes";
    }
    return across_users && scope === "per-user"
      ? "it is each user's own, and across_users would show one user what is another's"
      : undefined;
  },
  build({ config: { ttl, max_bytes, across_users }, clock }) {
    const results = new Results(ttl, max_bytes, clock);
    return {
      async invoke(input, call, next) {
        const key = keyOf(input, call, across_users);
        const cached = key === undefined ? undefined : results.get(key);
        if (cached !== undefined) {
          return cached.output;
        }
        const output = await next();
        if (key !== undefined) {
          results.add(key, output, call.target.outputSchema);
        }
        return output;
      },
      stream: (_input, _call, next) => next(),
    };
  },
});

function keyOf(input: unknown, { target, userId }: MiddlewareCallContext, acrossUsers: boolean): string | undefined {
  const text = canonicalText(input);
  return text === undefined ? undefined : JSON.stringify([acrossUsers ? null : (userId ?? null), target.name, text]);
}

interface Result {
  /** A copy that nobody holds. */
  readonly bytes: Buffer;
  readonly endsAtMs: number;
}

/** The results of earlier calls, as copies, for a while. */
class Results {
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #results: BoundedMap<Result>;

  constructor(ttlMs: number, maxBytes: number, clock: Clock) {
    this.#ttlMs = ttlMs;
    this.#clock = clock;
    this.#results = new BoundedMap(maxBytes, ({ bytes }, key) => bytes.byteLength + 2 * key.length);
  }

  /** A copy of its own of a result. */
  get(key: string): { readonly output: unknown } | undefined {
    const result = this.#results.get(key);
    if (result === undefined || result.endsAtMs <= this.#clock.monotonicMs()) {
      this.#results.delete(key);
      return undefined;
    }
    return { output: deserialize(result.bytes) };
  }

  /** Keeps a result, unless a copy of it would be something else, or its function's schema refuses it. */
  add(key: string, output: unknown, schema: z.ZodType | undefined): void {
    const bytes = bytesOf(output);
    if (bytes !== undefined && schema?.safeParse(deserialize(bytes)).success === true) {
      this.#results.set(key, { bytes, endsAtMs: this.#clock.monotonicMs() + this.#ttlMs });
    }
  }
}

function bytesOf(output: unknown): Buffer | undefined {
  try {
    return serialize(output);
  } catch {
    // A function or the like is in it, of which there are no copies.
    return undefined;
  }
}
