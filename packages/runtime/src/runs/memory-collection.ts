import type { Collection, CollectionDeclaration } from "@alcove/plugin-api";
import { CollectionItems } from "../sessions/collection-items.js";
import { CollectionDraft } from "./collection-draft.js";

/**
 * A collection of no user, that is nowhere stored and never ends: a run's own view of a collection, with everything in
 * it appended by the run. For tests of plugins.
 */
export function createMemoryCollection(declaration: CollectionDeclaration): Collection<unknown> {
  return new CollectionDraft({
    items: new CollectionItems({ declaration, key: "memory", title: "collection in memory", reader: "the test" }),
    content: { first: 1, next: 1, unstored: [] },
    readStored: () => Promise.resolve([]),
    assertActive: () => undefined,
  });
}
