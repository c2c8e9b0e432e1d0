import type { Problem } from "@alcove/plugin-api";
import valid from "semver/functions/valid.js";
import { z } from "zod";
import type { ListedPlugin } from "./discovered-plugin.js";
import { displayPath } from "./display-path.js";
import { readHostDependencies, type UninstalledDependency } from "./host-dependencies.js";
import { locateInFile } from "./locate-in-file.js";
import { asWarning } from "./optional-plugins.js";
import { manifestFieldOf, type PackageFile, type PackageFileReading, readPackageFile } from "./package-file.js";
import { findListedPackage, type ListedLookup } from "./package-lookup.js";
import { isPackageName } from "./package-name.js";
import type { PluginPackage } from "./read-manifest.js";

/** Where {@link findPluginPackages} looks. */
export interface PackageSearch {
  /** The host project's folder, as a real path. */
  readonly hostDirectory: string;
  readonly listed: readonly ListedPlugin[];
  /** What paths in messages are relative to, where that makes them shorter. */
  readonly workingDirectory: string;
}

/** The packages that say they are plugins: dependencies in package.json's order, then what only `plugins:` names. */
export interface FoundPackages {
  readonly packages: readonly PluginPackage[];
  readonly problems: readonly Problem[];
  /** The dependencies that are not installed, those apart that `plugins:` names. */
  readonly uninstalled: readonly UninstalledDependency[];
  /** The optional plugins that were not found, or are none. */
  readonly missing: readonly string[];
}

interface FoundDirectory {
  readonly directory: string;
  readonly listings: ListedPlugin[];
}

const identity = z.object({
  name: z.string().refine(isPackageName),
  version: z.string().refine((version) => valid(version) !== null),
});

/**
 * Finds the packages of the host's direct dependencies and of `plugins:` that are plugins. Each real folder counts
 * once.
 */
export async function findPluginPackages(search: PackageSearch): Promise<FoundPackages> {
  const host = await readHostDependencies(search.hostDirectory, search.workingDirectory);
  const lookups = search.listed.map((listed) => ({ listed, lookup: findListedPackage(listed, search.hostDirectory) }));

  const directories = new Map<string, FoundDirectory>(
    host.directories.map((directory) => [directory, { directory, listings: [] }]),
  );
  const problems = [...host.problems];
  for (const { listed, lookup } of lookups) {
    if (lookup.outcome === "found") {
      const found = directories.get(lookup.directory) ?? { directory: lookup.directory, listings: [] };
      found.listings.push(listed);
      directories.set(lookup.directory, found);
    } else {
      const problem = listingProblem(listed, lookup, host.packageNames, search);
      problems.push(listed.isOptional === true ? asWarning(problem) : problem);
    }
  }
  const examined = await Promise.all(
    [...directories.values()].map(async (found) => {
      const { pluginPackage, problems } = await examineDirectory(found, search);
      const isOptional = isEachOptional(found.listings);
      return { pluginPackage, listings: found.listings, problems: isOptional ? problems.map(asWarning) : problems };
    }),
  );
  return {
    packages: examined.flatMap(({ pluginPackage }) => (pluginPackage === undefined ? [] : [pluginPackage])),
    problems: [...problems, ...examined.flatMap((examination) => examination.problems)],
    uninstalled: host.uninstalled.filter(
      ({ packageName }) => !search.listed.some(({ specifier }) => specifier === packageName),
    ),
    missing: [
      ...lookups.filter(({ lookup }) => lookup.outcome !== "found").map(({ listed }) => listed),
      ...examined.flatMap(({ pluginPackage, listings }) => (pluginPackage === undefined ? listings : [])),
    ]
      .filter(({ isOptional }) => isOptional === true)
      .map(({ specifier }) => shortName(specifier)),
  };
}

function isEachOptional(listings: readonly ListedPlugin[]): boolean {
  return listings.length > 0 && listings.every(({ isOptional }) => isOptional === true);
}

/** What is told to whoever asks over the network: a package's name, or the last folder of a path. */
function shortName(specifier: string): string {
  return isPackageName(specifier) ? specifier : (specifier.split(/[/\\]/).findLast((part) => part !== "") ?? specifier);
}

function listingProblem(
  { specifier, source }: ListedPlugin,
  lookup: Exclude<ListedLookup, { outcome: "found" }>,
  dependencies: readonly string[],
  { hostDirectory, workingDirectory }: PackageSearch,
): Problem {
  const host = displayPath(hostDirectory, workingDirectory);
  const install = dependencies.includes(specifier) ? "npm install" : `npm install ${specifier}`;
  const problem = { rule: "plugin-not-found", severity: "error", source } as const;
  switch (lookup.outcome) {
    case "invalid":
      return {
        ...problem,
        message: `${JSON.stringify(specifier)} is neither the name of a package nor a path.`,
        remedy: "Write a package's name without a version, or a path that begins with ./ or ../ or is absolute.",
      };
    case "no-directory":
      return {
        ...problem,
        message: `The plugin ${JSON.stringify(specifier)} was not found: there is no folder ${displayPath(lookup.path, workingDirectory)}.`,
        remedy: "Correct the path; it is relative to the file it stands in.",
      };
    case "not-installed":
      return {
        ...problem,
        message: `The plugin ${specifier} is not installed in ${host} or a folder above it.`,
        remedy: `Run \`${install}\` in ${host}.`,
      };
  }
}

async function examineDirectory(
  { directory, listings }: FoundDirectory,
  { workingDirectory }: PackageSearch,
): Promise<{ pluginPackage: PluginPackage | undefined; problems: Problem[] }> {
  const reading = readPackageFile(directory);
  if (reading.outcome !== "read") {
    return { pluginPackage: undefined, problems: await unreadablePackageProblems(reading, listings, workingDirectory) };
  }
  const { packageFile } = reading;
  const manifestField = manifestFieldOf(packageFile);
  if (manifestField === undefined) {
    return {
      pluginPackage: undefined,
      problems: listings.map((listed) => noPluginProblem(listed, packageFile, workingDirectory)),
    };
  }
  const { name, version } = identity.safeParse(packageFile.content).data ?? {};
  if (name === undefined || version === undefined) {
    return { pluginPackage: undefined, problems: [await identityProblem(packageFile, workingDirectory)] };
  }
  const isListed = listings.length > 0;
  const isOptional = isEachOptional(listings);
  return {
    pluginPackage: { packageName: name, version, directory, packageFile, manifestField, isListed, isOptional },
    problems: [],
  };
}

/** Whether an unreadable dependency is a plugin is not known, so it only warns; a listed one is an error. */
async function unreadablePackageProblems(
  reading: Exclude<PackageFileReading, { outcome: "read" }>,
  listings: readonly ListedPlugin[],
  workingDirectory: string,
): Promise<Problem[]> {
  const file = displayPath(reading.file, workingDirectory);
  const reason = reading.outcome === "missing" ? "does not exist" : reading.reason;
  const problem = { rule: "plugin-not-found", remedy: "Install the package again, or correct the path." } as const;
  if (listings.length > 0) {
    return listings.map(({ specifier, source }) => ({
      ...problem,
      severity: "error",
      message: `The plugin ${JSON.stringify(specifier)} is no package: ${file} ${reason}.`,
      source,
    }));
  }
  if (reading.outcome === "missing") return [];
  return [
    {
      ...problem,
      severity: "warning",
      message: `This dependency was not searched for a plugin: the file ${reason}.`,
      source: await locateInFile(reading.file, [], workingDirectory),
    },
  ];
}

function noPluginProblem(
  { specifier, source }: ListedPlugin,
  { file }: PackageFile,
  workingDirectory: string,
): Problem {
  return {
    rule: "plugin-manifest",
    severity: "error",
    message: `${JSON.stringify(specifier)} is listed as a plugin and is none: ${displayPath(file, workingDirectory)} has no field alcove.manifest.`,
    source,
    remedy: 'Take it off the list, or add "alcove": { "manifest": "./plugin.yaml" } to its package.json.',
  };
}

async function identityProblem({ file, directory, content }: PackageFile, workingDirectory: string): Promise<Problem> {
  const faulty = identity.shape.name.safeParse(content["name"]).success ? "version" : "name";
  return {
    rule: "plugin-manifest",
    severity: "error",
    message: `The package of the plugin in ${displayPath(directory, workingDirectory)} has no valid name and version.`,
    source: await locateInFile(file, [faulty], workingDirectory),
    remedy: "Give its package.json a name and a semantic version.",
  };
}
