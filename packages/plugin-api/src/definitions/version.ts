/**
 * Checks the version of what is stored, and that the steps to it have no holes.
 *
 * @param what Whose version it is, as the beginning of a sentence.
 * @throws TypeError when the version is no positive integer, or a migration is missing, out of range or no function.
 */
export function assertVersion(what: string, version: number, migrations: Readonly<Record<number, unknown>>): void {
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new TypeError(`${what} has a version that is a whole number from 1 on, and ${String(version)} is none.`);
  }
  const targets = Object.keys(migrations).map(Number);
  for (const target of targets) {
    if (!Number.isInteger(target) || target < 2 || target > version) {
      throw new TypeError(
        `${what} has a migration to version ${target}; they lead to 2 and up to ${version}, its own version.`,
      );
    }
    if (typeof migrations[target] !== "function") {
      throw new TypeError(`${what} has a migration to version ${target} that is no function.`);
    }
  }
  for (let target = Math.min(...targets); target <= version; target += 1) {
    if (!targets.includes(target)) {
      throw new TypeError(`${what} has a hole in its migrations: none leads to version ${target}.`);
    }
  }
}
