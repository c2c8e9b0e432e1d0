import {
  type ConfigNode,
  type ConfigPath,
  formatPath,
  isNothing,
  type MappingEntry,
  type MappingNode,
} from "./config-node.js";
import type { ProblemReport } from "./problem-report.js";

/** Keys of NVIDIA NeMo Agent Toolkit that Alcove does not serve yet, by the path of the mapping they stand in. */
const unservedKeys: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "",
    [
      "llms",
      "embedders",
      "memory",
      "object_stores",
      "retrievers",
      "ttc_strategies",
      "authentication",
      "middleware",
      "trainers",
      "trainer_adapters",
      "trajectory_builders",
      "optimizer",
      "eval",
      "finetuning",
    ],
  ],
  ["general", ["use_uvloop"]],
  [
    "general.front_end",
    [
      "workers",
      "reload",
      "root_path",
      "disable_legacy_routes",
      "enable_interactive_extensions",
      "oauth2_callback_path",
      "step_adaptor",
      "endpoints",
      "workflow",
    ],
  ],
]);

/** Reports every section Alcove does not serve yet (one that is empty with a warning only), and gives the tree without them. */
export function dropUnservedSections(root: MappingNode, report: ProblemReport): MappingNode {
  return dropFrom(root, [], report);
}

function dropFrom(mapping: MappingNode, path: ConfigPath, report: ProblemReport): MappingNode {
  const unserved = unservedKeys.get(formatPath(path)) ?? [];
  const entries = new Map<string, MappingEntry>();
  for (const [key, entry] of mapping.entries) {
    const keyPath = [...path, key];
    if (unserved.includes(key)) {
      complain(keyPath, entry, report);
    } else {
      const isWatched = entry.value.kind === "mapping" && unservedKeys.has(formatPath(keyPath));
      entries.set(key, isWatched ? { ...entry, value: dropFrom(entry.value, keyPath, report) } : entry);
    }
  }
  return { ...mapping, entries };
}

function complain(path: ConfigPath, { keyPlace, value }: MappingEntry, report: ProblemReport): void {
  if (isEmpty(value)) {
    report.warning(
      "config-unsupported",
      keyPlace.location,
      `Alcove does not serve ${formatPath(path)} yet.`,
      "It is empty, and ignored.",
    );
  } else {
    report.error(
      "config-unsupported",
      keyPlace.location,
      `Alcove does not serve ${formatPath(path)} yet.`,
      "Remove it.",
    );
  }
}

function isEmpty(node: ConfigNode): boolean {
  if (node.kind === "mapping") return node.entries.size === 0;
  return node.kind === "list" ? node.items.length === 0 : isNothing(node) && node.isFaulty !== true;
}
