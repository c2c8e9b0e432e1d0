import Range from "semver/classes/range.js";

/**
 * Tells whether versions are in semver ranges. Pre-releases are ordered like any other version: 0.1.1-beta.1 is in ^0.1.0,
 * and 0.1.0-beta.1 is before it. Made for one look at all plugins, most of which ask for the same.
 */
export class VersionRanges {
  readonly #answers = new Map<string, boolean | undefined>();

  /** Whether a version is in a range; `undefined` for a text that is no range. What is no version is in none. */
  includes(range: string, version: string): boolean | undefined {
    const question = JSON.stringify([range, version]);
    if (!this.#answers.has(question)) this.#answers.set(question, parseRange(range)?.test(version));
    return this.#answers.get(question);
  }
}

function parseRange(text: string): Range | undefined {
  try {
    return new Range(text, { includePrerelease: true });
  } catch {
    return undefined;
  }
}
