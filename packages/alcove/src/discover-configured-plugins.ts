import type { ComponentSections, ConfigDocument } from "@alcove/config";
import { type Discovery, discoverPlugins, findHostDirectory } from "@alcove/plugin-loader";
import { alcoveVersion } from "./version.js";

/**
 * Finds the plugins of the project around a configuration, and those it lists.
 *
 * @param components `undefined` where the configuration does not tell what it lists.
 */
export async function discoverConfiguredPlugins(
  components: ComponentSections | undefined,
  document: ConfigDocument,
): Promise<Discovery & { readonly hostDirectory: string }> {
  const hostDirectory = await findHostDirectory(document.file);
  const allowed = components?.allowedPlugins;
  const discovery = await discoverPlugins({
    hostDirectory,
    listed: (components?.plugins ?? []).map((plugin) => ({ ...plugin, source: document.locate(plugin.path) })),
    allowList: allowed && {
      packages: allowed.map((entry) => ({ ...entry, source: document.locate(entry.path) })),
      source: document.locateKey(["plugins", "allow"]),
    },
    alcoveVersion,
  });
  return { hostDirectory, ...discovery };
}
