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
  /** Text of the entry by stored name; of component rows too. */
  readonly put: ReadonlyMap<string, string>;
  /** Removes every component row but these; none when it is `undefined`. */
  readonly keptRows: readonly string[] | undefined;
}

/** Which component rows change with a session. */
export interface ComponentRowChanges {
  /** Text of the row by its name. */
  readonly rows: ReadonlyMap<string, string>;
  /** As in {@link StoredRecordChanges}. */
  readonly keptRows: readonly string[] | undefined;
}

/**
 * Brings the changes of a commit, which take effect one after the other, into the form they are stored from; `undefined`
 * when there are none.
 */
export function storedRecordChanges(
  entryKey: string,
  changes: readonly RecordChange[],
  { rows, keptRows }: ComponentRowChanges,
): StoredRecordChanges | undefined {
  if (changes.length === 0 && rows.size === 0 && keptRows === undefined) {
    return undefined;
  }
  const removed = new Set<string>();
  const removedRanges: StoredNameRange[] = [];
  const put = new Map(rows);
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
  return { removed: [...removed], removedRanges, put, keptRows };
}

function deleteRange(put: Map<string, string>, [from, to]: StoredNameRange): void {
  for (const name of put.keys()) {
    if (name >= from && name < to) {
      put.delete(name);
    }
  }
}
