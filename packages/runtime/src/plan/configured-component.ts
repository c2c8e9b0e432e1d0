import type { ComponentConfig, ConfigDocument, MiddlewareName } from "@alcove/config";
import type { ComponentDefinition, FunctionSchemas, Reference, Scope, SourceLocation } from "@alcove/plugin-api";
import type { ComponentType } from "@alcove/plugin-loader";
import type { ComponentSection } from "./application-plan.js";
import type { ObjectStoreLimits } from "./object-store-fields.js";
import type { PlacedReference } from "./references-in-config.js";

/** A component of the configuration whose type is known, on its way into the plan. */
export interface ConfiguredComponent {
  readonly name: string;
  readonly section: ComponentSection;
  readonly source: ComponentConfig;
  readonly type: ComponentType;
  readonly definition: ComponentDefinition;
  readonly scope: Scope;
  /** The validated fields, references still in them; `undefined` when they break the schema. */
  readonly parsedConfig: unknown;
  readonly references: readonly PlacedReference[];
  /** The names of its middleware, those of `general.middleware` not among them. */
  readonly middleware: readonly MiddlewareName[];
  /** Where it is an object store without faults. */
  readonly objectLimits: ObjectStoreLimits | undefined;
  /** The functions others may call: by member name (its alias, where it has one) for groups, under "" for functions and the workflow. Of routes those that answer them, by address. */
  readonly functions: ReadonlyMap<string, OfferedFunction>;
  /** Members that exist and are left out by `include` or `exclude`. */
  readonly hiddenMembers: ReadonlySet<string>;
}

/** A function a component offers to others. */
export interface OfferedFunction {
  /** The member's name in the definition of its group; "" for functions and the workflow. */
  readonly definedAs: string;
  /** Its schemas, and the description the configuration gives it or else its definition. */
  readonly schemas: FunctionSchemas;
}

/**
 * One component depends on another because its configuration references it, because the other is put around it, or because it asks
 * for the service the other provides.
 */
export interface Dependency {
  readonly from: ConfiguredComponent;
  readonly to: ConfiguredComponent;
  /** The member of a group, where only that one is referenced. */
  readonly member: string | undefined;
  /** The reference; `undefined` where the other is a middleware or a service. */
  readonly reference: Reference | undefined;
  /** Where that stands in the configuration. */
  readonly path: readonly (string | number)[];
}

/** What separates a group's name from a member's in a public function name. */
export const MEMBER_SEPARATOR = "__";

/** The public name of a function: `notepad`, `todo__add`, `<workflow>`, or of a route, which nothing can refer to, `notes GET /items`. */
export function publicFunctionName(component: ConfiguredComponent, member: string): string {
  if (component.section === "workflow") {
    return "<workflow>";
  }
  if (component.section === "http_routes") {
    return `${component.name} ${member}`;
  }
  return component.section === "functions" ? component.name : `${component.name}${MEMBER_SEPARATOR}${member}`;
}

/** Whether a component keeps anything between calls that calls may change. */
export function keepsState({ definition }: Pick<ConfiguredComponent, "definition">): boolean {
  const { state, collections, kind } = definition;
  return state !== undefined || Object.keys(collections).length > 0 || kind === "object_store";
}

/** `notepad (per-user)`, for chains in messages. */
export function describeComponent(component: ConfiguredComponent): string {
  return `${component.name} (${component.scope})`;
}

/** Where a reference stands in the configuration. */
export function referencePath(
  component: ConfiguredComponent,
  placed: Pick<PlacedReference, "path">,
): readonly (string | number)[] {
  return [...component.source.path, ...placed.path];
}

/** Where a reference stands in the configuration file. */
export function locateReference(
  document: ConfigDocument,
  component: ConfiguredComponent,
  placed: PlacedReference,
): SourceLocation {
  return document.locate(referencePath(component, placed));
}
