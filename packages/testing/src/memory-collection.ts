import type { Collection, CollectionDeclaration, z } from "@alcove/plugin-api";
import { createMemoryCollection as createUntyped } from "@alcove/runtime";

/**
 * A collection for tests of functions that use one, in memory. It checks, copies, counts and pages as the real one does; nothing
 * commits it, and it never ends.
 *
 * @param declaration What the definition under test declares.
 * @param items What is in it, oldest first.
 * @throws STATE_INVALID when an item breaks the schema.
 */
export function createMemoryCollection<ItemSchema extends z.ZodType>(
  declaration: CollectionDeclaration<ItemSchema>,
  items: Iterable<z.output<ItemSchema>> = [],
): Collection<z.output<ItemSchema>> {
  // The schema gives out nothing else.
  const collection = createUntyped(declaration) as Collection<z.output<ItemSchema>>;
  for (const item of items) {
    collection.append(item);
  }
  return collection;
}
