import type { CollectionChanges } from "../sessions/collection-content.js";
import type { Run } from "./run.js";

/**
 * Begins to watch the drafts of a run. The function it returns says whether a state or a collection has changed since;
 * of one that cannot be compared it says so as soon as it has been touched.
 */
export function watchChanges(run: Pick<Run, "drafts" | "collectionChanges">): () => boolean {
  const statesBefore = run.drafts?.snapshot() ?? [];
  const collectionsBefore = run.collectionChanges();
  return () =>
    run.drafts?.hasChangedSince(statesBefore) === true || haveChanged(collectionsBefore, run.collectionChanges());
}

// Numbers are given once and never again, so that two of them say whether anything was appended or dropped.
function haveChanged(before: CollectionChanges | undefined, now: CollectionChanges | undefined): boolean {
  return [...(now ?? [])].some(([items, { first, next }]) => {
    const earlier = before?.get(items);
    return earlier?.first !== first || earlier.next !== next;
  });
}
