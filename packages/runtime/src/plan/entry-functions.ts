import type { ConfigDocument, EntryFunction } from "@alcove/config";
import type { Problem } from "@alcove/plugin-api";
import type { ConfiguredComponent } from "./configured-component.js";
import { ownerOf, ReferenceableNames } from "./dependency-graph.js";
import type { ResolvedComponents } from "./resolve-components.js";

/** A function that is served on its own. */
export interface EntryTarget {
  readonly component: ConfiguredComponent;
  /** The member of a group, where the function is one. */
  readonly member: string | undefined;
}

/** Finds the functions that are served on their own. Names that lead nowhere are problems. */
export function resolveEntryFunctions(
  entryFunctions: readonly EntryFunction[],
  { components, faultyNames }: Pick<ResolvedComponents, "components" | "faultyNames">,
  document: ConfigDocument,
): { entries: EntryTarget[]; problems: Problem[] } {
  const names = new ReferenceableNames(components);
  const entries: EntryTarget[] = [];
  const problems: Problem[] = [];
  for (const { functionName: name, path } of entryFunctions) {
    if (faultyNames.has(ownerOf(name, faultyNames))) {
      continue;
    }
    const reference = { reference: { kind: "function", name } } as const;
    const found = names.find(reference);
    if ("fault" in found) {
      problems.push({
        rule: found.rule,
        severity: "error",
        message: `general.front_end.endpoints names ${found.fault}`,
        source: document.locate(path),
        ...names.remedyFor(reference),
      });
    } else {
      entries.push(found);
    }
  }
  return { entries, problems };
}
