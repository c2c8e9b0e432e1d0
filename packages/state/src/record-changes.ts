import { recordEntryKey, storedRecordName } from "./record-names.js";
import type { RecordChange } from "./session-store.js";
import { encodeRecord } from "./stored-entry.js";

/** Removes every record from the first name up to, but without, the second. */
type StoredNameRange = readonly [from: string, to: string];

/**
 * What a commit changes in the records of its session, by stored names. The removals come first, then what is put;
 * in whatever order the commit asked for them, the outcome is the same.
 */
export interface StoredRecordChanges {
  readonly removed: readonly string[];
  readonly removedRanges: readonly StoredNameRange[];
  /** Text of the entry by stored name. */
  readonly put: ReadonlyMap<string, string>;
}

/** Brings the changes of a commit, which take effect one after the other, into the form they are stored from. */
export function storedRecordChanges(entryKey: string, changes: readonly RecordChange[]): StoredRecordChanges {
  const removed = new Set<string>();
  const removedRanges: StoredNameRange[] = [];
  const put = new Map<string, string>();
  for (const change of changes) {
    if (change.kind === "put") {
      const name = storedRecordName(change.name);
      put.set(name, encodeRecord(recordEntryKey(entryKey, name), change));
    } else if (change.kind === "remove") {
      const name = storedRecordName(change.name);
      put.delete(name);
      removed.add(name);
    } else {
      const range = [storedRecordName(change.from), storedRecordName(change.to)] as const;
      removedRanges.push(range);
      deleteRange(put, range);
    }
  }
  return { removed: [...removed], removedRanges, put };
}

function deleteRange(put: Map<string, string>, [from, to]: StoredNameRange): void {
  for (const name of put.keys()) {
    if (name >= from && name < to) {
      put.delete(name);
    }
  }
}
