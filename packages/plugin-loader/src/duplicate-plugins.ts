import type { Problem } from "@alcove/plugin-api";
import { type DiscoveredPlugin, describePlugin } from "./discovered-plugin.js";
import { displayPath } from "./display-path.js";
import { locateInFile } from "./locate-in-file.js";
import type { PluginPackage } from "./read-manifest.js";

/** Finds packages that were found in more than one place, be it in one version or in several. */
export function duplicatePackageProblems(
  packages: readonly PluginPackage[],
  workingDirectory: string,
): Promise<Problem[]> {
  const groups = groupsOfSeveral(packages, ({ packageName }) => packageName);
  return Promise.all(
    groups.map(async ([packageName, copies]) => ({
      rule: "plugin-duplicate",
      severity: "error",
      message: `The plugin package ${packageName} was found in ${copies.length} places: ${joined(
        copies.map(({ version, directory }) => `${version} in ${displayPath(directory, workingDirectory)}`),
      )}.`,
      source: await locateInFile(copies[1].packageFile, ["name"], workingDirectory),
      remedy: "Keep one of them in the host's dependencies and in plugins:.",
    })),
  );
}

/** Finds different packages whose manifests claim the same plugin id. */
export function duplicateIdProblems(
  plugins: readonly DiscoveredPlugin[],
  workingDirectory: string,
): Promise<Problem[]> {
  const onePerPackage = firstOfEach(plugins, ({ packageName }) => packageName);
  return Promise.all(
    groupsOfSeveral(onePerPackage, ({ id }) => id).map(async ([id, owners]) => ({
      rule: "plugin-duplicate",
      severity: "error",
      message: `The plugin id ${id} is claimed by ${owners.length} packages: ${joined(
        owners.map((owner) => `${describePlugin(owner)} in ${displayPath(owner.directory, workingDirectory)}`),
      )}.`,
      source: await locateInFile(owners[1].manifestFile, ["id"], workingDirectory),
      remedy: "Use one of them only, or give one of them another id.",
    })),
  );
}

/** The plugins without later copies of a package, and without later claims of an id. */
export function withoutDuplicates(plugins: readonly DiscoveredPlugin[]): DiscoveredPlugin[] {
  const onePerPackage = firstOfEach(plugins, ({ packageName }) => packageName);
  return firstOfEach(onePerPackage, ({ id }) => id);
}

type Several<Item> = [Item, Item, ...Item[]];

function groupsOfSeveral<Item>(items: readonly Item[], keyOf: (item: Item) => string): [string, Several<Item>][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups].flatMap(([key, [first, second, ...others]]): [string, Several<Item>][] =>
    first === undefined || second === undefined ? [] : [[key, [first, second, ...others]]],
  );
}

function firstOfEach<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const seen = new Set<string>();
  return items.filter((item) => seen.size < seen.add(keyOf(item)).size);
}

function joined(parts: readonly string[]): string {
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
