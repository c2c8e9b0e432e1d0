import {
  BUILT_IN_PLUGIN_ID,
  MANIFEST_FORMAT,
  type Manifest,
  type MiddlewareDefinition,
  manifestSchema,
} from "@alcove/plugin-api";
import type { ComponentType, DiscoveredPlugin } from "@alcove/plugin-loader";
import { cacheMiddleware } from "./cache.js";
import { loggingMiddleware } from "./logging.js";
import { rateLimitMiddleware } from "./rate-limit.js";
import { retryMiddleware } from "./retry.js";
import { timeoutMiddleware } from "./timeout.js";
import { validateMiddleware } from "./validate.js";

const definitions: Readonly<Record<string, MiddlewareDefinition>> = {
  cache: cacheMiddleware,
  logging: loggingMiddleware,
  rate_limit: rateLimitMiddleware,
  retry: retryMiddleware,
  timeout: timeoutMiddleware,
  validate: validateMiddleware,
};
const descriptions: Readonly<Record<string, string>> = {
  cache: "Answers a user's calls with the results of that user's earlier ones.",
  logging: "Writes a line for every call.",
  rate_limit: "Limits how often each user may call a function.",
  retry: "Calls again what has failed, where that can be done twice.",
  timeout: "Gives calls up that take too long.",
  validate: "Holds calls to JSON Schemas of the configuration.",
};

const manifest: Manifest = {
  manifest: MANIFEST_FORMAT,
  id: BUILT_IN_PLUGIN_ID,
  displayName: "Alcove",
  description: "What comes with Alcove.",
  requires: { alcove: "*" },
  contributes: manifestSchema.shape.contributes.parse({
    middleware: Object.fromEntries(
      Object.entries(descriptions).map(([name, description]) => [
        name,
        // Nothing is imported from there: the definitions are at hand.
        { scope: "shared", module: "./built-in.js", description },
      ]),
    ),
  }),
};

/** The types every application has without installing anything, in the form of a plugin. */
export const builtInPlugin: DiscoveredPlugin = Object.freeze({
  id: BUILT_IN_PLUGIN_ID,
  packageName: "alcove",
  version: "built in",
  directory: "",
  manifestFile: "",
  isListed: false,
  isOptional: false,
  manifest,
});

/** The definition of a type that comes with Alcove; `undefined` for every other one. */
export function builtInDefinition({ plugin, name }: ComponentType): MiddlewareDefinition | undefined {
  return plugin === builtInPlugin ? definitions[name] : undefined;
}
