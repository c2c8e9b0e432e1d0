import type { ConfigNode, MappingNode } from "./config-node.js";

/**
 * Merges one mapping over another: mappings key by key and to any depth, everything else replaced as a whole. Keys keep the
 * order of the lower one, new keys follow.
 */
export function mergeNodes(lower: MappingNode, upper: MappingNode): MappingNode {
  const entries = new Map(lower.entries);
  for (const [key, entry] of upper.entries) {
    const below = entries.get(key)?.value;
    entries.set(key, below === undefined ? entry : { ...entry, value: mergeValues(below, entry.value) });
  }
  return { ...upper, entries };
}

function mergeValues(lower: ConfigNode, upper: ConfigNode): ConfigNode {
  return lower.kind === "mapping" && upper.kind === "mapping" ? mergeNodes(lower, upper) : upper;
}
