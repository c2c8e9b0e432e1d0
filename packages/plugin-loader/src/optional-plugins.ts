import type { Problem } from "@alcove/plugin-api";
import type { ComponentType } from "./component-type-registry.js";
import type { DiscoveredPlugin } from "./discovered-plugin.js";
import { type ImportedDefinition, importComponentDefinition, importServices } from "./import-definition.js";
import { importProcessParts } from "./import-process-parts.js";

/** What {@link withoutFailingOptional} made of the plugins. */
export interface UsablePlugins {
  /** Those the application goes on with. */
  readonly plugins: readonly DiscoveredPlugin[];
  /** The ids of the optional plugins that were left out. */
  readonly missing: readonly string[];
  /** Why, as warnings. */
  readonly problems: readonly Problem[];
}

/** A fault of what the application can do without. */
export function asWarning(problem: Problem): Problem {
  return { ...problem, severity: "warning" };
}

/**
 * Imports what is used of the optional plugins, and leaves those out of which anything cannot be imported. Nothing is
 * imported of the others here; Node runs a module once, so what succeeds costs nothing later.
 *
 * @param typesInUse The component types the configuration uses, of any plugin.
 */
export async function withoutFailingOptional(
  plugins: readonly DiscoveredPlugin[],
  typesInUse: readonly ComponentType[],
  timeoutMs?: number,
): Promise<UsablePlugins> {
  const missing = new Set<DiscoveredPlugin>();
  const problems: Problem[] = [];
  for (const plugin of plugins.filter(({ isOptional }) => isOptional)) {
    const types = typesInUse.filter((type) => type.plugin === plugin);
    const definitions: ImportedDefinition[] = [];
    for (const type of types) {
      definitions.push(await importComponentDefinition(type, timeoutMs));
    }
    const parts = [await importServices(plugin, timeoutMs), await importProcessParts(plugin, timeoutMs)];
    const faults = [...definitions, ...parts].flatMap((imported) => imported.problems);
    if (faults.length > 0) {
      missing.add(plugin);
      problems.push(...faults.map(asWarning));
    }
  }
  return {
    plugins: plugins.filter((plugin) => !missing.has(plugin)),
    missing: [...missing].map(({ id }) => id),
    problems,
  };
}
