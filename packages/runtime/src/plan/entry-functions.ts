import type { ConfigDocument, EntryFunction } from "@alcove/config";
import type { Problem } from "@alcove/plugin-api";
import type { ConfiguredComponent } from "./configured-component.js";
import { currentName, ownerOf, ReferenceableNames } from "./dependency-graph.js";
import type { ResolvedComponents } from "./resolve-components.js";

/** A function that is served on its own, or answers a route. */
export interface EntryTarget {
  readonly component: ConfiguredComponent;
  /** The member of a group, where the function is one; the address of a route. */
  readonly member: string | undefined;
}

/** What answers the routes of plugins: all that is configured is served. */
export function routeEntries(components: readonly ConfiguredComponent[]): EntryTarget[] {
  return components
    .filter(({ section }) => section === "http_routes")
    .flatMap((component) => Array.from(component.functions.keys(), (member) => ({ component, member })));
}

/**
 * Finds the functions that are served on their own. Names that lead nowhere are problems, and so are those with the old
 * separator: routes are found by the name as it is written, and no configuration of old has any.
 */
export function resolveEntryFunctions(
  entryFunctions: readonly EntryFunction[],
  { components, faultyNames }: Pick<ResolvedComponents, "components" | "faultyNames">,
  document: ConfigDocument,
): { entries: EntryTarget[]; problems: Problem[] } {
  const names = new ReferenceableNames(components);
  const entries: EntryTarget[] = [];
  const problems: Problem[] = [];
  for (const { functionName: name, path } of entryFunctions) {
    const reference = { reference: { kind: "function", name } } as const;
    const currentlyNamed = currentName(reference.reference);
    if (faultyNames.functions.has(ownerOf(currentlyNamed, faultyNames.functions))) {
      continue;
    }
    const found = names.find(reference);
    if ("fault" in found) {
      problems.push({
        rule: found.rule,
        severity: "error",
        message: `general.front_end.endpoints names ${found.fault}`,
        source: document.locate(path),
        remedy: names.remedyFor(reference),
      });
    } else if (currentlyNamed === name) {
      entries.push(found);
    } else {
      problems.push({
        rule: "reference-separator",
        severity: "error",
        message: `general.front_end.endpoints names "${name}" with the old separator of groups and members.`,
        source: document.locate(path),
        remedy: `Write ${currentlyNamed}.`,
      });
    }
  }
  return { entries, problems };
}
