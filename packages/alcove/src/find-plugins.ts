import { join } from "node:path";
import { type AlcoveConfig, loadConfig } from "@alcove/config";
import type { Problem } from "@alcove/plugin-api";
import {
  type ComponentType,
  type ComponentTypeRegistry,
  type DiscoveredPlugin,
  discoverPlugins,
  findHostDirectory,
} from "@alcove/plugin-loader";
import { discoverConfiguredPlugins } from "./discover-configured-plugins.js";
import { alcoveVersion } from "./version.js";

/** The plugins of a host project, as commands that only look see them. */
export interface FoundPlugins {
  /** `undefined` where no configuration was named, or it has errors. */
  readonly config: AlcoveConfig | undefined;
  /** The plugins whose manifests were accepted. */
  readonly plugins: readonly DiscoveredPlugin[];
  /** Every fault of the configuration and of the plugins. */
  readonly problems: readonly Problem[];
  /** The optional plugins that could not be loaded. */
  readonly missing: readonly string[];
  /** The folder whose package.json says what is installed. */
  readonly hostDirectory: string;
}

/** Finds the plugins of a configuration; without one, those of the project around the working directory. Runs no code of any plugin. */
export async function findPlugins(configFile: string | undefined): Promise<FoundPlugins> {
  if (configFile === undefined) {
    // The host is looked for from a file on; this one need not exist.
    const hostDirectory = await findHostDirectory(join(process.cwd(), "config.yml"));
    return {
      config: undefined,
      hostDirectory,
      ...(await discoverPlugins({ hostDirectory, listed: [], alcoveVersion })),
    };
  }
  const { config, components, document, problems } = await loadConfig({ file: configFile });
  const { hostDirectory, ...found } = await discoverConfiguredPlugins(components, document);
  return {
    config,
    hostDirectory,
    plugins: found.plugins,
    missing: found.missing,
    problems: [...problems, ...found.problems],
  };
}

/** The component types a configuration uses, as far as its names are known. */
export function typesInUse(config: AlcoveConfig, registry: ComponentTypeRegistry): ReadonlySet<ComponentType> {
  const functions = [...Object.values(config.functions), ...(config.workflow === undefined ? [] : [config.workflow])];
  const lookups = [
    ...functions.map(({ type }) => registry.find("function", type)),
    ...Object.values(config.functionGroups).map(({ type }) => registry.find("function_group", type)),
    ...Object.values(config.middleware).map(({ type }) => registry.find("middleware", type)),
    ...Object.values(config.objectStores).map(({ type }) => registry.find("object_store", type)),
    ...Object.values(config.perUserServices).map(({ type }) => registry.find("per_user_service", type)),
    ...Object.values(config.httpRoutes).map(({ type }) => registry.find("http_routes", type)),
  ];
  return new Set(lookups.flatMap((lookup) => (lookup.outcome === "found" ? [lookup.type] : [])));
}
