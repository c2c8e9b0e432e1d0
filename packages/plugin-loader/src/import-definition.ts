import {
  type ComponentDefinition,
  type ComponentKind,
  isComponentDefinition,
  isHealthCheckDefinition,
  isLifecycleDefinition,
  isServicesDefinition,
  type Problem,
  type Scope,
  type ServicesDefinition,
} from "@alcove/plugin-api";
import { type ComponentType, sectionOfKind } from "./component-type-registry.js";
import type { DiscoveredPlugin } from "./discovered-plugin.js";
import {
  type ContributionPlace,
  exportProblem,
  importContributedExport,
  moduleProblem,
  undeclaredProblem,
} from "./import-module.js";
import { describeService } from "./service-name.js";
import { undeclaredRoutes } from "./undeclared-routes.js";

/** What {@link importComponentDefinition} found: a definition, or the problems that stand against it. */
export interface ImportedDefinition {
  /** What the module exports; `undefined` when it cannot be used. */
  readonly definition: ComponentDefinition | undefined;
  /** Why it cannot be used; when it can, at most warnings. */
  readonly problems: Problem[];
}

/** Shared services of a plugin. */
export interface ImportedServices {
  /** The name in the manifest. */
  readonly name: string;
  /** What the module exports. */
  readonly definition: ServicesDefinition;
  /** Who contributes it. */
  readonly plugin: DiscoveredPlugin;
}

/** What {@link importServices} found: the services that could be imported, and the problems with the others. */
export interface ServicesImport {
  /** Every module that can be used. */
  readonly services: ImportedServices[];
  /** What stands against the others. */
  readonly problems: Problem[];
}

/**
 * Imports the module of a component type and checks that it holds what the manifest promises: a definition of that
 * kind and scope. Called at start for each type the configuration uses, which is when the plugin's code first runs.
 * Node runs a module once, however often it is asked for.
 *
 * Whatever goes wrong is a `plugin-module` problem; only a fault of this package rejects.
 *
 * @param timeoutMs How long the import may take; a minute if left out.
 */
export async function importComponentDefinition(type: ComponentType, timeoutMs?: number): Promise<ImportedDefinition> {
  const { kind, name, plugin, contribution } = type;
  const promised = describeComponent(kind, contribution.scope);
  const place = { plugin, section: sectionOfKind[kind], name, contribution, promise: `${promised} ${name}` };
  const imported = await importContributedExport(place, timeoutMs);
  if (imported.problem !== undefined) return { definition: undefined, problems: [imported.problem] };
  const { value } = imported;
  if (isComponentDefinition(value) && value.kind === kind && value.scope === contribution.scope) {
    const faults = [...(await undeclaredRoutes(place, value)), ...(await undeclaredService(place, value))];
    if (faults.length > 0) return { definition: undefined, problems: faults };
    const undeclared = undeclaredExports(type, value, imported.others);
    return { definition: value, problems: undeclared.length === 0 ? [] : [await undeclaredProblem(place, undeclared)] };
  }
  const field = isComponentDefinition(value) && value.kind === kind ? "scope" : "export";
  const remedy = `Export what ${defineFunctionNames[kind][contribution.scope]}() returns, or correct the manifest.`;
  return { definition: undefined, problems: [await exportProblem(place, describeExport(value), field, remedy)] };
}

/**
 * Imports all shared services of a plugin, in the manifest's order. Called at start. Problems as with component
 * types.
 *
 * @param timeoutMs How long each import may take; a minute if left out.
 */
export async function importServices(plugin: DiscoveredPlugin, timeoutMs?: number): Promise<ServicesImport> {
  const services: ImportedServices[] = [];
  const problems: Problem[] = [];
  for (const [name, contribution] of Object.entries(plugin.manifest.contributes.services)) {
    const place = { plugin, section: "services", name, contribution, promise: `shared services ${name}` } as const;
    const imported = await importContributedExport(place, timeoutMs);
    if (imported.problem !== undefined) {
      problems.push(imported.problem);
    } else if (isServicesDefinition(imported.value)) {
      const unbound = unboundServices(imported.value, contribution.binds);
      if (unbound.length === 0) services.push({ name, definition: imported.value, plugin });
      else problems.push(await unboundProblem(place, unbound));
    } else {
      const remedy = "Export what defineServices() returns, or correct the manifest.";
      problems.push(await exportProblem(place, describeExport(imported.value), "export", remedy));
    }
  }
  return { services, problems };
}

/** What stands against a service of each user that is another one than its manifest says. */
async function undeclaredService(place: ContributionPlace, definition: ComponentDefinition): Promise<Problem[]> {
  if (definition.kind !== "per_user_service") return [];
  const promised = place.plugin.manifest.contributes.per_user_services[place.name]?.provides;
  const provided = describeService(definition.service);
  const fault = `but it provides ${provided}, and the manifest says ${promised}`;
  return provided === promised
    ? []
    : [await moduleProblem(place, fault, "provides", `Write ${provided} there, or change the definition.`)];
}

function unboundServices({ provides }: ServicesDefinition, binds: readonly string[]): string[] {
  return provides.map(describeService).filter((service) => !binds.includes(service));
}

function unboundProblem(place: ContributionPlace, undeclared: readonly string[]): Promise<Problem> {
  const fault = `but it provides ${undeclared.join(", ")}, which the manifest does not say it binds`;
  return moduleProblem(place, fault, "binds", `Add to its binds: ${JSON.stringify(undeclared)}.`);
}

/** The definitions a module exports under names that no contribution of its plugin has; a second name for a value is none. */
function undeclaredExports(
  { plugin, contribution }: ComponentType,
  value: ComponentDefinition,
  others: Readonly<Record<string, unknown>>,
): string[] {
  const contributions = Object.values(plugin.manifest.contributes).flatMap((section) => Object.values(section));
  const declared = new Set(
    contributions.filter(({ module }) => module === contribution.module).map((each) => each.export),
  );
  // The first type of a module speaks for the others.
  const isFirst = contributions.find(({ module }) => module === contribution.module) === contribution;
  return Object.entries(others)
    .filter(([name, other]) => isFirst && !declared.has(name) && other !== value && isDefinition(other))
    .map(([name]) => name);
}

function isDefinition(value: unknown): boolean {
  return [isComponentDefinition, isServicesDefinition, isLifecycleDefinition, isHealthCheckDefinition].some((isKind) =>
    isKind(value),
  );
}

const defineFunctionNames: Record<ComponentKind, Record<Scope, string>> = {
  function: { shared: "defineFunction", "per-user": "definePerUserFunction" },
  function_group: { shared: "defineFunctionGroup", "per-user": "definePerUserFunctionGroup" },
  middleware: { shared: "defineMiddleware", "per-user": "definePerUserMiddleware" },
  object_store: { shared: "defineObjectStore", "per-user": "defineObjectStore" },
  http_routes: { shared: "defineHttpRoutes", "per-user": "definePerUserHttpRoutes" },
  per_user_service: { shared: "defineServices", "per-user": "definePerUserService" },
};
const kindNames: Record<ComponentKind, string> = {
  function: "function",
  function_group: "function group",
  middleware: "middleware",
  object_store: "object store",
  http_routes: "set of HTTP routes",
  per_user_service: "service",
};

function describeComponent(kind: ComponentKind, scope: Scope): string {
  return `${scope} ${kindNames[kind]}`;
}

/** What an export is instead of what was promised, with its article. */
export function describeExport(value: unknown): string {
  if (isComponentDefinition(value)) return `a ${describeComponent(value.kind, value.scope)}`;
  if (isServicesDefinition(value)) return "shared services";
  if (isLifecycleDefinition(value)) return "hooks";
  if (isHealthCheckDefinition(value)) return "a health check";
  if (isNestedDefault(value)) {
    return 'a CommonJS module\'s exports (an ES module needs "type": "module" in the package.json)';
  }
  return "no definition of @alcove/plugin-api";
}

/** What compilers make of `export default` in a CommonJS module: Node hands on the whole exports as the default. */
function isNestedDefault(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("default" in value)) return false;
  return isDefinition(value.default);
}
