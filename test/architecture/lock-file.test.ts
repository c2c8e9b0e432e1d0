import { describe, expect, it } from "vitest";
import { readText } from "./workspace.js";

interface LockEntry {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readText("package-lock.json")) as { packages: Readonly<Record<string, LockEntry>> };

describe("the lock file", () => {
  // npm leaves out what the registry it asked does not carry, and then npm ci refuses the lock file on every machine.
  it("has an entry for every optional package of every platform", () => {
    const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages || `${place}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  it("names no place packages came from", () => {
    expect(readText("package-lock.json")).not.toMatch(/"resolved": "(?!packages\/|plugins\/)/);
  });
});
