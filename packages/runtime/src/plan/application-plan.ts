import type {
  BuiltFunction,
  CollectionDeclaration,
  ComponentDefinition,
  FunctionHandle,
  FunctionSchemas,
  HealthCheckDefinition,
  LifecycleDefinition,
  Scope,
  ServicesDefinition,
  SourceLocation,
} from "@alcove/plugin-api";
import type { ComponentType, DiscoveredPlugin } from "@alcove/plugin-loader";
import type { ObjectStoreLimits } from "./object-store-fields.js";

/** The section of the configuration a component stands in. */
export type ComponentSection =
  | "functions"
  | "function_groups"
  | "middleware"
  | "object_stores"
  | "http_routes"
  | "per_user_services"
  | "workflow";

/** One configured component, checked and ready to build. The same for every user: it holds nothing of any of them. */
export interface ComponentPlan {
  /** Its name in the configuration; `workflow` for the workflow. */
  readonly name: string;
  /** The section of the configuration it stands in. */
  readonly section: ComponentSection;
  /** Where it stands there. */
  readonly source: SourceLocation;
  /** What its `_type` selects. */
  readonly type: ComponentType;
  /** What its module exports. */
  readonly definition: ComponentDefinition;
  /** Whether it is built once per process, or in every room. */
  readonly scope: Scope;
  /** The parsed configuration, frozen, with handles in place of references. */
  readonly config: unknown;
  /** What it may call: the public functions its configuration references, directly or through groups. */
  readonly callableFunctions: ReadonlySet<FunctionPlan>;
  /** The object stores its configuration references. */
  readonly objectStores: ReadonlySet<ComponentPlan>;
  /** What its calls are held to, where it is an object store. */
  readonly objectLimits: ObjectStoreLimits | undefined;
  /** What stands around its functions, outermost first. */
  readonly middleware: readonly ComponentPlan[];
  /** Whether it keeps state, collections or objects, or may call what does. */
  readonly isStateful: boolean;
  /** The functions it offers: one, the members of a group, or what answers routes; none where it is anything else. */
  readonly functions: readonly FunctionPlan[];
  /** Its state, if it declares one. */
  readonly state: StatePlan | undefined;
  /** Its collections; mostly none. */
  readonly collections: readonly CollectionPlan[];
}

/** Where the state of a component is kept. */
export interface StatePlan {
  /** Its index among all states of the plan, which is its place in a run's table of drafts. */
  readonly slot: number;
  /**
   * Its name in the stored session: the component's place and its type. A component that is given another type starts
   * anew, and finds its state again when the old type returns.
   */
  readonly key: string;
  readonly version: number;
}

/** Where a collection of a component is kept. */
export interface CollectionPlan {
  /** The name the component knows it by. */
  readonly name: string;
  /** Its name in the stored session, and the beginning of the names of its records: component, type, name. */
  readonly key: string;
  readonly declaration: CollectionDeclaration;
}

/** One callable function: a function component, a member of a group, or what answers a route. */
export interface FunctionPlan {
  /** Its index among all functions of the plan, which is its place in the tables of built functions. */
  readonly slot: number;
  /** Its public name: `notepad`, `todo__add`, `<workflow>`, or of a route `notes GET /items/{id}`. */
  readonly name: string;
  /** The name inside its group under which others know it. */
  readonly member: string | undefined;
  /** The name its group's definition gives it: another one where the configuration gives it an alias. The address of a route. */
  readonly definedAs: string | undefined;
  /** The component that offers it. */
  readonly component: ComponentPlan;
  /** Its description and schemas. */
  readonly schemas: FunctionSchemas;
  /** What components that reference it are given. */
  readonly handle: FunctionHandle;
}

/** A plugin's shared services, in the order in which they are loaded. */
export interface ServicesPlan {
  readonly plugin: DiscoveredPlugin;
  readonly name: string;
  readonly definition: ServicesDefinition;
  /** The names of everything its module may bind, as the manifest says. */
  readonly binds: readonly string[];
}

/** Hooks, or a health check, of a plugin. */
export interface ProcessPartPlan<Definition> {
  readonly plugin: DiscoveredPlugin;
  readonly name: string;
  readonly definition: Definition;
}

/** The parts of plugins that concern the whole process, each list in the order of plugins and manifests. */
export interface ProcessPlan {
  /** The shared services, in the order in which they are loaded. */
  readonly services: readonly ServicesPlan[];
  /** The hooks, in the order in which they start. */
  readonly lifecycle: readonly ProcessPartPlan<LifecycleDefinition>[];
  /** The health checks. */
  readonly healthChecks: readonly ProcessPartPlan<HealthCheckDefinition>[];
  /** The optional plugins that could not be loaded. */
  readonly missingPlugins: readonly string[];
}

/** The whole application, checked: nothing is left to look up when it is built. */
export interface ApplicationPlan {
  /** Shared components in the order in which they are built: dependencies first. */
  readonly sharedComponents: readonly ComponentPlan[];
  /** Per-user components that an entry reaches, in the order in which they are built: dependencies first. */
  readonly perUserComponents: readonly ComponentPlan[];
  /** Every function of the components above, by slot. */
  readonly functions: readonly FunctionPlan[];
  /** The workflow: the entry that every application has. */
  readonly workflow: FunctionPlan;
  /** Every function that runs can begin with: the workflow, those that are served on their own, and what answers routes. */
  readonly entries: readonly FunctionPlan[];
  /** What plugins contribute to the whole process. */
  readonly processParts: ProcessPlan;
}

/** Built functions by slot; a hole where the plan puts the function elsewhere. */
export type BuiltFunctions = readonly (BuiltFunction | undefined)[];
