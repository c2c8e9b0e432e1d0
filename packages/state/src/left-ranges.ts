/** A stretch of stored names: from the first up to, but without, the last. */
export type NameStretch = readonly [first: string, last: string];

/** What of a stretch lies outside of all ranges, in the order of the names. The ranges may overlap. */
export function stretchesOutside(ranges: readonly NameStretch[], [first, last]: NameStretch): NameStretch[] {
  const outside: NameStretch[] = [];
  let from = first;
  const inOrder = ranges.filter(([begin, end]) => begin < end).sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [begin, end] of inOrder) {
    if (begin > from && from < last) {
      outside.push([from, begin < last ? begin : last]);
    }
    if (end > from) {
      from = end;
    }
  }
  if (from < last) {
    outside.push([from, last]);
  }
  return outside;
}
