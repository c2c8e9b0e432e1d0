import { z } from "zod";
import { httpRouteAccessSchema, httpRouteAddressSchema } from "./http-route-address.js";

/** The version of the manifest format this package reads and writes. */
export const MANIFEST_FORMAT = 1;

/** The id of what comes with Alcove, as in `_type: alcove/cache`. No plugin can have it. */
export const BUILT_IN_PLUGIN_ID = "alcove";

const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'expected lower-case words joined by "-", e.g. per-user-assistant')
  .max(64)
  .describe("lower-case words joined by `-`");
const typeName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/, 'expected lower-case words joined by "_", e.g. per_user_notepad')
  .max(64)
  .describe("lower-case words joined by `_`");
const modulePath = z
  .string()
  .regex(/^\.(?!.*\/\.\.(?:\/|$))\/.+\.m?js$/, "expected a path inside the package, e.g. ./dist/notepad.js")
  .describe("The JavaScript module, relative to the manifest: `./…`, ending in `.js` or `.mjs`, inside the package.");
const exportName = z.string().min(1).default("default").describe("Which export of the module.");

const componentContribution = z.strictObject({
  scope: z.enum(["shared", "per-user"]).describe("One instance per process, or one per user session."),
  module: modulePath,
  export: exportName,
  description: z.string().min(1).describe("One sentence for `alcove info components` and `alcove plugins info`."),
});

const objectStoreContribution = componentContribution.extend({
  scope: z.literal("shared").default("shared").describe("Stores belong to nobody."),
});

const httpRoutesContribution = componentContribution.extend({
  routes: z
    .record(httpRouteAddressSchema.describe("such as `GET /books/{id}`"), httpRouteAccessSchema)
    .describe("Every route it serves, and whom: a user, the public, or an operator."),
});

const perUserServiceContribution = componentContribution.omit({ scope: true }).extend({
  scope: z.literal("per-user").default("per-user").describe("One instance per user session."),
  provides: z
    .string()
    .min(1)
    .describe("The service it is asked for by: the description of a symbol, or the name of a class."),
});

const forPluginsInfo = z.string().min(1).describe("One sentence for `alcove plugins info`.");

const servicesContribution = z.strictObject({
  module: modulePath,
  export: exportName,
  description: forPluginsInfo,
  binds: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Everything the module binds, also for the plugin's own use: symbols by their descriptions, classes by their names.",
    ),
});

const processContribution = z.strictObject({
  module: modulePath,
  export: exportName,
  description: forPluginsInfo,
});

// A default that is an object would be copied for every section of every manifest that leaves it out.
const none = (): Record<string, never> => ({});

/** What a plugin adds: one section for each kind of contribution. */
const contributions = z.strictObject({
  functions: z
    .record(typeName, componentContribution)
    .default(none)
    .describe("Function types, by `_type`. Defined with `defineFunction()` or `definePerUserFunction()`."),
  function_groups: z
    .record(typeName, componentContribution)
    .default(none)
    .describe(
      "Function group types, by `_type`. Defined with `defineFunctionGroup()` or `definePerUserFunctionGroup()`.",
    ),
  middleware: z
    .record(typeName, componentContribution)
    .default(none)
    .describe("Middleware types, by `_type`. Defined with `defineMiddleware()` or `definePerUserMiddleware()`."),
  object_stores: z
    .record(typeName, objectStoreContribution)
    .default(none)
    .describe("Object store types, by `_type`. Defined with `defineObjectStore()`."),
  http_routes: z
    .record(typeName, httpRoutesContribution)
    .default(none)
    .describe(
      "Sets of HTTP routes below `/plugins/<id>`, by `_type`. Defined with `defineHttpRoutes()` or `definePerUserHttpRoutes()`.",
    ),
  services: z
    .record(identifier, servicesContribution)
    .default(none)
    .describe("Shared services, by a name of the plugin's own. Defined with `defineServices()`."),
  per_user_services: z
    .record(typeName, perUserServiceContribution)
    .default(none)
    .describe("Services of each user, by `_type`. Defined with `definePerUserService()`."),
  lifecycle: z
    .record(identifier, processContribution)
    .default(none)
    .describe("Hooks of the process, by a name of the plugin's own. Defined with `defineLifecycle()`."),
  health_checks: z
    .record(identifier, processContribution)
    .default(none)
    .describe("Health checks, by a name of the plugin's own. Defined with `defineHealthCheck()`."),
});

/**
 * The schema of a plugin's manifest file, `plugin.yaml`. `schemas/plugin-manifest.schema.json` and
 * `docs/manifest-reference.md` are generated from it.
 */
export const manifestSchema = z
  .strictObject({
    manifest: z.literal(MANIFEST_FORMAT).describe("The version of the manifest format."),
    id: identifier
      .regex(new RegExp(`^(?!${BUILT_IN_PLUGIN_ID}$)`), `"${BUILT_IN_PLUGIN_ID}" is the id of what comes with Alcove`)
      .describe(
        `Names the plugin, and is unique in an application: lower-case words joined by \`-\`, and not \`${BUILT_IN_PLUGIN_ID}\`.`,
      ),
    displayName: z.string().min(1).max(80).describe("What people call it."),
    description: z.string().min(1).describe("One or two sentences on what it is good for."),
    requires: z
      .strictObject({
        alcove: z
          .string()
          .min(1)
          .describe("The versions of Alcove the plugin works with, as a semver range, e.g. ^0.1.0."),
      })
      .describe("What the plugin needs around it."),
    contributes: contributions.describe("What the plugin adds."),
  })
  .describe("The manifest of an Alcove plugin.");

/** A parsed manifest. */
export type Manifest = z.output<typeof manifestSchema>;

/** One component type a manifest contributes. */
export type ComponentContribution = z.output<typeof componentContribution>;

/** One set of HTTP routes a manifest contributes. */
export type HttpRoutesContribution = z.output<typeof httpRoutesContribution>;

/** One module of shared services a manifest contributes. */
export type ServicesContribution = z.output<typeof servicesContribution>;
