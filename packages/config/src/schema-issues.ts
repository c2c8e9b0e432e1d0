import { didYouMean, formatPath } from "@alcove/plugin-api";
import type { z } from "zod";
import type { ConfigDocument } from "./config-document.js";
import { type ConfigNode, type ConfigPath, childOf, hasFault, type MappingNode, nodeAt } from "./config-node.js";
import { keysOfSection } from "./general-schema.js";
import type { ProblemReport } from "./problem-report.js";

/** Where the value stands that a schema refused. */
export interface RefusedValue {
  readonly root: MappingNode;
  /** The path of the value the schema was given. */
  readonly path: ConfigPath;
  readonly document: ConfigDocument;
  readonly report: ProblemReport;
}

/** Reports what a schema refused, each at its place. A value that was found faulty before is not complained of twice. */
export function reportSchemaIssues(issues: readonly z.core.$ZodIssue[], value: RefusedValue): void {
  for (const issue of issues) {
    const path = [...value.path, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) reportUnknownKey(path, key, value);
    } else {
      reportIssue(path, issue, value);
    }
  }
}

function reportUnknownKey(section: ConfigPath, key: string, { root, document, report }: RefusedValue): void {
  const name = formatPath(section);
  const message = `${name} has no key ${JSON.stringify(key)}.`;
  report.error(
    "config-unknown-key",
    document.locateKey([...section, key]),
    message,
    didYouMean(key, keysOfSection(name, typeOf(nodeAt(root, section)))),
  );
}

function reportIssue(path: ConfigPath, issue: z.core.$ZodIssue, { root, document, report }: RefusedValue): void {
  const node = nodeAt(root, path);
  if (node !== undefined && hasFault(node)) return;
  const name = formatPath(path);
  const isSecret = issue.code === "custom" && issue.params?.["isSecret"] === true;
  const found = isSecret ? "" : `, found ${document.describe(path)}`;
  const message = `${name} ${issue.message}${found}.`;
  const isUnquotedText =
    issue.code === "invalid_type" && issue.expected === "string" && node?.kind === "scalar" && node.value !== null;
  report.error(
    "config-schema",
    document.locate(path),
    message,
    isUnquotedText ? "Put the value in quotes." : remedyAt(path),
  );
}

/** What stands in a list has no default as a whole. */
function remedyAt(path: ConfigPath): string {
  const isInList = path.some((key) => typeof key === "number");
  return isInList ? "Correct it, or remove the item." : "Correct the value, or leave the key out for its default.";
}

function typeOf(node: ConfigNode | undefined): unknown {
  const type = node && (childOf(node, "_type") ?? childOf(node, "type"));
  return type?.kind === "scalar" ? type.value : undefined;
}
