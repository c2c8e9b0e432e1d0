import type { MiddlewareDefinition } from "@alcove/plugin-api";
import { cacheMiddleware } from "./cache.js";
import { loggingMiddleware } from "./logging.js";
import { rateLimitMiddleware } from "./rate-limit.js";
import { retryMiddleware } from "./retry.js";
import { timeoutMiddleware } from "./timeout.js";
import { validateMiddleware } from "./validate.js";

/** The middleware types that come with Alcove. */
export const builtInMiddleware: Readonly<Record<string, { definition: MiddlewareDefinition; description: string }>> = {
  cache: {
    definition: cacheMiddleware,
    description: "Answers a user's calls with the results of that user's earlier ones.",
  },
  logging: { definition: loggingMiddleware, description: "Writes a line for every call." },
  rate_limit: { definition: rateLimitMiddleware, description: "Limits how often each user may call a function." },
  retry: { definition: retryMiddleware, description: "Calls again what has failed, where that can be done twice." },
  timeout: { definition: timeoutMiddleware, description: "Gives calls up that take too long." },
  validate: { definition: validateMiddleware, description: "Holds calls to JSON Schemas of the configuration." },
};
