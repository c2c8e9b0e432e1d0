import type { ConfigDocument } from "@alcove/config";
import type { Problem } from "@alcove/plugin-api";
import { type ConfiguredComponent, type Dependency, describeComponent } from "./configured-component.js";

/** Components and who depends on whom. */
export interface DependencyGraph {
  readonly components: readonly ConfiguredComponent[];
  readonly dependencies: readonly Dependency[];
  /** What runs can begin with: the workflow first, unless there is none, and what is served on its own. */
  readonly entries: readonly ConfiguredComponent[];
  /** Whether all dependencies and entries are known. If not, nothing is said about what is not reached. */
  readonly isComplete: boolean;
}

/**
 * Checks who may depend on whom. Shared components live longer than any user, so they may not reach into a user's room;
 * dependencies may not run in circles; and a per-user component that no entry reaches would never be built.
 */
export function checkDependencyRules(
  { components, dependencies, entries, isComplete }: DependencyGraph,
  document: ConfigDocument,
): Problem[] {
  const graph = new Map<ConfiguredComponent, Dependency[]>(components.map((component) => [component, []]));
  for (const dependency of dependencies) {
    graph.get(dependency.from)?.push(dependency);
  }
  const chains = chainsFrom(entries, graph);
  return [
    ...scopeProblems(dependencies, chains, document),
    ...cycleProblems(components, graph, document),
    ...(isComplete ? reachabilityProblems(components, entries, chains, document) : []),
  ];
}

type Graph = ReadonlyMap<ConfiguredComponent, readonly Dependency[]>;

/** For every component that an entry reaches, the shortest way there: `workflow (shared) -> a (shared)`. */
function chainsFrom(entries: readonly ConfiguredComponent[], graph: Graph): Map<ConfiguredComponent, string> {
  const chains = new Map(entries.map((entry) => [entry, describeComponent(entry)]));
  for (const [component, chain] of chains) {
    for (const { to } of graph.get(component) ?? []) {
      if (!chains.has(to)) {
        chains.set(to, `${chain} -> ${describeComponent(to)}`);
      }
    }
  }
  return chains;
}

const kindNames = {
  functions: "function",
  function_groups: "function group",
  middleware: "middleware",
  object_stores: "object store",
  http_routes: "set of HTTP routes",
  per_user_services: "service",
  workflow: "workflow",
} as const;

function scopeProblems(
  dependencies: readonly Dependency[],
  chains: ReadonlyMap<ConfiguredComponent, string>,
  document: ConfigDocument,
): Problem[] {
  return dependencies
    .filter(({ from, to }) => from.scope === "shared" && to.scope === "per-user")
    .map(({ from, to, path }) => {
      const chain = `${chains.get(from) ?? describeComponent(from)} -> ${describeComponent(to)}`;
      const subject =
        from.section === "workflow" ? "The shared workflow" : `The shared ${kindNames[from.section]} ${from.name}`;
      return {
        rule: "dependency-scope",
        severity: "error",
        message: `${subject} depends on the per-user ${kindNames[to.section]} ${to.name}: ${chain}.`,
        source: document.locate(path),
        remedy: `Make ${from.name} per-user, or let it depend on shared components only.`,
      } satisfies Problem;
    });
}

function cycleProblems(components: readonly ConfiguredComponent[], graph: Graph, document: ConfigDocument): Problem[] {
  const problems: Problem[] = [];
  const finished = new Set<ConfiguredComponent>();
  const visit = (component: ConfiguredComponent, trail: readonly ConfiguredComponent[]): void => {
    if (finished.has(component)) {
      return;
    }
    for (const dependency of graph.get(component) ?? []) {
      const start = [...trail, component].indexOf(dependency.to);
      if (start === -1) {
        visit(dependency.to, [...trail, component]);
      } else {
        problems.push(cycleProblem([...trail, component].slice(start), dependency, document));
      }
    }
    finished.add(component);
  };
  for (const component of components) {
    visit(component, []);
  }
  return problems;
}

function cycleProblem(cycle: readonly ConfiguredComponent[], closing: Dependency, document: ConfigDocument): Problem {
  return {
    rule: "dependency-cycle",
    severity: "error",
    message: `These components depend on each other in a circle: ${[...cycle, closing.to].map((each) => each.name).join(" -> ")}.`,
    source: document.locate(closing.path),
    remedy: "Remove one of these references.",
  };
}

function reachabilityProblems(
  components: readonly ConfiguredComponent[],
  entries: readonly ConfiguredComponent[],
  chains: ReadonlyMap<ConfiguredComponent, string>,
  document: ConfigDocument,
): Problem[] {
  const [workflow] = entries;
  if (workflow?.section !== "workflow") {
    return [];
  }
  // Where all entries are shared nothing could ever build a per-user part, whoever asked for it; where any is per-user an
  // unused one is harmless.
  const isShared = entries.every(({ scope }) => scope === "shared");
  const nobody =
    entries.length === 1 ? "The workflow does not reach" : "Neither the workflow, an endpoint nor a route reaches";
  return components
    .filter(({ section, scope }) => section !== "middleware" && scope === "per-user")
    .filter((component) => !chains.has(component))
    .map((component) => ({
      rule: "component-unreachable",
      severity: isShared ? "error" : "warning",
      message: isShared
        ? `The per-user ${kindNames[component.section]} ${component.name} stands under the shared workflow ${workflow.type.name}, which can never reach it.`
        : `${nobody} the per-user ${kindNames[component.section]} ${component.name}; it is never built.`,
      source: document.locate(component.source.path),
      remedy: isShared
        ? "Use a per-user workflow, serve the component under general.front_end.endpoints, or remove it."
        : "Refer to it from the workflow, serve it under general.front_end.endpoints, or remove it.",
    }));
}
