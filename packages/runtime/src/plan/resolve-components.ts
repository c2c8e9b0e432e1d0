import type { ComponentConfig, ComponentSections, ConfigDocument, FaultyNames } from "@alcove/config";
import { type ComponentDefinition, engineFields, type Problem, type ReferenceKind } from "@alcove/plugin-api";
import {
  type ComponentType,
  type ComponentTypeRegistry,
  type ImportedDefinition,
  importComponentDefinition,
} from "@alcove/plugin-loader";
import type { ComponentSection } from "./application-plan.js";
import { builtInDefinition } from "./built-in-types.js";
import { type AbsentPlugins, findType, kindOfSection } from "./component-type-lookup.js";
import { type ConfiguredComponent, MEMBER_SEPARATOR, type OfferedFunction } from "./configured-component.js";
import { fieldProblems } from "./field-problems.js";
import { selectGroupMembers } from "./group-members.js";
import { MIDDLEWARE_FIELD, readMiddlewareNames } from "./middleware-names.js";
import { readObjectStoreLimits } from "./object-store-fields.js";
import { collectReferences } from "./references-in-config.js";

/** Components of sections that share a space of names cannot have the same name; the same name in two spaces means two things. */
type NameSpace = keyof FaultyNames;
const nameSpaceOf: Readonly<Record<ComponentSection, NameSpace>> = {
  functions: "functions",
  function_groups: "functions",
  workflow: "functions",
  middleware: "middleware",
  object_stores: "objectStores",
  http_routes: "httpRoutes",
  per_user_services: "perUserServices",
};

/** Names of components, those of each space apart. */
export type NamesBySpace = Readonly<Record<NameSpace, ReadonlySet<string>>>;

/** What became of the configured components. */
export interface ResolvedComponents {
  readonly components: readonly ConfiguredComponent[];
  /** Names whose type or module is faulty: references to them are not complained of as well. */
  readonly faultyNames: NamesBySpace;
  /** Whether any component is of a type that a refused plugin would contribute, which is an error that is told elsewhere. */
  readonly usesRefused: boolean;
  readonly problems: readonly Problem[];
}

/** What {@link resolveComponents} needs beside what is configured. */
export interface ResolveOptions extends AbsentPlugins {
  readonly document: ConfigDocument;
  /** How long an import may take. */
  readonly timeoutMs: number | undefined;
  /** The optional plugins that could not be loaded. */
  readonly missingPlugins: readonly string[];
}

interface UntypedComponent {
  readonly name: string;
  readonly section: ComponentSection;
  readonly problem: Problem;
}

/** The component types a configuration uses, as far as there are any of those names. */
export function typesInUse(sections: ComponentSections, registry: ComponentTypeRegistry): ReadonlySet<ComponentType> {
  const lookups = placedComponents(sections).map(([, section, { type }]) =>
    registry.find(kindOfSection[section], type),
  );
  return new Set(lookups.flatMap((lookup) => (lookup.outcome === "found" ? [lookup.type] : [])));
}

function placedComponents(sections: ComponentSections): [string, ComponentSection, ComponentConfig][] {
  return [
    ...Object.entries(sections.functions).map(entryOf("functions")),
    ...Object.entries(sections.functionGroups).map(entryOf("function_groups")),
    ...Object.entries(sections.middleware).map(entryOf("middleware")),
    ...Object.entries(sections.objectStores).map(entryOf("object_stores")),
    ...Object.entries(sections.httpRoutes).map(entryOf("http_routes")),
    ...Object.entries(sections.perUserServices).map(entryOf("per_user_services")),
    ...(sections.workflow === undefined ? [] : [entryOf("workflow")(["workflow", sections.workflow])]),
  ];
}

/** What something that is built, or is served, counts on. */
function namesInUse(sections: ComponentSections, components: readonly ConfiguredComponent[]): NamesBySpace {
  const functions = [
    ...referencedNames(components, (kind) => kind !== "object_store"),
    ...sections.entryFunctions.map(({ functionName }) => functionName),
  ];
  const middleware = [...sections.globalMiddleware, ...components.flatMap((component) => component.middleware)];
  return {
    functions: new Set(["workflow", ...functions.flatMap((name) => [name, name.split(MEMBER_SEPARATOR)[0] ?? name])]),
    middleware: new Set(middleware.map(({ name }) => name)),
    objectStores: new Set(referencedNames(components, (kind) => kind === "object_store")),
    httpRoutes: new Set(),
    perUserServices: new Set(),
  };
}

function referencedNames(
  components: readonly ConfiguredComponent[],
  isWanted: (kind: ReferenceKind) => boolean,
): string[] {
  const references = components.flatMap((component) => component.references.map(({ reference }) => reference));
  return references.filter(({ kind }) => isWanted(kind)).map(({ name }) => name);
}

/** Where an optional plugin is missing, a component without a type that nothing counts on is left out with a warning. */
function untypedProblem(
  { name, section, problem }: UntypedComponent,
  used: NamesBySpace,
  missingPlugins: readonly string[],
): Problem {
  if (missingPlugins.length === 0) {
    return problem;
  }
  const isUsed = used[nameSpaceOf[section]].has(name);
  const missing = `The optional ${missingPlugins.length === 1 ? "plugin" : "plugins"} ${missingPlugins.join(", ")} could not be loaded`;
  return isUsed
    ? { ...problem, remedy: `${missing}, and ${name} is used by what is not optional: mend it, or do not use ${name}.` }
    : { ...problem, severity: "warning", remedy: `${missing}; ${name} is left out.` };
}

/** Looks up the type of every configured component, imports just those types, and validates every component's fields. */
export async function resolveComponents(
  sections: ComponentSections,
  registry: ComponentTypeRegistry,
  { document, timeoutMs, missingPlugins, ...absent }: ResolveOptions,
): Promise<ResolvedComponents> {
  const components: ConfiguredComponent[] = [];
  const faultyNames = {
    functions: new Set(sections.faultyNames.functions),
    middleware: new Set(sections.faultyNames.middleware),
    objectStores: new Set(sections.faultyNames.objectStores),
    httpRoutes: new Set(sections.faultyNames.httpRoutes),
    perUserServices: new Set(sections.faultyNames.perUserServices),
  };
  const problems: Problem[] = [];
  const withoutType: UntypedComponent[] = [];
  let usesRefused = false;
  for (const [name, section, source] of placedComponents(sections)) {
    const faulty = faultyNames[nameSpaceOf[section]];
    const type = findType(section, source, registry, { document, absent });
    if (type === "refused" || "rule" in type) {
      if (type === "refused") usesRefused = true;
      else withoutType.push({ name, section, problem: type });
      faulty.add(name);
      continue;
    }
    const imported = await definitionOf(type, timeoutMs);
    problems.push(...imported.problems);
    if (imported.definition === undefined) {
      faulty.add(name);
    } else {
      const configured = configureComponent({ name, section, source, type, definition: imported.definition }, document);
      components.push(configured.component);
      problems.push(...configured.problems);
    }
  }
  const used = namesInUse(sections, components);
  problems.push(...withoutType.map((untyped) => untypedProblem(untyped, used, missingPlugins)));
  return { components, faultyNames, usesRefused, problems };
}

async function definitionOf(type: ComponentType, timeoutMs: number | undefined): Promise<ImportedDefinition> {
  const builtIn = await builtInDefinition(type);
  return builtIn === undefined ? importComponentDefinition(type, timeoutMs) : { definition: builtIn, problems: [] };
}

function entryOf(section: ComponentSection) {
  return ([name, source]: [string, ComponentConfig]): [string, ComponentSection, ComponentConfig] => [
    name,
    section,
    source,
  ];
}

function configureComponent(
  subject: Pick<ConfiguredComponent, "name" | "section" | "source" | "type" | "definition">,
  document: ConfigDocument,
): { component: ConfiguredComponent; problems: readonly Problem[] } {
  const { name, section, source, definition } = subject;
  const given = engineFields[definition.kind];
  const ownFields = Object.fromEntries(Object.entries(source.fields).filter(([field]) => !given.includes(field)));
  const parsed = definition.config.strict().safeParse(ownFields);
  const members = functionsOf(name, definition, source, document);
  const middleware = given.includes(MIDDLEWARE_FIELD)
    ? readMiddlewareNames(name, source, document)
    : { names: [], problems: [] };
  const objects =
    definition.kind === "object_store" ? readObjectStoreLimits(source, subject.type, document) : undefined;
  const problems: Problem[] = [...members.problems, ...middleware.problems, ...(objects?.problems ?? [])];
  if (!parsed.success) {
    const knownFields = [...Object.keys(definition.config.shape), ...given];
    problems.push(...fieldProblems(parsed.error, { type: subject.type, path: source.path, knownFields }, document));
  }
  return {
    component: {
      ...subject,
      section,
      scope: definition.scope,
      parsedConfig: parsed.data,
      references: parsed.success ? collectReferences(parsed.data) : [],
      middleware: middleware.names,
      objectLimits: objects?.limits,
      functions: members.visible,
      hiddenMembers: members.hidden,
    },
    problems,
  };
}

function functionsOf(
  name: string,
  definition: ComponentDefinition,
  source: ComponentConfig,
  document: ConfigDocument,
): { visible: ReadonlyMap<string, OfferedFunction>; hidden: ReadonlySet<string>; problems: readonly Problem[] } {
  switch (definition.kind) {
    case "function":
      return { visible: new Map([["", { definedAs: "", schemas: definition }]]), hidden: new Set(), problems: [] };
    case "function_group":
      return selectGroupMembers(name, definition.functions, source, document);
    case "http_routes": {
      const routes = Object.entries(definition.routes).map(
        ([address, schemas]) => [address, { definedAs: address, schemas }] as const,
      );
      return { visible: new Map(routes), hidden: new Set(), problems: [] };
    }
    case "middleware":
    case "object_store":
    case "per_user_service":
      return { visible: new Map(), hidden: new Set(), problems: [] };
  }
}
