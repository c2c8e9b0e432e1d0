import type { HttpRoutesContribution } from "@alcove/plugin-api";
import { ComponentTypeRegistry, type DiscoveredPlugin, sectionOfKind } from "@alcove/plugin-loader";
import { typesInUse } from "@alcove/runtime";
import { pluginPath } from "@alcove/server";
import type { FoundPlugins } from "../find-plugins.js";

/** A plugin as `alcove plugins` shows it, also as JSON. */
export interface DescribedPlugin {
  readonly id: string;
  readonly package: string;
  readonly version: string;
  readonly description: string;
  readonly directory: string;
  readonly foundBy: "dependency" | "plugins:";
  /** Whether the application starts without it where it fails. */
  readonly startup: "required" | "optional";
  /** The range of versions of Alcove it is made for. */
  readonly requires: string;
  readonly contributes: readonly DescribedContribution[];
  /** What a configuration takes up of it, as `section.name`; `undefined` where none was given. */
  readonly inUse: readonly string[] | undefined;
}

interface DescribedContribution {
  readonly section: string;
  readonly name: string;
  readonly description: string;
  /** Of a set of HTTP routes: where they are once it is configured, and whom they serve. */
  readonly routes?: readonly { readonly method: string; readonly path: string; readonly serves: string }[];
}

/** What was found, what it contributes, and what of it a configuration takes up. */
export function describePlugins({ plugins, config }: FoundPlugins): DescribedPlugin[] {
  const used = config === undefined ? undefined : [...typesInUse(config, new ComponentTypeRegistry(plugins))];
  return plugins.map((plugin) => ({
    id: plugin.id,
    package: plugin.packageName,
    version: plugin.version,
    description: plugin.manifest.description,
    directory: plugin.directory,
    foundBy: plugin.isListed ? "plugins:" : "dependency",
    startup: plugin.isOptional ? "optional" : "required",
    requires: plugin.manifest.requires.alcove,
    contributes: contributionsOf(plugin),
    inUse: used && [
      ...used.filter((type) => type.plugin.id === plugin.id).map((type) => `${sectionOfKind[type.kind]}.${type.name}`),
      ...processParts(plugin),
    ],
  }));
}

/** What every start takes up, with no word of it in the configuration. */
function processParts({ manifest: { contributes } }: DiscoveredPlugin): string[] {
  return (["services", "lifecycle", "health_checks"] as const).flatMap((section) =>
    Object.keys(contributes[section]).map((name) => `${section}.${name}`),
  );
}

function contributionsOf({ manifest: { id, contributes } }: DiscoveredPlugin): DescribedContribution[] {
  return Object.entries(contributes).flatMap(([section, entries]) =>
    Object.entries(entries).map(([name, { description }]) => {
      const routes = section === "http_routes" ? contributes.http_routes[name]?.routes : undefined;
      return { section, name, description, ...(routes === undefined ? {} : { routes: routesOf(id, routes) }) };
    }),
  );
}

function routesOf(
  pluginId: string,
  routes: HttpRoutesContribution["routes"],
): NonNullable<DescribedContribution["routes"]> {
  return Object.entries(routes).map(([address, serves]) => {
    const [method = "", path = ""] = address.split(" ");
    return { method, path: pluginPath(pluginId, path), serves };
  });
}
