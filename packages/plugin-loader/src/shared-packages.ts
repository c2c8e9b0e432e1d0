import type { Problem } from "@alcove/plugin-api";
import { z } from "zod";
import { describePlugin } from "./discovered-plugin.js";
import { displayPath } from "./display-path.js";
import { locateKeyInFile } from "./locate-in-file.js";
import { API, type InstalledCopy, type PackageCopies } from "./package-copies.js";
import type { PluginPackage } from "./read-manifest.js";
import type { VersionRanges } from "./version-ranges.js";

// To catch that a section is not there would cost as much as to word a fault; to have a default does not.
const names = z.record(z.string(), z.string()).default({}).catch({});
const dependencies = z.object({
  dependencies: names,
  peerDependencies: names,
  peerDependenciesMeta: z
    .record(z.string(), z.looseObject({ optional: z.boolean().optional() }))
    .default({})
    .catch({}),
});

/**
 * Checks what a plugin shares with Alcove and with its host: that its peers are installed, in versions it works with, and
 * that it uses the same copies of `@alcove/plugin-api` and zod as Alcove does. Looks packages up as Node does.
 */
export async function sharedPackageProblems(
  plugin: PluginPackage,
  {
    copies,
    versionRanges,
    workingDirectory,
    isForOtherAlcove,
  }: {
    readonly copies: PackageCopies;
    readonly versionRanges: VersionRanges;
    readonly workingDirectory: string;
    /** Whether the manifest asks for another Alcove, which is complained of: the peer of the same version is the same fault. */
    readonly isForOtherAlcove: boolean;
  },
): Promise<Problem[]> {
  const declared = dependencies.parse(plugin.packageFile.content);
  const problems: Problem[] = [];
  for (const [name, range] of Object.entries(declared.peerDependencies)) {
    if (name === API && isForOtherAlcove) continue;
    const copy = copies.find(name, plugin.directory);
    const isMissing = copy === undefined && declared.peerDependenciesMeta[name]?.optional !== true;
    // What is no range, `workspace:*` for instance, is for the package manager to understand.
    const isOther = copy !== undefined && versionRanges.includes(range, copy.version) === false;
    if (isMissing || isOther) problems.push(await peerProblem({ plugin, name, range, copy, workingDirectory }));
  }
  const usesZod = "zod" in declared.dependencies || "zod" in declared.peerDependencies;
  for (const name of usesZod ? [API, "zod"] : [API]) {
    const [own, copy] = [copies.own(name), copies.find(name, plugin.directory)];
    if (own !== undefined && copy !== undefined && own.directory !== copy.directory) {
      problems.push(
        await duplicateProblem({
          plugin,
          name,
          section: name in declared.dependencies ? "dependencies" : "peerDependencies",
          own,
          copy,
          workingDirectory,
        }),
      );
    }
  }
  return problems;
}

async function peerProblem(found: {
  readonly plugin: PluginPackage;
  readonly name: string;
  readonly range: string;
  readonly copy: InstalledCopy | undefined;
  readonly workingDirectory: string;
}): Promise<Problem> {
  const { plugin, name, range, copy, workingDirectory } = found;
  const source = await locateKeyInFile(plugin.packageFile.file, ["peerDependencies", name], workingDirectory);
  if (copy === undefined) {
    return {
      rule: "plugin-peer",
      source,
      severity: "error",
      message: `The plugin ${describePlugin(plugin)} needs its peer ${name} ${range}, and none is installed in ${displayPath(plugin.directory, workingDirectory)} or a folder above it.`,
      remedy: `Install ${name} ${range} in the project that installs ${plugin.packageName}.`,
    };
  }
  return {
    rule: "plugin-peer",
    source,
    severity: name === API || name === "zod" ? "error" : "warning",
    message: `The plugin ${describePlugin(plugin)} works with ${name} ${range}, and finds ${copy.version} in ${displayPath(copy.directory, workingDirectory)}.`,
    remedy: `Install ${name} in that range, or a version of ${plugin.packageName} made for ${copy.version}.`,
  };
}

/** Copies of one version understand each other, since everything is told apart by global symbols; others may not. */
async function duplicateProblem(found: {
  readonly plugin: PluginPackage;
  readonly name: string;
  /** Where its package.json declares it. */
  readonly section: "dependencies" | "peerDependencies";
  readonly own: InstalledCopy;
  readonly copy: InstalledCopy;
  readonly workingDirectory: string;
}): Promise<Problem> {
  const { plugin, name, section, own, copy, workingDirectory } = found;
  const places = [copy, own].map(
    ({ version, directory }) => `${version} in ${displayPath(directory, workingDirectory)}`,
  );
  return {
    rule: "plugin-duplicate",
    severity: own.version === copy.version ? "warning" : "error",
    message: `The plugin ${describePlugin(plugin)} uses a copy of ${name} of its own: ${places[0]}, beside Alcove's ${places[1]}.`,
    source: await locateKeyInFile(plugin.packageFile.file, [section, name], workingDirectory),
    remedy: `Declare ${name} among its peerDependencies, and install one version of it for both (\`npm ls ${name}\`).`,
  };
}
