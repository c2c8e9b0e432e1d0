import { storedRecordName } from "./record-names.js";
import type { RecordChange } from "./session-store.js";

/** Stored names from the first up to, but without, the second. */
export type ChangedStretch = readonly [from: string, before: string];

/** The stretches of stored names that changes of records touch, in order; none overlaps another. */
export function changedStretches(changes: readonly RecordChange[]): ChangedStretch[] {
  const touched = changes
    .map(stretchOf)
    .filter(([from, before]) => from < before)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const stretches: [from: string, before: string][] = [];
  for (const [from, before] of touched) {
    const last = stretches.at(-1);
    if (last === undefined || from > last[1]) {
      stretches.push([from, before]);
    } else if (before > last[1]) {
      last[1] = before;
    }
  }
  return stretches;
}

function stretchOf(change: RecordChange): ChangedStretch {
  if (change.kind === "remove-range") {
    return [storedRecordName(change.from), storedRecordName(change.to)];
  }
  const name = storedRecordName(change.name);
  // No stored name lies between a name and the same with the least character behind it.
  return [name, `${name}\u0001`];
}
