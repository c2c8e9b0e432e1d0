import type { ComponentSections, ConfigDocument } from "@alcove/config";
import type { Problem, Scope } from "@alcove/plugin-api";
import { ComponentTypeRegistry, type DiscoveredPlugin } from "@alcove/plugin-loader";
import type { ApplicationPlan } from "./application-plan.js";
import { compilePlan } from "./compile-plan.js";
import { buildDependencyGraph } from "./dependency-graph.js";
import { checkDependencyRules } from "./dependency-rules.js";
import { checkNames } from "./name-rules.js";
import { type ResolvedComponents, resolveComponents } from "./resolve-components.js";
import { planServices } from "./service-plan.js";

/** Options of {@link planApplication}. */
export interface PlanOptions {
  /** The configured components and listed plugins. */
  readonly components: ComponentSections;
  /** Finds the place of whatever is complained of. */
  readonly document: ConfigDocument;
  /** The plugins found, in use or not. */
  readonly plugins: readonly DiscoveredPlugin[];
}

/** What planning found out. */
export interface PlanResult {
  /** `undefined` when any problem is an error. */
  readonly plan: ApplicationPlan | undefined;
  /** Known also where the plan is not. */
  readonly workflowScope: Scope | undefined;
  /** Every violation, and warnings. */
  readonly problems: readonly Problem[];
}

/**
 * Makes the whole dependency graph from configuration, manifests and schemas, and checks every rule, collecting all
 * violations. Imports the modules of the types in use; builds nothing and opens nothing.
 */
export async function planApplication({ components: sections, document, plugins }: PlanOptions): Promise<PlanResult> {
  const registry = new ComponentTypeRegistry(plugins);
  const resolved = await resolveComponents(sections, registry, document);
  const { components } = resolved;
  const { dependencies, problems: referenceProblems } = buildDependencyGraph(resolved, document);
  const usedPlugins = plugins.filter(
    (plugin) => plugin.isListed || components.some((component) => component.type.plugin.id === plugin.id),
  );
  const { services, problems: serviceProblems } = await planServices(usedPlugins, components, document);
  const problems = [
    ...resolved.problems,
    ...workflowProblems(sections, document),
    ...checkNames(components, document),
    ...referenceProblems,
    ...checkDependencyRules({ components, dependencies, isComplete: isComplete(resolved) }, document),
    ...serviceProblems,
  ];
  const hasErrors = problems.some((problem) => problem.severity === "error");
  const plan = hasErrors ? undefined : compilePlan(components, dependencies, services);
  return { plan, workflowScope: components.find(({ section }) => section === "workflow")?.scope, problems };
}

/** Whether all references are known; a component whose fields are faulty may hold more than were found. */
function isComplete({ components, faultyNames }: ResolvedComponents): boolean {
  return faultyNames.size === 0 && components.every(({ parsedConfig }) => parsedConfig !== undefined);
}

function workflowProblems(sections: ComponentSections, document: ConfigDocument): Problem[] {
  if (sections.workflow === undefined && !sections.faultyNames.includes("workflow")) {
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
