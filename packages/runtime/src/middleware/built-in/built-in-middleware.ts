import type { BuiltInTypes } from "../../plan/built-in-type.js";

/** The middleware types that come with Alcove. */
export const builtInMiddleware: BuiltInTypes = {
  cache: {
    load: async () => (await import("./cache.js")).cacheMiddleware,
    description: "Answers a user's calls with the results of that user's earlier ones.",
  },
  logging: {
    load: async () => (await import("./logging.js")).loggingMiddleware,
    description: "Writes a line for every call.",
  },
  rate_limit: {
    load: async () => (await import("./rate-limit.js")).rateLimitMiddleware,
    description: "Limits how often each user may call a function.",
  },
  retry: {
    load: async () => (await import("./retry.js")).retryMiddleware,
    description: "Calls again what has failed, where that can be done twice.",
  },
  timeout: {
    load: async () => (await import("./timeout.js")).timeoutMiddleware,
    description: "Gives calls up that take too long.",
  },
  validate: {
    load: async () => (await import("./validate.js")).validateMiddleware,
    description: "Holds calls to JSON Schemas of the configuration.",
  },
};
