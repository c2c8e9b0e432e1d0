/** How many objects and lists may stand in each other. Deeper ones cannot be copied, compared or written again by plain recursion. */
export const MAX_NESTING = 1_000;

const quote = '"'.charCodeAt(0);
const backslash = "\\".charCodeAt(0);
// In ASCII the brackets and the braces differ in one bit only.
const bracketBit = 0x20;
const opening = "{".charCodeAt(0);
const closing = "}".charCodeAt(0);

/** Whether objects and lists stand in each other deeper than they may. For a text that is no JSON the answer means nothing. */
export function nestsTooDeep(json: string): boolean {
  // Each level takes two characters, so that most bodies need not be looked at.
  if (json.length <= 2 * MAX_NESTING) {
    return false;
  }
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === quote) {
      at = endOfText(json, at);
    } else if ((code | bracketBit) === opening) {
      depth += 1;
      if (depth > MAX_NESTING) {
        return true;
      }
    } else if ((code | bracketBit) === closing) {
      depth -= 1;
    }
  }
  return false;
}

/** Where the text that begins at a quote ends. */
function endOfText(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(json, end)) {
    end = json.indexOf('"', end + 1);
  }
  return end === -1 ? json.length : end;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json.charCodeAt(at - 1 - backslashes) === backslash) {
    backslashes += 1;
  }
  return backslashes % 2 === 1;
}
