import type { ComponentConfig, ConfigDocument } from "@alcove/config";
import { type ComponentKind, formatLocation, type Problem } from "@alcove/plugin-api";
import {
  type ComponentType,
  type ComponentTypeRegistry,
  type ContributionName,
  sectionOfKind,
  type UninstalledDependency,
} from "@alcove/plugin-loader";
import type { ComponentSection } from "./application-plan.js";

/** The kind of the components each section holds. */
export const kindOfSection = {
  functions: "function",
  function_groups: "function_group",
  middleware: "middleware",
  object_stores: "object_store",
  http_routes: "http_routes",
  per_user_services: "per_user_service",
  workflow: "function",
} as const satisfies Record<ComponentSection, ComponentKind>;
const typeLabels: Readonly<Record<ComponentKind, string>> = {
  function: "function type",
  function_group: "function group type",
  middleware: "middleware type",
  object_store: "object store type",
  http_routes: "type of HTTP routes",
  per_user_service: "type of per-user services",
};

/** How many dependencies that are not installed a message names. */
const MOST_NAMED = 3;

/** The plugins an application has not got, as far as they may be why a type is not known. */
export interface AbsentPlugins {
  /** What refused plugins would contribute: it is known already why there is no such type. */
  readonly refused: readonly ContributionName[];
  /** Whether plugins were refused of which it cannot be told what they would contribute. */
  readonly hidesTypes: boolean;
  /** The host's dependencies that are not installed. */
  readonly uninstalled: readonly UninstalledDependency[];
}

/** What {@link findType} needs beside the types there are. */
interface LookupSurroundings {
  readonly document: ConfigDocument;
  readonly absent: AbsentPlugins;
}

/**
 * Finds the type of a configured component.
 *
 * @returns What is wrong where there is none, or `refused` where that is told of a plugin already.
 */
export function findType(
  section: ComponentSection,
  source: ComponentConfig,
  registry: ComponentTypeRegistry,
  { document, absent }: LookupSurroundings,
): ComponentType | Problem | "refused" {
  const kind = kindOfSection[section];
  const lookup = registry.find(kind, source.type);
  if (lookup.outcome === "found") {
    return lookup.type;
  }
  const at = { severity: "error", source: document.locate([...source.path, "_type"]) } as const;
  const label = typeLabels[kind];
  if (lookup.outcome === "ambiguous") {
    const names = lookup.candidates.map((candidate) => candidate.qualifiedName);
    return {
      ...at,
      rule: "type-ambiguous",
      message: `Several plugins contribute the ${label} "${source.type}": ${lookup.candidates.map((candidate) => candidate.plugin.packageName).join(", ")}.`,
      remedy: `Write one of ${names.join(", ")}.`,
    };
  }
  const isExplained = isRefused(kind, source, absent) || mayBeHidden(source, lookup.suggestions, registry, absent);
  if (isExplained) {
    return "refused";
  }
  const known = registry.all().filter((type) => type.kind === kind);
  return {
    ...at,
    rule: "type-unknown",
    message: `There is no ${label} "${source.type}".`,
    remedy: remedyFor(lookup.suggestions, known, absent.uninstalled),
  };
}

function isRefused(kind: ComponentKind, { type }: ComponentConfig, { refused }: AbsentPlugins): boolean {
  const name = type.slice(type.lastIndexOf("/") + 1);
  return refused.some((each) => each.section === sectionOfKind[kind] && each.name === name);
}

/** What looks like a type that is there, or is said to be of a plugin that is there, is more likely to be misspelt. */
function mayBeHidden(
  { type }: ComponentConfig,
  suggestions: readonly string[],
  registry: ComponentTypeRegistry,
  { hidesTypes }: AbsentPlugins,
): boolean {
  const isOfLoadedPlugin = registry.all().some(({ plugin }) => type.startsWith(`${plugin.id}/`));
  return hidesTypes && suggestions.length === 0 && !isOfLoadedPlugin;
}

function remedyFor(
  suggestions: readonly string[],
  known: readonly ComponentType[],
  uninstalled: readonly UninstalledDependency[],
): string {
  const [first] = uninstalled;
  const missing = first === undefined ? undefined : `${describeUninstalled(uninstalled)} ${first.problem.remedy}`;
  if (suggestions.length > 0) {
    return [`Did you mean ${suggestions.join(" or ")}?`, missing].filter((part) => part !== undefined).join(" ");
  }
  if (known.length === 0) {
    return missing ?? "No plugin that could be loaded has any: npm install one, or list it under plugins.";
  }
  const names = known.map((type) => type.name).join(", ");
  return `Installed: ${names}. ${missing ?? "Is a plugin missing? npm install it, or list it under plugins."}`;
}

function describeUninstalled(uninstalled: readonly UninstalledDependency[]): string {
  const named = uninstalled
    .slice(0, MOST_NAMED)
    .map(({ packageName, problem }) => `${packageName} (${formatLocation(problem.source)})`);
  const others = uninstalled.length - named.length;
  const names = [...named, ...(others > 0 ? [`${others} more`] : [])];
  return names.length === 1
    ? `The dependency ${names[0]} is declared and not installed.`
    : `The dependencies ${names.slice(0, -1).join(", ")} and ${names.at(-1)} are declared and not installed.`;
}
