import type { RecordChange, SequenceRange } from "@alcove/state";
import type { CollectionItems } from "./collection-items.js";

/** What is in a collection. The items themselves are not in memory, but for those that are not stored yet. */
export interface CollectionContent extends SequenceRange {
  /** The texts of the newest items, as far as no commit has stored them: what migrations made, and what a run appends. */
  readonly unstored: readonly string[];
}

/** What a run, or a migration, made of collections. */
export type CollectionChanges = ReadonlyMap<CollectionItems, CollectionContent>;

/** What is in the collections of one session. */
export interface CollectionContents {
  /** What is stored, by key; also of components that are no longer configured. */
  readonly collections: ReadonlyMap<string, SequenceRange>;
  /** What the migrations of states made of collections, and no commit has stored yet. */
  readonly filled: CollectionChanges;
}

// A store takes few names faster than a range, and whoever keeps the newest items drops as many as come.
const MOST_NAMED_REMOVALS = 2;

// The numbers begin at 1, so that none of them is falsy.
const nothingAppended: SequenceRange = { first: 1, next: 1 };

/** What is in one collection of a session. */
export function contentOf({ collections, filled }: CollectionContents, items: CollectionItems): CollectionContent {
  return filled.get(items) ?? { ...(collections.get(items.key) ?? nothingAppended), unstored: [] };
}

/**
 * What has to be stored to make a run's changes of collections durable, and with them what migrations filled in.
 *
 * @returns `undefined` when nothing has changed.
 */
export function changedCollections(
  before: CollectionContents,
  changes: CollectionChanges,
): { collections: ReadonlyMap<string, SequenceRange>; records: RecordChange[] } | undefined {
  if (changes.size === 0 && before.filled.size === 0) {
    return undefined;
  }
  const collections = new Map(before.collections);
  const records: RecordChange[] = [];
  // A run that changed a collection began with what was filled in.
  for (const [items, after] of new Map([...before.filled, ...changes])) {
    for (const change of recordChanges(items, collections.get(items.key) ?? nothingAppended, after)) {
      records.push(change);
    }
    collections.set(items.key, { first: after.first, next: after.next });
  }
  return { collections, records };
}

/** The changes of records that lead from what is stored of a collection to another content. */
function recordChanges(items: CollectionItems, stored: SequenceRange, after: CollectionContent): RecordChange[] {
  const changes: RecordChange[] = [];
  const dropped = Math.min(after.first, stored.next);
  if (dropped - stored.first > MOST_NAMED_REMOVALS) {
    changes.push({ kind: "remove-range", from: items.recordName(stored.first), to: items.recordName(dropped) });
  } else {
    for (let sequence = stored.first; sequence < dropped; sequence += 1) {
      changes.push({ kind: "remove", name: items.recordName(sequence) });
    }
  }
  after.unstored.forEach((json, index) => {
    const sequence = stored.next + index;
    if (sequence >= after.first) {
      changes.push({ kind: "put", name: items.recordName(sequence), json });
    }
  });
  return changes;
}
