import { distance } from "fastest-levenshtein";

const MOST_NAMES = 3;

/**
 * The known names a misspelt one may have meant, nearest first, at most three; none where none is near. Case, camel case
 * and the choice between `-` and `_` are no differences; beyond that a few letters may be wrong, more in a longer name.
 */
export function nearNames(written: string, known: Iterable<string>): string[] {
  const spelling = snakeCase(written);
  // Two letters swapped are two edits.
  const tolerance = spelling.length < 4 ? 1 : spelling.length < 9 ? 2 : 3;
  return [...new Set(known)]
    .map((name) => ({ name, edits: distance(spelling, snakeCase(name)) }))
    .filter(({ edits }) => edits <= tolerance)
    .sort((left, right) => left.edits - right.edits)
    .slice(0, MOST_NAMES)
    .map(({ name }) => name);
}

/** The remedy for an unknown name: the one that was meant, or else all there are, or to remove it where there are none. */
export function didYouMean(written: string, known: readonly string[]): string {
  if (known.length === 0) {
    return "Remove it.";
  }
  const [nearest] = nearNames(written, known);
  return nearest === undefined ? `Known here: ${known.join(", ")}.` : `Did you mean ${nearest}?`;
}

function snakeCase(name: string): string {
  return name
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`)
    .replaceAll("-", "_")
    .toLowerCase();
}
