import { distance } from "fastest-levenshtein";

/** The known name closest to a misspelt one, or `undefined` where none is close enough to be meant. */
export function closestName(written: string, known: readonly string[]): string | undefined {
  const spelling = snakeCase(written);
  // Two letters swapped are two edits.
  const tolerance = spelling.length < 4 ? 1 : spelling.length < 9 ? 2 : 3;
  let closest: string | undefined;
  let smallest = tolerance + 1;
  for (const name of known) {
    const edits = distance(spelling, snakeCase(name));
    if (edits < smallest) {
      closest = name;
      smallest = edits;
    }
  }
  return closest;
}

/** The remedy for an unknown name: the one that was meant, or else all there are, or to remove it where there are none. */
export function didYouMean(written: string, known: readonly string[]): string {
  if (known.length === 0) return "Remove it.";
  const closest = closestName(written, known);
  return closest === undefined ? `Known here: ${known.join(", ")}.` : `Did you mean ${closest}?`;
}

function snakeCase(name: string): string {
  return name
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`)
    .replaceAll("-", "_")
    .toLowerCase();
}
