import { formatPath } from "@alcove/plugin-api";
import { type ConfigNode, type ConfigPath, isNothing, type MappingEntry, type MappingNode } from "./config-node.js";
import type { ProblemReport } from "./problem-report.js";

const openAiPaths = ["openai_api_path", "legacy_openai_api_path", "openai_api_v1_path"];

/** Keys of NVIDIA NeMo Agent Toolkit that Alcove does not serve yet, by the path of the mapping they stand in. */
const unservedKeys: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "",
    [
      "llms",
      "embedders",
      "memory",
      "retrievers",
      "ttc_strategies",
      "authentication",
      "trainers",
      "trainer_adapters",
      "trajectory_builders",
      "optimizer",
      "eval",
      "finetuning",
    ],
  ],
  ["general", ["use_uvloop"]],
  ["general.front_end", ["workers", "reload", "enable_interactive_extensions", "oauth2_callback_path", "step_adaptor"]],
  ["general.front_end.workflow", openAiPaths],
  // The items of the list.
  ["general.front_end.endpoints", [...openAiPaths, "websocket_path"]],
]);

/** Reports every section Alcove does not serve yet (one that is empty with a warning only), and gives the tree without them. */
export function dropUnservedSections(root: MappingNode, report: ProblemReport): MappingNode {
  return dropFrom(root, [], report);
}

function dropFrom(mapping: MappingNode, path: ConfigPath, report: ProblemReport): MappingNode {
  const unserved = unservedKeys.get(sectionOf(path)) ?? [];
  const entries = new Map<string, MappingEntry>();
  for (const [key, entry] of mapping.entries) {
    const keyPath = [...path, key];
    if (unserved.includes(key)) {
      complain(keyPath, entry, report);
    } else {
      const isWatched = unservedKeys.has(sectionOf(keyPath));
      entries.set(key, isWatched ? { ...entry, value: dropFromValue(entry.value, keyPath, report) } : entry);
    }
  }
  return { ...mapping, entries };
}

function dropFromValue(value: ConfigNode, path: ConfigPath, report: ProblemReport): ConfigNode {
  switch (value.kind) {
    case "mapping":
      return dropFrom(value, path, report);
    case "list":
      return { ...value, items: value.items.map((item, index) => dropFromValue(item, [...path, index], report)) };
    default:
      return value;
  }
}

/** The path of a mapping; of one that is an item of a list, the path of the list. */
function sectionOf(path: ConfigPath): string {
  return formatPath(path.filter((key) => typeof key === "string"));
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
