import type { ConfigDocument } from "@alcove/config";
import type { FunctionGroupHandle, FunctionHandle, ObjectStoreHandle, Reference } from "@alcove/plugin-api";
import { PlannedObjectStoreHandle } from "../objects/object-store-handle.js";
import { PlannedFunctionHandle } from "../runs/function-handle.js";
import type {
  ApplicationPlan,
  CollectionPlan,
  ComponentPlan,
  FunctionPlan,
  ProcessPlan,
  StatePlan,
} from "./application-plan.js";
import {
  type ConfiguredComponent,
  type Dependency,
  keepsState,
  type OfferedFunction,
  publicFunctionName,
} from "./configured-component.js";
import type { EntryTarget } from "./entry-functions.js";
import { bindReferences } from "./references-in-config.js";
import { collectionKey, componentKey } from "./stored-names.js";

/** What leads from component to component, and where runs come in beside the workflow. */
export interface PlannedGraph {
  readonly dependencies: readonly Dependency[];
  readonly entries: readonly EntryTarget[];
}

/** Turns checked components into the plan: build order, slots, and configurations with handles in place of references. */
export function compilePlan(
  components: readonly ConfiguredComponent[],
  { dependencies, entries }: PlannedGraph,
  processParts: ProcessPlan,
  document: Pick<ConfigDocument, "locateKey">,
): ApplicationPlan {
  const workflow = components.find((component) => component.section === "workflow");
  if (workflow === undefined) {
    throw new TypeError("A plan is compiled only for a configuration with a workflow.");
  }
  const ordered = inBuildOrder(components, dependencies);
  const reached = reachedFrom([workflow, ...entries.map(({ component }) => component)], dependencies);
  const compiler = new PlanCompiler(dependencies, document);
  const plans = ordered
    // What an optional plugin contributes and nothing reaches is not built, so that it cannot fail.
    .filter((component) => isBuiltAnyway(component) || reached.has(component))
    .map((component) => compiler.compile(component));
  const workflowFunction = compiler.functionOf(workflow, "");
  const entryFunctions = entries.map(({ component, member }) => compiler.functionOf(component, member ?? ""));
  return Object.freeze({
    sharedComponents: plans.filter((plan) => plan.scope === "shared"),
    perUserComponents: plans.filter((plan) => plan.scope === "per-user"),
    functions: compiler.functions,
    workflow: workflowFunction,
    entries: Object.freeze([...new Set([workflowFunction, ...entryFunctions])]),
    processParts,
  });
}

function isBuiltAnyway({ scope, type }: ConfiguredComponent): boolean {
  return scope === "shared" && !type.plugin.isOptional;
}

/** Dependencies first, otherwise as configured. The graph has no cycles; the rules have seen to that. */
function inBuildOrder(
  components: readonly ConfiguredComponent[],
  dependencies: readonly Dependency[],
): ConfiguredComponent[] {
  const ordered = new Set<ConfiguredComponent>();
  const visit = (component: ConfiguredComponent): void => {
    if (ordered.has(component)) {
      return;
    }
    for (const { to } of dependencies.filter(({ from }) => from === component)) {
      visit(to);
    }
    ordered.add(component);
  };
  components.forEach(visit);
  return [...ordered];
}

/** The components themselves, and every one they depend on, directly or not. */
export function reachedFrom(
  entries: readonly ConfiguredComponent[],
  dependencies: readonly Dependency[],
): ReadonlySet<ConfiguredComponent> {
  const reached = new Set(entries);
  for (const component of reached) {
    for (const { to } of dependencies.filter(({ from }) => from === component)) {
      reached.add(to);
    }
  }
  return reached;
}

function collectionPlans(component: ConfiguredComponent): readonly CollectionPlan[] {
  return Object.entries(component.definition.collections).map(([name, declaration]) =>
    Object.freeze({ name, key: collectionKey(component, name), declaration }),
  );
}

class PlanCompiler {
  readonly functions: FunctionPlan[] = [];
  #stateCount = 0;
  readonly #plans = new Map<ConfiguredComponent, ComponentPlan>();
  readonly #dependencies: readonly Dependency[];
  readonly #document: Pick<ConfigDocument, "locateKey">;

  constructor(dependencies: readonly Dependency[], document: Pick<ConfigDocument, "locateKey">) {
    this.#dependencies = dependencies;
    this.#document = document;
  }

  /** Compiles one component; those it depends on have to be compiled before. */
  compile(component: ConfiguredComponent): ComponentPlan {
    const functions: FunctionPlan[] = [];
    const own = this.#dependencies.filter(({ from }) => from === component);
    const plan: ComponentPlan = Object.freeze({
      name: component.name,
      section: component.section,
      source: this.#document.locateKey(component.source.path),
      type: component.type,
      definition: component.definition,
      scope: component.scope,
      config: bindReferences(component.parsedConfig, (reference) => this.#handleFor(reference, own)),
      callableFunctions: new Set(own.flatMap((dependency) => this.#targets(dependency))),
      objectStores: new Set(own.filter(({ to }) => to.section === "object_stores").map(({ to }) => this.#planOf(to))),
      objectLimits: component.objectLimits,
      middleware: own.filter(({ to }) => to.section === "middleware").map(({ to }) => this.#planOf(to)),
      isStateful: keepsState(component) || own.some(({ to }) => this.#planOf(to).isStateful),
      functions,
      state: this.#statePlan(component),
      collections: collectionPlans(component),
    });
    for (const [member, offered] of component.functions) {
      functions.push(this.#compileFunction(plan, component, member, offered));
    }
    Object.freeze(functions);
    this.#plans.set(component, plan);
    return plan;
  }

  functionOf(component: ConfiguredComponent, member: string): FunctionPlan {
    const name = publicFunctionName(component, member);
    const found = this.#planOf(component).functions.find((fn) => fn.name === name);
    if (found === undefined) {
      throw new TypeError(`${component.name} offers no function ${name}.`);
    }
    return found;
  }

  #planOf(component: ConfiguredComponent): ComponentPlan {
    const found = this.#plans.get(component);
    if (found === undefined) {
      throw new TypeError(`${component.name} has to be compiled before it is asked for.`);
    }
    return found;
  }

  #compileFunction(
    plan: ComponentPlan,
    component: ConfiguredComponent,
    member: string,
    { definedAs, schemas }: OfferedFunction,
  ): FunctionPlan {
    const name = publicFunctionName(component, member);
    const handle = new PlannedFunctionHandle(name, plan.scope, schemas, () => fn);
    const fn: FunctionPlan = Object.freeze({
      slot: this.functions.length,
      name,
      member: plan.section === "function_groups" ? member : undefined,
      definedAs: definedAs === "" ? undefined : definedAs,
      component: plan,
      schemas,
      handle,
    });
    this.functions.push(fn);
    return fn;
  }

  #statePlan(component: ConfiguredComponent): StatePlan | undefined {
    const { state } = component.definition;
    if (state === undefined) {
      return undefined;
    }
    return Object.freeze({ slot: this.#stateCount++, key: componentKey(component), version: state.version });
  }

  #targets({ to, member }: Dependency): readonly FunctionPlan[] {
    return member === undefined ? this.#planOf(to).functions : [this.functionOf(to, member)];
  }

  #handleFor(
    reference: Reference,
    own: readonly Dependency[],
  ): FunctionHandle | FunctionGroupHandle | ObjectStoreHandle {
    const dependency = own.find((candidate) => candidate.reference === reference);
    if (dependency === undefined) {
      throw new TypeError(`The reference to ${reference.name} was not followed while planning.`);
    }
    if (reference.kind === "object_store") {
      return new PlannedObjectStoreHandle(this.#planOf(dependency.to));
    }
    const targets = this.#targets(dependency);
    const [first] = targets;
    if (reference.kind === "function" && first !== undefined) {
      return first.handle;
    }
    return Object.freeze({
      name: dependency.to.name,
      scope: dependency.to.scope,
      functions: Object.freeze(Object.fromEntries(targets.map((fn) => [fn.member ?? fn.name, fn.handle]))),
    });
  }
}
