import type { Problem } from "@alcove/plugin-api";
import { z } from "zod";
import { displayPath } from "./display-path.js";
import { locateInFile, locateKeysInFile } from "./locate-in-file.js";
import { type PackageFile, readPackageFile } from "./package-file.js";
import { findInstalledPackage } from "./package-lookup.js";
import { isPackageName } from "./package-name.js";

/** A package among the host's dependencies that is not installed, so that nobody knows whether it is a plugin. */
export interface UninstalledDependency {
  /** As package.json names it. */
  readonly packageName: string;
  /** A warning, for whoever asks what plugins there are: an application that uses none of it starts all the same. */
  readonly problem: Problem;
}

/** What the host's package.json declares, and what of it is there. */
export interface HostDependencies {
  /** The names among `dependencies`, in their order. */
  readonly packageNames: readonly string[];
  /** The real paths of those that are installed. */
  readonly directories: readonly string[];
  readonly uninstalled: readonly UninstalledDependency[];
  readonly problems: readonly Problem[];
}

const declarations = z.object({
  dependencies: z.record(z.string(), z.unknown()).default({}),
  // What npm may leave out stands in both sections.
  optionalDependencies: z.record(z.string(), z.unknown()).default({}).catch({}),
});

/**
 * Reads the direct dependencies of the host, and looks for each as Node does.
 *
 * @param hostDirectory A real path. Without a package.json it has no dependencies.
 */
export async function readHostDependencies(hostDirectory: string, workingDirectory: string): Promise<HostDependencies> {
  const none = { packageNames: [], directories: [], uninstalled: [], problems: [] };
  const reading = readPackageFile(hostDirectory);
  if (reading.outcome === "missing") return none;
  if (reading.outcome === "unreadable") {
    return { ...none, problems: [await unreadableProblem(reading.file, reading.reason, workingDirectory)] };
  }
  const { packageFile } = reading;
  const declared = declarations.safeParse(packageFile.content);
  if (!declared.success) {
    const reason = "has dependencies that are not a JSON object";
    return { ...none, problems: [await unreadableProblem(packageFile.file, reason, workingDirectory)] };
  }
  const { dependencies, optionalDependencies } = declared.data;
  const packageNames = Object.keys(dependencies);
  const found = packageNames.map((name) => ({ name, directory: findInstalledPackage(name, hostDirectory) }));
  const absent = found.filter(({ directory }) => directory === undefined).map(({ name }) => name);
  const needed = absent.filter((name) => isPackageName(name) && !Object.hasOwn(optionalDependencies, name));
  return {
    packageNames,
    directories: found.flatMap(({ directory }) => (directory === undefined ? [] : [directory])),
    uninstalled: await uninstalledDependencies(needed, packageFile, workingDirectory),
    problems: [],
  };
}

async function uninstalledDependencies(
  packageNames: readonly string[],
  { file, directory }: PackageFile,
  workingDirectory: string,
): Promise<UninstalledDependency[]> {
  // To find places means to parse the file.
  if (packageNames.length === 0) return [];
  const paths = packageNames.map((packageName) => ["dependencies", packageName]);
  const sources = await locateKeysInFile(file, paths, workingDirectory);
  return packageNames.map((packageName, index) => ({
    packageName,
    problem: {
      rule: "plugin-not-found",
      severity: "warning",
      message: `The dependency ${packageName} is declared and not installed, so it was not searched for a plugin.`,
      source: sources[index] ?? { file: displayPath(file, workingDirectory) },
      remedy: `Run \`npm install\` in ${displayPath(directory, workingDirectory)}.`,
    },
  }));
}

async function unreadableProblem(file: string, fault: string, workingDirectory: string): Promise<Problem> {
  return {
    rule: "plugin-not-found",
    severity: "error",
    message: `Plugins are looked for in the dependencies of the host project, whose package.json ${fault}.`,
    source: await locateInFile(file, ["dependencies"], workingDirectory),
    remedy: "Correct the package.json.",
  };
}
