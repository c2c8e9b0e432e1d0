import { z } from "zod";
import { httpRouteAccessSchema, httpRouteAddressSchema } from "./http-route-address.js";

/** The version of the manifest format this package reads and writes. */
export const MANIFEST_FORMAT = 1;

const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'expected lower-case words joined by "-", e.g. per-user-assistant')
  .max(64);
const typeName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/, 'expected lower-case words joined by "_", e.g. per_user_notepad')
  .max(64);
const modulePath = z
  .string()
  .regex(/^\.(?!.*\/\.\.(?:\/|$))\/.+\.m?js$/, "expected a path inside the package, e.g. ./dist/notepad.js")
  .describe("The JavaScript module, relative to the manifest.");
const exportName = z.string().min(1).default("default").describe("Which export of the module; `default` if left out.");

const componentContribution = z
  .strictObject({
    scope: z.enum(["shared", "per-user"]).describe("One instance per process, or one per user session."),
    module: modulePath,
    export: exportName,
    description: z.string().min(1).describe("One sentence for `alcove info components`."),
  })
  .describe("A component type.");

const objectStoreContribution = componentContribution
  .extend({ scope: z.literal("shared").default("shared").describe("Stores belong to nobody; may be left out.") })
  .describe("A type of object stores, defined with defineObjectStore().");
const httpRoutesContribution = componentContribution
  .extend({
    routes: z
      .record(httpRouteAddressSchema, httpRouteAccessSchema)
      .describe("Every route it serves, e.g. GET /items/{id}, and whom: a user, the public, or an operator."),
  })
  .describe("A set of HTTP routes, defined with defineHttpRoutes() or definePerUserHttpRoutes().");

const perUserServiceContribution = componentContribution
  .omit({ scope: true })
  .extend({
    scope: z.literal("per-user").default("per-user").describe("One instance per user session."),
    provides: z.string().min(1).describe("The service: the description of a symbol, or the name of a class."),
  })
  .describe("A service of each user, defined with definePerUserService().");

const servicesContribution = z
  .strictObject({
    module: modulePath,
    export: exportName,
    description: z.string().min(1),
    binds: z
      .array(z.string().min(1))
      .default([])
      .describe("Everything the module binds: the descriptions of symbols, the names of classes."),
  })
  .describe("Shared services, defined with defineServices().");

const processContribution = z.strictObject({
  module: modulePath,
  export: exportName,
  description: z.string().min(1),
});

/** The schema of a plugin's manifest file, `plugin.yaml`. `schemas/plugin-manifest.schema.json` is generated from it. */
export const manifestSchema = z
  .strictObject({
    manifest: z.literal(MANIFEST_FORMAT).describe("The version of the manifest format."),
    id: identifier.describe("Names the plugin; unique in an application."),
    displayName: z.string().min(1).max(80),
    description: z.string().min(1),
    requires: z.strictObject({
      alcove: z
        .string()
        .min(1)
        .describe("The versions of Alcove the plugin works with, as a semver range, e.g. ^0.1.0."),
    }),
    contributes: z
      .strictObject({
        functions: z.record(typeName, componentContribution).default({}).describe("Function types, by `_type`."),
        function_groups: z
          .record(typeName, componentContribution)
          .default({})
          .describe("Function group types, by `_type`."),
        middleware: z.record(typeName, componentContribution).default({}).describe("Middleware types, by `_type`."),
        object_stores: z
          .record(typeName, objectStoreContribution)
          .default({})
          .describe("Object store types, by `_type`."),
        http_routes: z
          .record(typeName, httpRoutesContribution)
          .default({})
          .describe("Sets of HTTP routes below `/plugins/<id>`, by `_type`."),
        services: z
          .record(identifier, servicesContribution)
          .default({})
          .describe("Shared services, by a name of the plugin's own."),
        per_user_services: z
          .record(typeName, perUserServiceContribution)
          .default({})
          .describe("Services of each user, by `_type`."),
        lifecycle: z
          .record(identifier, processContribution.describe("Hooks, defined with defineLifecycle()."))
          .default({})
          .describe("Hooks of the process, by a name of the plugin's own."),
        health_checks: z
          .record(identifier, processContribution.describe("A check, defined with defineHealthCheck()."))
          .default({})
          .describe("Health checks, by a name of the plugin's own."),
      })
      .describe("What the plugin adds."),
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
