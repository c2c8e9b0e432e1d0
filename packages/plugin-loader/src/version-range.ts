import Range from "semver/classes/range.js";

/**
 * Reads a semver range in which pre-releases are ordered like any other version: 0.1.1-beta.1 is in ^0.1.0, and
 * 0.1.0-beta.1 is before it.
 *
 * @returns `undefined` for a text that is no range.
 */
export function parseRange(text: string): Range | undefined {
  try {
    return new Range(text, { includePrerelease: true });
  } catch {
    return undefined;
  }
}
