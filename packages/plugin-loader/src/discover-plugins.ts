import { resolve } from "node:path";
import type { Problem } from "@alcove/plugin-api";
import valid from "semver/functions/valid.js";
import { type AllowList, checkAllowed } from "./allowed-plugins.js";
import { findRealDirectory } from "./contained-path.js";
import type { DiscoveredPlugin, ListedPlugin } from "./discovered-plugin.js";
import { duplicateIdProblems, duplicatePackageProblems, withoutDuplicates } from "./duplicate-plugins.js";
import type { UninstalledDependency } from "./host-dependencies.js";
import { asWarning } from "./optional-plugins.js";
import { PackageCopies } from "./package-copies.js";
import { type ContributionName, modulesOf } from "./plugin-module.js";
import { findPluginPackages } from "./plugin-packages.js";
import { type PluginPackage, readPlugin } from "./read-manifest.js";
import { sharedPackageProblems } from "./shared-packages.js";
import { VersionRanges } from "./version-ranges.js";

/** Options of {@link discoverPlugins}. */
export interface DiscoveryOptions {
  /** The host project's folder, see {@link findHostDirectory}. */
  readonly hostDirectory: string;
  /** The entries of `plugins:`. */
  readonly listed: readonly ListedPlugin[];
  /** `plugins.allow`; every plugin that is found may be loaded if left out. */
  readonly allowList?: AllowList | undefined;
  /** The running version of Alcove, which `requires.alcove` is checked against. */
  readonly alcoveVersion: string;
  /**
   * What paths in messages are relative to, where that makes them shorter; the process's working directory if left
   * out.
   */
  readonly workingDirectory?: string;
}

/** What {@link discoverPlugins} found. */
export interface Discovery {
  /**
   * The plugins that may be imported: dependencies in package.json's order, then what only `plugins:` names. Those are not
   * among them whose manifest was refused, or who would use other copies or versions of shared packages than they have to; of
   * duplicates only the first is. A plugin with a missing module is, so that its types are known.
   */
  readonly plugins: DiscoveredPlugin[];
  /** What refused plugins would contribute; where a configuration uses that, the reason has been told in {@link problems} already. */
  readonly refused: readonly ContributionName[];
  /**
   * Whether plugins were refused, or not found, of which it cannot be told what they would contribute. A type that is not
   * known may be theirs.
   */
  readonly hidesTypes: boolean;
  /** The host's dependencies that are not installed, those apart that `plugins:` lists. None of {@link problems} tells of them. */
  readonly uninstalled: readonly UninstalledDependency[];
  /** Every fault of every plugin. With an error among them, the application must not start. */
  readonly problems: Problem[];
  /** The optional plugins that cannot be loaded, by their packages' names; only warnings tell why. */
  readonly missing: readonly string[];
}

/**
 * Finds the plugins of an application, in the host's direct dependencies and in `plugins:`, and checks all their
 * manifests. Called once at start. Reads files only: no code of any plugin runs.
 *
 * @throws TypeError when `alcoveVersion` is no semantic version. Everything else that is wrong is in the result.
 */
export async function discoverPlugins(options: DiscoveryOptions): Promise<Discovery> {
  const { listed, alcoveVersion, workingDirectory = process.cwd() } = options;
  if (valid(alcoveVersion) === null) throw new TypeError(`"${alcoveVersion}" is not a semantic version.`);
  // Node looks packages up from the real path of what imports them, so the host's own links are resolved first.
  const hostDirectory = findRealDirectory(options.hostDirectory) ?? resolve(options.hostDirectory);
  const found = await findPluginPackages({ hostDirectory, listed, workingDirectory });
  const allowed = checkAllowed(found.packages, options.allowList, workingDirectory);
  const [copies, versionRanges] = [new PackageCopies(), new VersionRanges()];
  const manifestOptions = { alcoveVersion, versionRanges, workingDirectory };
  const readings = await Promise.all(
    allowed.packages.map(async (pluginPackage) => {
      const { plugin, contributes, problems: faults } = await readPlugin(pluginPackage, manifestOptions);
      const unshared = await sharedPackageProblems(pluginPackage, {
        copies,
        versionRanges,
        workingDirectory,
        isForOtherAlcove: faults.some(({ rule }) => rule === "plugin-version"),
      });
      const problems = [...faults, ...unshared];
      if (pluginPackage.isOptional && hasError(problems))
        return { plugin: undefined, refused: [], problems: problems.map(asWarning) };
      const isRefused = plugin === undefined || hasError(unshared);
      return { plugin: isRefused ? undefined : plugin, refused: isRefused ? contributes : [], problems };
    }),
  );
  const unread = found.packages.filter((candidate) => !candidate.isOptional && !allowed.packages.includes(candidate));
  const notAllowed = await Promise.all(unread.map((candidate) => readPlugin(candidate, manifestOptions)));
  const plugins = readings.flatMap(({ plugin }) => (plugin === undefined ? [] : [plugin]));
  const usable = withoutDuplicates(plugins);
  const isUsable = ({ directory }: PluginPackage): boolean => usable.some((plugin) => plugin.directory === directory);
  const refused = [
    ...readings.map((reading) => reading.refused),
    ...notAllowed.map(({ contributes }) => contributes),
    ...plugins.filter((plugin) => !usable.includes(plugin)).map(({ manifest }) => modulesOf(manifest)),
  ];
  const missing = found.packages.filter((candidate) => candidate.isOptional && !isUsable(candidate));
  return {
    plugins: usable,
    refused: refused.flatMap((contributes) => contributes ?? []),
    hidesTypes: refused.includes(undefined) || hasError(found.problems),
    uninstalled: found.uninstalled,
    missing: [...found.missing, ...missing.map(({ packageName }) => packageName)],
    problems: [
      ...found.problems,
      ...allowed.problems,
      ...readings.flatMap(({ problems }) => problems),
      ...(await duplicatePackageProblems(found.packages, workingDirectory)),
      ...(await duplicateIdProblems(plugins, workingDirectory)),
    ],
  };
}

function hasError(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}
