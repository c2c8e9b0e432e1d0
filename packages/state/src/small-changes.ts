import type { StoredRecordChanges } from "./record-changes.js";

/**
 * Places for records in the row of a small change: a large component and a recorded reply, which displaces an older one,
 * fit in.
 */
export const smallPlaces = { removed: ["removed1", "removed2"], put: ["1", "2", "3"] } as const;

/** The columns of the view that takes small changes, in the order of {@link smallTexts}. */
export const smallColumns: readonly string[] = [
  ...smallPlaces.removed,
  ...smallPlaces.put.flatMap((place) => [`name${place}`, `text${place}`]),
];

const noTexts: readonly undefined[] = smallColumns.map(() => undefined);

/** Whether what a commit changes in the records of its session fits into those columns. */
export function isSmallChange({ removed, removedRanges, keptRows, put }: StoredRecordChanges): boolean {
  const isFew = removed.length <= smallPlaces.removed.length && put.size <= smallPlaces.put.length;
  return isFew && removedRanges.length === 0 && keptRows === undefined;
}

/** What stands in those columns for a small change. */
export function smallTexts(records: StoredRecordChanges | undefined): readonly (string | undefined)[] {
  if (records === undefined) {
    return noTexts;
  }
  const texts: (string | undefined)[] = [...noTexts];
  for (const [index, name] of records.removed.entries()) {
    texts[index] = name;
  }
  let index = smallPlaces.removed.length;
  for (const [name, text] of records.put) {
    texts[index] = name;
    texts[index + 1] = text;
    index += 2;
  }
  return texts;
}
