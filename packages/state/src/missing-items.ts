import { sessionEntryKey } from "./entry-keys.js";
import type { EntryWalk } from "./entry-walk.js";
import { itemRecordKind, itemRecordName } from "./item-records.js";
import { recordNameOf } from "./record-names.js";
import type { SequenceRange, SessionKey, SessionStore } from "./session-store.js";

const attemptsToCount = 3;

/** A list that has fewer items than its session says. */
export interface IncompleteList {
  /** What the list is called in its session. */
  readonly list: string;
  /** How many of its items are not there. */
  readonly missing: number;
}

/** Counts the items of a session's lists as its records come by. */
export class ItemCounter {
  readonly #lists = new Map<string, { readonly name: string; readonly range: SequenceRange; missing: number }>();

  constructor(lists: ReadonlyMap<string, SequenceRange>) {
    for (const [name, range] of lists) {
      this.#lists.set(itemRecordKind(name), { name, range, missing: range.next - range.first });
    }
  }

  /** Takes note of a record that is there. */
  add(recordName: string): void {
    const slash = recordName.lastIndexOf("/");
    const list = this.#lists.get(recordName.slice(0, Math.max(0, slash)));
    const sequence = Number(recordName.slice(slash + 1));
    if (list === undefined || recordName !== itemRecordName(list.name, sequence)) {
      return;
    }
    if (sequence >= list.range.first && sequence < list.range.next) {
      list.missing -= 1;
    }
  }

  /** The lists of which not every item has come by. */
  incomplete(): IncompleteList[] {
    return [...this.#lists.values()]
      .filter(({ missing }) => missing > 0)
      .map(({ name, missing }) => ({ list: name, missing }));
  }
}

/** What {@link findIncompleteLists} looks through. */
export interface IncompleteListsParts {
  readonly walk: EntryWalk;
  readonly store: Pick<SessionStore, "load">;
}

/**
 * The lists of a session that are short of items. What is appended or cut off meanwhile is not taken for missing: where it
 * comes in between each time, the lists count as whole. None where the session is over, or the file is too damaged to go
 * through its records.
 */
export async function findIncompleteLists(parts: IncompleteListsParts, key: SessionKey): Promise<IncompleteList[]> {
  for (let attempt = 1; attempt <= attemptsToCount; attempt += 1) {
    const before = (await parts.store.load(key))?.collections;
    const counted = before && (await countItems(parts.walk, key, before));
    const after = (await parts.store.load(key))?.collections;
    if (before === undefined || counted === undefined || after === undefined) {
      return [];
    }
    const incomplete = counted.incomplete();
    if (incomplete.every(({ list }) => hasOnlyGrown(before.get(list), after.get(list)))) {
      return incomplete;
    }
  }
  return [];
}

/** Counts the items that are there; `undefined` where nobody can tell. */
async function countItems(
  walk: EntryWalk,
  key: SessionKey,
  lists: ReadonlyMap<string, SequenceRange>,
): Promise<ItemCounter | undefined> {
  const counter = new ItemCounter(lists);
  for await (const { name, isRest } of walk.records(sessionEntryKey(key))) {
    if (isRest) {
      return undefined;
    }
    counter.add(recordNameOf(name));
  }
  return counter;
}

function hasOnlyGrown(before: SequenceRange | undefined, after: SequenceRange | undefined): boolean {
  return before !== undefined && after !== undefined && before.first === after.first && before.next <= after.next;
}
