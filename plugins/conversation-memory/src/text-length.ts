/** A text, or the beginning of one that is longer than `maxCharacters`, with an ellipsis for what is missing. */
export function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) {
    return text;
  }
  // No half of a character of two code units at the end.
  return `${text.slice(0, maxCharacters - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
