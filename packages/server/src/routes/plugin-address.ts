import type { RouteFacts } from "@alcove/runtime";

/**
 * Where a plugin's route is, e.g. `/plugins/notes/items/{id}`. Each plugin has a prefix of its own, its id, which no other plugin has.
 *
 * @param path Below the prefix, as the plugin names it.
 */
export function pluginPath(pluginId: string, path: string): string {
  return `/plugins/${pluginId}${path}`;
}

/** The same as the router writes it, with `:id` for a parameter. */
export function pluginAddress({ method, path, plugin }: RouteFacts): {
  readonly method: string;
  readonly path: string;
} {
  return { method, path: pluginPath(plugin.id, path).replace(/\{(\w+)\}/g, ":$1") };
}
