import type { Problem, SourceLocation } from "@alcove/plugin-api";
import satisfies from "semver/functions/satisfies.js";
import validRange from "semver/ranges/valid.js";
import { describePlugin } from "./discovered-plugin.js";
import { displayPath } from "./display-path.js";
import { asWarning } from "./optional-plugins.js";
import type { PluginPackage } from "./read-manifest.js";

/** One entry of `plugins.allow`. */
export interface AllowedPackage {
  /** The name of a package. */
  readonly packageName: string;
  /** A semver range. */
  readonly range: string;
  /** Where the entry stands; problems with it point there. */
  readonly source: SourceLocation;
}

/** The packages of `plugins.allow`, and where it stands. */
export interface AllowList {
  /** The only packages that may be loaded. */
  readonly packages: readonly AllowedPackage[];
  /** Where the list stands; problems with what it does not name point there. */
  readonly source: SourceLocation;
}

/**
 * Divides the packages that say they are plugins into those that may be loaded, and complaints about the others.
 *
 * @param allowList `undefined` lets all of them through.
 */
export function checkAllowed(
  packages: readonly PluginPackage[],
  allowList: AllowList | undefined,
  workingDirectory: string,
): { readonly packages: readonly PluginPackage[]; readonly problems: readonly Problem[] } {
  if (allowList === undefined) return { packages, problems: [] };
  const problems: Problem[] = allowList.packages.filter(({ range }) => validRange(range) === null).map(noRange);
  const allowed = packages.filter((found) => {
    const problem = problemWith(found, allowList, workingDirectory);
    if (problem !== undefined) problems.push(found.isOptional ? asWarning(problem) : problem);
    return problem === undefined;
  });
  return { packages: allowed, problems };
}

function noRange({ packageName, range, source }: AllowedPackage): Problem {
  return {
    rule: "plugin-not-allowed",
    severity: "error",
    message: `plugins.allow takes ${packageName} in ${JSON.stringify(range)}, which is not a range of versions.`,
    source,
    remedy: "Write a semver range, e.g. ^1.0.0.",
  };
}

function problemWith(found: PluginPackage, allowList: AllowList, workingDirectory: string): Problem | undefined {
  const entry = allowList.packages.find(({ packageName }) => packageName === found.packageName);
  const copy = `The plugin ${describePlugin(found)} in ${displayPath(found.directory, workingDirectory)}`;
  const problem = { rule: "plugin-not-allowed", severity: "error" } as const;
  if (entry === undefined) {
    return {
      ...problem,
      message: `${copy} is not among the packages plugins.allow names.`,
      source: allowList.source,
      remedy: `Uninstall it or take it off plugins, or allow it with ${JSON.stringify(found.packageName)}: ${found.version}.`,
    };
  }
  // A range that is none is complained of already.
  if (validRange(entry.range) === null || satisfies(found.version, entry.range)) return undefined;
  return {
    ...problem,
    message: `${copy} was found, and plugins.allow takes it only in ${entry.range}.`,
    source: entry.source,
    remedy: `Install a version of ${found.packageName} in that range, or change the range.`,
  };
}
