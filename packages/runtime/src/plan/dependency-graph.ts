import type { ConfigDocument } from "@alcove/config";
import { nearNames, type Problem, type Reference, type ReferenceKind, referenceLabels } from "@alcove/plugin-api";
import {
  type ConfiguredComponent,
  type Dependency,
  locateReference,
  MEMBER_SEPARATOR,
  publicFunctionName,
  referencePath,
} from "./configured-component.js";
import { checkReferenceSchemas } from "./reference-schemas.js";
import type { PlacedReference } from "./references-in-config.js";
import type { NamesBySpace, ResolvedComponents } from "./resolve-components.js";

/** Follows every reference to what it names. References that lead nowhere are problems. */
export function buildDependencyGraph(
  { components, faultyNames }: Pick<ResolvedComponents, "components" | "faultyNames">,
  document: ConfigDocument,
): { dependencies: Dependency[]; problems: Problem[] } {
  const names = new ReferenceableNames(components);
  const dependencies: Dependency[] = [];
  const problems: Problem[] = [];
  for (const from of components) {
    for (const placed of from.references) {
      if (isFaulty(placed.reference, faultyNames)) {
        continue;
      }
      const found = names.find(placed);
      if ("fault" in found) {
        problems.push({
          rule: found.rule,
          severity: "error",
          message: `${from.name} refers to ${found.fault}`,
          source: locateReference(document, from, placed),
          remedy: names.remedyFor(placed),
        });
      } else {
        const { component: to, member } = found;
        dependencies.push({ from, to, member, reference: placed.reference, path: referencePath(from, placed) });
        problems.push(
          ...separatorWarnings(from, placed, document),
          ...checkReferenceSchemas(from, placed, found.component.functions.get(found.member ?? "")?.schemas, document),
        );
      }
    }
  }
  return { dependencies, problems };
}

/** Whether what a reference names has been complained of already. */
function isFaulty(reference: Pick<Reference, "kind" | "name">, faultyNames: NamesBySpace): boolean {
  const { objectStores, functions } = faultyNames;
  return reference.kind === "object_store"
    ? objectStores.has(reference.name)
    : functions.has(ownerOf(currentName(reference), functions));
}

/** What a reference says of its target. */
type NamedReference = { readonly reference: Pick<PlacedReference["reference"], "kind" | "name"> };

/**
 * The name a reference means today. Configurations of old write `group.member`; no name of a component or a member has a
 * dot, so that this can mean nothing else.
 */
export function currentName({ kind, name }: Pick<Reference, "kind" | "name">): string {
  return kind === "function" ? name.replace(".", MEMBER_SEPARATOR) : name;
}

function separatorWarnings(from: ConfiguredComponent, placed: PlacedReference, document: ConfigDocument): Problem[] {
  const { reference } = placed;
  const name = currentName(reference);
  return name === reference.name
    ? []
    : [
        {
          rule: "reference-separator",
          severity: "warning",
          message: `${from.name} refers to "${reference.name}" with the old separator of groups and members.`,
          source: locateReference(document, from, placed),
          remedy: `Write ${name}.`,
        },
      ];
}

/** The faulty group a member's name belongs to, or the name itself. */
export function ownerOf(name: string, faultyNames: ReadonlySet<string>): string {
  return [...faultyNames].find((faulty) => name.startsWith(`${faulty}${MEMBER_SEPARATOR}`)) ?? name;
}

const kinds = Object.keys(referenceLabels) as ReferenceKind[];

function nameOf(kind: ReferenceKind): string {
  return kind.replace("_", " ");
}

/** What a name leads to. */
export interface Target {
  readonly component: ConfiguredComponent;
  readonly member: string | undefined;
}

/** A name that leads nowhere. */
export interface WrongName {
  readonly rule: "reference-unknown" | "reference-kind";
  /** The name, and what is wrong with it. */
  readonly fault: string;
}

/** The names that references may use. */
export class ReferenceableNames {
  readonly #functions = new Map<string, Target>();
  readonly #groups = new Map<string, Target>();
  readonly #objectStores = new Map<string, Target>();
  readonly #hidden = new Set<string>();
  readonly #renamed = new Map<string, string>();

  constructor(components: readonly ConfiguredComponent[]) {
    for (const component of components) {
      if (component.section === "object_stores") {
        this.#objectStores.set(component.name, { component, member: undefined });
      }
      if (component.section === "function_groups") {
        this.#groups.set(component.name, { component, member: undefined });
        for (const member of component.hiddenMembers) {
          this.#hidden.add(publicFunctionName(component, member));
        }
      }
      if (component.section === "functions" || component.section === "function_groups") {
        for (const [member, { definedAs }] of component.functions) {
          if (member !== definedAs) {
            this.#renamed.set(publicFunctionName(component, definedAs), publicFunctionName(component, member));
          }
          this.#functions.set(publicFunctionName(component, member), {
            component,
            member: component.section === "functions" ? undefined : member,
          });
        }
      }
    }
  }

  #ofKind(kind: ReferenceKind): ReadonlyMap<string, Target> {
    return { function: this.#functions, function_group: this.#groups, object_store: this.#objectStores }[kind];
  }

  /** The target, or what is wrong with the name. */
  find({ reference }: NamedReference): Target | WrongName {
    const name = currentName(reference);
    const found = this.#ofKind(reference.kind).get(name);
    if (found !== undefined) {
      return found;
    }
    const otherKind = kinds.find((kind) => kind !== reference.kind && this.#ofKind(kind).has(reference.name));
    if (otherKind !== undefined) {
      const [wanted, actual] = [referenceLabels[reference.kind], referenceLabels[otherKind]];
      return { rule: "reference-kind", fault: `"${reference.name}" as ${wanted}, and it is ${actual}.` };
    }
    if (this.#hidden.has(name)) {
      return {
        rule: "reference-unknown",
        fault: `"${reference.name}", which its group leaves out by include or exclude.`,
      };
    }
    const fault = `"${reference.name}", and there is no ${nameOf(reference.kind)} of that name.`;
    return { rule: "reference-unknown", fault };
  }

  /** How to mend a name that leads nowhere. */
  remedyFor({ reference }: NamedReference): string {
    const { kind } = reference;
    const name = currentName(reference);
    const alias = this.#renamed.get(name);
    if (kind === "function" && alias !== undefined) {
      return `It goes by its alias: write ${alias}.`;
    }
    if (this.#hidden.has(name)) {
      return "Change the group's include or exclude, or refer to another function.";
    }
    const candidates = [...this.#ofKind(kind).keys()];
    const [suggestion] = nearNames(name, candidates);
    if (suggestion !== undefined) {
      return `Did you mean ${suggestion}?`;
    }
    if (kind === "object_store") {
      return candidates.length === 0
        ? "Add it under object_stores:, with its _type."
        : `Configured: ${candidates.join(", ")}.`;
    }
    const group = name.includes(MEMBER_SEPARATOR) ? name.slice(0, name.indexOf(MEMBER_SEPARATOR)) : name;
    const members = this.#groups.get(group)?.component.functions.keys();
    if (members !== undefined) {
      return `Its functions are ${[...members].map((member) => `${group}${MEMBER_SEPARATOR}${member}`).join(", ")}.`;
    }
    return candidates.length === 0
      ? `Add it: no ${nameOf(kind)} is configured.`
      : `Configured: ${candidates.join(", ")}.`;
  }
}
