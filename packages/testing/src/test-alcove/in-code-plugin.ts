import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type {
  ComponentDefinition,
  FunctionDefinition,
  FunctionGroupDefinition,
  HealthCheckDefinition,
  HttpRoutesDefinition,
  LifecycleDefinition,
  MiddlewareDefinition,
  ObjectStoreDefinition,
  PerUserServiceDefinition,
  ServiceIdentifier,
  ServicesDefinition,
} from "@alcove/plugin-api";

/** A plugin whose definitions are at hand, so that it can be tried before there is a package, or from its sources. */
export interface InCodePlugin {
  /** The `id` of its manifest. */
  readonly id: string;
  /** Its function types, by their `_type`. */
  readonly functions?: Readonly<Record<string, FunctionDefinition>>;
  /** Its function group types, by their `_type`. */
  readonly functionGroups?: Readonly<Record<string, FunctionGroupDefinition>>;
  /** Its middleware types, by their `_type`. */
  readonly middleware?: Readonly<Record<string, MiddlewareDefinition>>;
  /** Its object store types, by their `_type`. */
  readonly objectStores?: Readonly<Record<string, ObjectStoreDefinition>>;
  /** Its sets of HTTP routes, by their `_type`. */
  readonly httpRoutes?: Readonly<Record<string, HttpRoutesDefinition>>;
  /** Its shared services, by a name of the plugin's own. */
  readonly services?: Readonly<Record<string, ServicesDefinition>>;
  /** Its services of each user, by their `_type`. */
  readonly perUserServices?: Readonly<Record<string, PerUserServiceDefinition>>;
  /** Its hooks of the process, by a name of the plugin's own. */
  readonly lifecycle?: Readonly<Record<string, LifecycleDefinition>>;
  /** Its health checks, by a name of the plugin's own. */
  readonly healthChecks?: Readonly<Record<string, HealthCheckDefinition>>;
}

type Definition = ComponentDefinition | ServicesDefinition | LifecycleDefinition | HealthCheckDefinition;

// The modules that are written are real files a real loader imports; they fetch the definitions from here. Definitions hold
// nothing of any user, and the names never repeat.
const shelfKey = "@alcove/testing/definitions";
const shelf = new Map<string, Definition>();
Object.defineProperty(globalThis, Symbol.for(shelfKey), { value: shelf, configurable: true });
let shelved = 0;

/** Writes an in-code plugin as a package with a manifest into a folder. Resolves to the package's path, for `plugins:`. */
export async function writeInCodePlugin(folder: string, plugin: InCodePlugin): Promise<string> {
  const directory = join(folder, plugin.id);
  await mkdir(directory, { recursive: true });
  const manifest = {
    manifest: 1,
    id: plugin.id,
    displayName: plugin.id,
    description: "A plugin of the tests.",
    requires: { alcove: "*" },
    contributes: {
      functions: await writeContributions(directory, plugin.functions),
      function_groups: await writeContributions(directory, plugin.functionGroups),
      middleware: await writeContributions(directory, plugin.middleware),
      object_stores: await writeContributions(directory, plugin.objectStores),
      http_routes: await writeContributions(directory, plugin.httpRoutes),
      services: await writeContributions(directory, plugin.services),
      per_user_services: await writeContributions(directory, plugin.perUserServices),
      lifecycle: await writeContributions(directory, plugin.lifecycle),
      health_checks: await writeContributions(directory, plugin.healthChecks),
    },
  };
  await writeFile(join(directory, "plugin.yaml"), JSON.stringify(manifest));
  await writeFile(
    join(directory, "package.json"),
    JSON.stringify({ name: plugin.id, version: "1.0.0", type: "module", alcove: { manifest: "./plugin.yaml" } }),
  );
  return directory;
}

async function writeContributions(
  directory: string,
  definitions: Readonly<Record<string, Definition>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const entries = Object.entries(definitions).map(async ([name, definition]) => {
    const contribution = { module: await writeModule(directory, definition), description: name };
    return [name, { ...ownFields(definition), ...contribution }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function ownFields(definition: Definition): Readonly<Record<string, unknown>> {
  if ("scope" in definition) {
    return { scope: definition.scope, ...ownFieldsOfKind(definition) };
  }
  return definition.kind === "services" ? { binds: definition.provides.map(identifierName) } : {};
}

function ownFieldsOfKind(definition: ComponentDefinition): Readonly<Record<string, unknown>> {
  switch (definition.kind) {
    case "http_routes":
      return { routes: accessOf(definition) };
    case "per_user_service":
      return { provides: identifierName(definition.service) };
    default:
      return {};
  }
}

/** As manifests name routes: by their addresses, with whom each serves. */
function accessOf({ routes }: HttpRoutesDefinition): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(routes).map(([address, { access }]) => [address, access]));
}

/** As manifests name identifiers: a symbol's description, or the name of a class. */
function identifierName(service: ServiceIdentifier): string {
  if (typeof service === "symbol") {
    return service.description ?? "(unnamed symbol)";
  }
  return typeof service === "function" ? service.name : service;
}

async function writeModule(directory: string, definition: Definition): Promise<string> {
  shelved += 1;
  const name = `definition-${shelved}`;
  shelf.set(name, definition);
  await writeFile(
    join(directory, `${name}.mjs`),
    `export default globalThis[Symbol.for("${shelfKey}")].get("${name}");\n`,
  );
  return `./${name}.mjs`;
}
