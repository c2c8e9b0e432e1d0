import { join } from "node:path";
import { type AlcoveConfig, loadConfig } from "@alcove/config";
import type { Problem } from "@alcove/plugin-api";
import { type DiscoveredPlugin, type Discovery, discoverPlugins, findHostDirectory } from "@alcove/plugin-loader";
import { discoverConfiguredPlugins } from "./discover-configured-plugins.js";
import { alcoveVersion } from "./version.js";

/** The plugins of a host project, as commands that only look see them. */
export interface FoundPlugins {
  /** `undefined` where no configuration was named, or it has errors. */
  readonly config: AlcoveConfig | undefined;
  /** The plugins whose manifests were accepted. */
  readonly plugins: readonly DiscoveredPlugin[];
  /** Every fault of the configuration and of the plugins, and warnings of dependencies that are not installed. */
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
    const found = await discoverPlugins({ hostDirectory, listed: [], alcoveVersion });
    return { config: undefined, hostDirectory, ...found, problems: problemsOf(found) };
  }
  const { config, components, document, problems } = await loadConfig({ file: configFile });
  const { hostDirectory, ...found } = await discoverConfiguredPlugins(components, document);
  return {
    config,
    hostDirectory,
    plugins: found.plugins,
    missing: found.missing,
    problems: [...problems, ...problemsOf(found)],
  };
}

function problemsOf({ problems, uninstalled }: Discovery): Problem[] {
  return [...problems, ...uninstalled.map(({ problem }) => problem)];
}
