const MOST_SUGGESTIONS = 3;

/**
 * The known names a mistyped one may have meant, nearest first, at most three. Case and the choice between `-` and
 * `_` do not count as differences; beyond that about one character in three may be wrong.
 */
export function nearMisses(name: string, knownNames: Iterable<string>): string[] {
  const wanted = normalise(name);
  const limit = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  return [...new Set(knownNames)]
    .filter((known) => Math.abs(known.length - wanted.length) <= limit)
    .map((known) => ({ known, distance: editDistance(wanted, normalise(known)) }))
    .filter(({ distance }) => distance <= limit)
    .sort((left, right) => left.distance - right.distance)
    .slice(0, MOST_SUGGESTIONS)
    .map(({ known }) => known);
}

/**
 * How many characters must be inserted, removed, replaced or swapped with their neighbour to turn one text into
 * another.
 */
export function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1];
      const isSwapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current[column] = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(beforePrevious, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}
