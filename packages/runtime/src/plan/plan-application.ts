import type { ComponentSections, ConfigDocument } from "@alcove/config";
import type { Problem, Scope } from "@alcove/plugin-api";
import {
  ComponentTypeRegistry,
  type ContributionName,
  type DiscoveredPlugin,
  type UninstalledDependency,
  withoutFailingOptional,
} from "@alcove/plugin-loader";
import type { ApplicationPlan } from "./application-plan.js";
import { builtInPlugin } from "./built-in-types.js";
import { compilePlan } from "./compile-plan.js";
import type { ConfiguredComponent } from "./configured-component.js";
import { buildDependencyGraph } from "./dependency-graph.js";
import { checkDependencyRules } from "./dependency-rules.js";
import { resolveEntryFunctions, routeEntries } from "./entry-functions.js";
import { placeMiddleware } from "./middleware-placement.js";
import { checkSuitability } from "./middleware-suitability.js";
import { checkNames } from "./name-rules.js";
import { unusedObjectStores } from "./object-store-use.js";
import { perUserProviders, serviceDependencies } from "./per-user-services.js";
import { planProcess } from "./process-plan.js";
import { type ResolvedComponents, resolveComponents, typesInUse } from "./resolve-components.js";

/** Options of {@link planApplication}. */
export interface PlanOptions {
  /** The configured components and listed plugins. */
  readonly components: ComponentSections;
  /** Finds the place of whatever is complained of. */
  readonly document: ConfigDocument;
  /** The plugins found, in use or not. */
  readonly plugins: readonly DiscoveredPlugin[];
  /** What refused plugins would contribute, which is not complained of again; nothing if left out. */
  readonly refused?: readonly ContributionName[] | undefined;
  /** Whether plugins were refused of which it cannot be told what they would contribute; `false` if left out. */
  readonly hidesTypes?: boolean | undefined;
  /** The host's dependencies that are not installed: a type that is not known may be theirs; none if left out. */
  readonly uninstalled?: readonly UninstalledDependency[] | undefined;
  /** The optional plugins that were not even found; none if left out. */
  readonly missingPlugins?: readonly string[] | undefined;
  /** How long the import of a module may take; a minute if left out. */
  readonly importTimeoutMs?: number | undefined;
}

/** What planning found out. */
export interface PlanResult {
  /** `undefined` when any problem is an error, and where the configuration uses what was refused. */
  readonly plan: ApplicationPlan | undefined;
  /** `per-user` where any entry is; known also where the plan is not. */
  readonly servedScope: Scope | undefined;
  /** Every violation, and warnings. */
  readonly problems: readonly Problem[];
}

/**
 * Makes the whole dependency graph from configuration, manifests and schemas, and checks every rule, collecting all
 * violations. Imports the modules of the types in use; builds nothing and opens nothing.
 */
export async function planApplication(options: PlanOptions): Promise<PlanResult> {
  const { components: sections, document, importTimeoutMs: timeoutMs } = options;
  const { refused = [], hidesTypes = false, uninstalled = [] } = options;
  const usable = await usablePlugins(options);
  const { plugins, missingPlugins } = usable;
  const registry = new ComponentTypeRegistry([...plugins, builtInPlugin]);
  const resolved = await resolveComponents(sections, registry, {
    document,
    timeoutMs,
    missingPlugins,
    refused,
    hidesTypes,
    uninstalled,
  });
  const { components } = resolved;
  const { dependencies: references, problems: referenceProblems } = buildDependencyGraph(resolved, document);
  const placement = placeMiddleware(sections, resolved, document);
  const providers = perUserProviders(components, document);
  const dependencies = [
    ...placement.dependencies,
    ...references,
    ...serviceDependencies(components, providers.byService),
  ];
  const { entries: endpoints, problems: entryProblems } = resolveEntryFunctions(
    sections.entryFunctions,
    resolved,
    document,
  );
  const entries = [...endpoints, ...routeEntries(components)];
  const workflow = components.find(({ section }) => section === "workflow");
  const entryComponents = [...(workflow === undefined ? [] : [workflow]), ...entries.map(({ component }) => component)];
  const isComplete = areReferencesKnown(resolved) && sections.isGeneralSound && entryProblems.length === 0;
  const usedPlugins = plugins.filter(
    (plugin) => plugin.isListed || components.some((component) => component.type.plugin.id === plugin.id),
  );
  const { parts, problems: processProblems } = await planProcess(usedPlugins, components, {
    document,
    timeoutMs,
    perUser: providers.byService,
  });
  const problems = [
    ...usable.problems,
    ...resolved.problems,
    ...workflowProblems(sections, document),
    ...checkNames(components, document),
    ...referenceProblems,
    ...placement.problems,
    ...(isComplete ? unusedObjectStores(components, references, document) : []),
    ...checkSuitability(dependencies, document),
    ...entryProblems,
    ...providers.problems,
    ...checkDependencyRules({ components, dependencies, entries: entryComponents, isComplete }, document),
    ...processProblems,
  ];
  const hasErrors = resolved.usesRefused || problems.some((problem) => problem.severity === "error");
  const processPlan = { ...parts, missingPlugins };
  const plan = hasErrors ? undefined : compilePlan(components, { dependencies, entries }, processPlan, document);
  return { plan, servedScope: servedScope(entryComponents), problems };
}

/** The plugins without the optional ones that cannot be loaded. */
async function usablePlugins({
  components: sections,
  plugins,
  missingPlugins = [],
  importTimeoutMs,
}: PlanOptions): Promise<{
  readonly plugins: readonly DiscoveredPlugin[];
  readonly missingPlugins: readonly string[];
  readonly problems: readonly Problem[];
}> {
  if (!plugins.some(({ isOptional }) => isOptional)) {
    return { plugins, missingPlugins, problems: [] };
  }
  const types = typesInUse(sections, new ComponentTypeRegistry(plugins));
  const usable = await withoutFailingOptional(plugins, [...types], importTimeoutMs);
  return { ...usable, missingPlugins: [...missingPlugins, ...usable.missing] };
}

function servedScope(entries: readonly ConfiguredComponent[]): Scope | undefined {
  return entries.find(({ scope }) => scope === "per-user")?.scope ?? entries[0]?.scope;
}

/** Whether all references are known; a component that is faulty, or whose fields are, may hold more than were found. */
function areReferencesKnown({ components, faultyNames }: ResolvedComponents): boolean {
  const isNoneFaulty = Object.values(faultyNames).every(({ size }) => size === 0);
  return isNoneFaulty && components.every(({ parsedConfig }) => parsedConfig !== undefined);
}

function workflowProblems(sections: ComponentSections, document: ConfigDocument): Problem[] {
  if (sections.workflow === undefined && !sections.faultyNames.functions.includes("workflow")) {
    return [
      {
        rule: "workflow-missing",
        severity: "error",
        message: "The configuration has no workflow.",
        source: document.locate([]),
        remedy: "Add a section workflow: with the _type of the function that answers requests.",
      },
    ];
  }
  return [];
}
