import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Manifest, Problem, SourceLocation } from "@alcove/plugin-api";
import { checkAlcoveRange, statedAlcoveRange } from "./alcove-range.js";
import { describeFileError, findContainedFile } from "./contained-path.js";
import { type DiscoveredPlugin, describePlugin } from "./discovered-plugin.js";
import { displayPath } from "./display-path.js";
import { locateInFile } from "./locate-in-file.js";
import { ManifestDocument } from "./manifest-document.js";
import { checkManifest } from "./manifest-faults.js";
import type { PackageFile } from "./package-file.js";
import {
  type ContributionName,
  findPluginModule,
  moduleFileProblem,
  modulesOf,
  type NamedModule,
  namedContributions,
  namedModules,
  type PluginPlace,
} from "./plugin-module.js";
import type { VersionRanges } from "./version-ranges.js";

// Enough for a thousand types; one that is much larger would keep a start busy for minutes.
const MAX_MANIFEST_BYTES = 262_144;

/** A package that says it is a plugin. */
export interface PluginPackage {
  readonly packageName: string;
  readonly version: string;
  /** A real path. */
  readonly directory: string;
  readonly packageFile: PackageFile;
  /** `alcove.manifest` of the package.json, whatever its type. */
  readonly manifestField: unknown;
  readonly isListed: boolean;
  /** Whether the application starts without it where it fails. */
  readonly isOptional: boolean;
}

/** What {@link readPlugin} made of a package. */
export interface PluginReading {
  /** `undefined` when the manifest was refused. A module that is missing does not refuse the manifest. */
  readonly plugin: DiscoveredPlugin | undefined;
  /** What the manifest contributes, refused or not; `undefined` where it is refused and that cannot be told. */
  readonly contributes: readonly ContributionName[] | undefined;
  readonly problems: readonly Problem[];
}

/** What the manifests are checked against and how they are reported. */
export interface ManifestOptions {
  /** The running version of Alcove. */
  readonly alcoveVersion: string;
  readonly versionRanges: VersionRanges;
  /** What paths in messages are relative to, where that makes them shorter. */
  readonly workingDirectory: string;
}

/**
 * Reads and checks the manifest of a package, and looks whether the modules it names are there. Runs none of its
 * code.
 */
export async function readPlugin(pluginPackage: PluginPackage, options: ManifestOptions): Promise<PluginReading> {
  const realFolders = new Set<string>();
  const file = await findManifestFile(pluginPackage, realFolders, options.workingDirectory);
  if ("rule" in file) return { plugin: undefined, contributes: undefined, problems: [file] };
  const { packageName, version, directory, isListed, isOptional } = pluginPackage;
  const place: PluginPlace = { packageName, version, directory, manifestFile: file.manifestFile };
  const document = new ManifestDocument(file.text, displayPath(file.manifestFile, options.workingDirectory));
  if (document.syntaxFaults.length > 0) {
    return { plugin: undefined, contributes: undefined, problems: syntaxProblems(place, document) };
  }

  const { manifest, problems } = manifestProblems(place, document, options);
  const named = manifest === undefined ? namedModules(document.value) : modulesOf(manifest);
  const allProblems = [...problems, ...moduleProblems(place, document, { named, problems, realFolders })];
  if (manifest === undefined) {
    return { plugin: undefined, contributes: namedContributions(document.value), problems: allProblems };
  }
  const plugin = { id: manifest.id, ...place, manifest, isListed, isOptional };
  return { plugin, contributes: named, problems: allProblems };
}

async function findManifestFile(
  pluginPackage: PluginPackage,
  realFolders: Set<string>,
  workingDirectory: string,
): Promise<{ manifestFile: string; text: string } | Problem> {
  const { directory, manifestField } = pluginPackage;
  const problem = async (fault: string, remedy: string): Promise<Problem> => ({
    rule: "plugin-manifest",
    severity: "error",
    message: `The field alcove.manifest of the plugin ${describePlugin(pluginPackage)} ${fault}.`,
    source: await locateInFile(pluginPackage.packageFile.file, ["alcove", "manifest"], workingDirectory),
    remedy,
  });
  if (typeof manifestField !== "string" || manifestField === "" || manifestField.includes("\0")) {
    return problem("is not a path", 'Write the manifest\'s path, e.g. "./plugin.yaml".');
  }
  const found = findContainedFile(directory, directory, manifestField, realFolders);
  if (found.outcome === "outside") {
    return problem(`leads out of the package: ${manifestField}`, "Move the manifest into the package.");
  }
  const missing = (reason: string) =>
    problem(
      `names ${manifestField}, and that file ${reason}`,
      "Correct the path, or publish the manifest with the package.",
    );
  if (found.outcome === "missing") return missing(found.reason);
  if (found.sizeBytes > MAX_MANIFEST_BYTES) {
    return problem(
      `names ${manifestField}, which is larger than ${MAX_MANIFEST_BYTES} bytes`,
      "Take out what is no manifest.",
    );
  }
  try {
    return { manifestFile: resolve(directory, manifestField), text: readFileSync(found.path, "utf8") };
  } catch (error) {
    return missing(describeFileError(error));
  }
}

/** One fault a line: the YAML parser adds consequences of a fault to the fault itself. */
function syntaxProblems(place: PluginPlace, { syntaxFaults }: ManifestDocument): Problem[] {
  const firstOfLine = syntaxFaults.filter(
    ({ location }, index) => syntaxFaults.findIndex((other) => other.location.line === location.line) === index,
  );
  return firstOfLine.map(({ message, location }) => ({
    rule: "plugin-manifest",
    severity: "error",
    message: `The manifest of the plugin ${describePlugin(place)} is not valid YAML: ${message}.`,
    source: location,
    remedy: "Correct the YAML.",
  }));
}

function manifestProblems(
  place: PluginPlace,
  document: ManifestDocument,
  options: ManifestOptions,
): { manifest: Manifest | undefined; problems: Problem[] } {
  const { manifest, faults } = checkManifest(document.value);
  const problems = faults.map(
    ({ path, part, message, remedy }): Problem => ({
      rule: "plugin-manifest",
      severity: "error",
      message: `In the manifest of the plugin ${describePlugin(place)} ${message}.`,
      source: part === "key" ? document.locateKey(path) : document.locateValue(path),
      remedy,
    }),
  );
  const range = manifest?.requires.alcove ?? statedAlcoveRange(document.value);
  const rangeProblem = alcoveRangeProblem(place, document, range, options);
  return rangeProblem === undefined
    ? { manifest, problems }
    : { manifest: undefined, problems: [...problems, rangeProblem] };
}

function alcoveRangeProblem(
  place: PluginPlace,
  document: ManifestDocument,
  range: string | undefined,
  { alcoveVersion, versionRanges }: ManifestOptions,
): Problem | undefined {
  const check = checkAlcoveRange(range, alcoveVersion, versionRanges);
  if (check.outcome === "satisfied" || check.outcome === "absent") return undefined;
  const source = document.locateValue(["requires", "alcove"]);
  return check.outcome === "invalid"
    ? {
        rule: "plugin-manifest",
        severity: "error",
        message: `In the manifest of the plugin ${describePlugin(place)} the field requires.alcove is not a range of versions: ${check.range}.`,
        source,
        remedy: "Write a semver range, e.g. ^0.1.0.",
      }
    : {
        rule: "plugin-version",
        severity: "error",
        message: `The plugin ${describePlugin(place)} works with Alcove ${check.range}, and this is Alcove ${alcoveVersion}.`,
        source,
        remedy: `Install a version of ${place.packageName} made for Alcove ${alcoveVersion}, or an Alcove in that range.`,
      };
}

function moduleProblems(
  place: PluginPlace,
  document: ManifestDocument,
  found: {
    readonly named: readonly NamedModule[];
    readonly problems: readonly Problem[];
    readonly realFolders: Set<string>;
  },
): Problem[] {
  return found.named.flatMap((named) => {
    const file = findPluginModule(place, named.module, found.realFolders);
    if (file.outcome === "found") return [];
    const source = document.locateValue(named.path);
    // A path the schema has refused needs no second complaint.
    if (found.problems.some((problem) => isSamePlace(problem.source, source))) return [];
    return moduleFileProblem(place, named, file, source) ?? [];
  });
}

function isSamePlace(left: SourceLocation, right: SourceLocation): boolean {
  return left.line === right.line && left.column === right.column;
}
