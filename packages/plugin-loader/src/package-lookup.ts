import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { findRealDirectory } from "./contained-path.js";
import type { ListedPlugin } from "./discovered-plugin.js";
import { isPackageName } from "./package-name.js";

/** Where an entry of `plugins:` leads. */
export type ListedLookup =
  | { readonly outcome: "found" /** A real path. */; readonly directory: string }
  | { readonly outcome: "not-installed" }
  | { readonly outcome: "no-directory"; readonly path: string }
  | { readonly outcome: "invalid" };

/**
 * Finds an installed package as Node does: in the `node_modules` of the folder, then of each folder above it.
 *
 * @param fromDirectory A real path.
 * @returns The package's real path; `undefined` when it is not installed.
 */
export function findInstalledPackage(packageName: string, fromDirectory: string): string | undefined {
  for (let directory = fromDirectory; ; directory = dirname(directory)) {
    const found = findPackageIn(directory, packageName);
    if (found !== undefined || dirname(directory) === directory) return found;
  }
}

/** Looks for a package in the `node_modules` of one folder only. */
export function findPackageIn(directory: string, packageName: string): string | undefined {
  return isPackageName(packageName) && basename(directory) !== "node_modules"
    ? findRealDirectory(join(directory, "node_modules", packageName))
    : undefined;
}

/** Finds the package an entry of `plugins:` names, by its path or, from the host, by its name. */
export function findListedPackage(listed: ListedPlugin, hostDirectory: string): ListedLookup {
  const { specifier } = listed;
  if (specifier.includes("\0")) return { outcome: "invalid" };
  if (isPathSpecifier(specifier)) {
    const path = resolve(listed.directory, specifier);
    const directory = findRealDirectory(path);
    return directory === undefined ? { outcome: "no-directory", path } : { outcome: "found", directory };
  }
  if (!isPackageName(specifier)) return { outcome: "invalid" };
  const directory = findInstalledPackage(specifier, hostDirectory);
  return directory === undefined ? { outcome: "not-installed" } : { outcome: "found", directory };
}

function isPathSpecifier(specifier: string): boolean {
  return isAbsolute(specifier) || /^\.\.?(?:[/\\]|$)/.test(specifier);
}
