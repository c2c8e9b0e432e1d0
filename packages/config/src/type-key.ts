import { formatPath } from "@alcove/plugin-api";
import type { ConfigPath, MappingNode } from "./config-node.js";
import type { ProblemReport } from "./problem-report.js";

/** The mapping with `type` renamed to `_type`, whose alias it is. Where both are written, that is reported and `_type` wins. */
export function withTypeKey(mapping: MappingNode, path: ConfigPath, report: ProblemReport): MappingNode {
  const alias = mapping.entries.get("type");
  if (alias === undefined) return mapping;
  const entries = [...mapping.entries];
  if (!mapping.entries.has("_type")) {
    return { ...mapping, entries: new Map(entries.map(([key, entry]) => [key === "type" ? "_type" : key, entry])) };
  }
  const message = `${formatPath(path)} has both _type and type, which mean the same.`;
  report.error("config-schema", alias.keyPlace.location, message, "Keep _type.");
  return { ...mapping, entries: new Map(entries.filter(([key]) => key !== "type")) };
}
