import { formatPath } from "@alcove/plugin-api";
import { type ConfigNode, isNothing, type MappingNode, type Place } from "./config-node.js";
import { typePlainScalar } from "./plain-scalar.js";
import type { ProblemReport } from "./problem-report.js";
import { parseYaml } from "./yaml-source.js";

/** One value set from outside the file, as in `--override general.front_end.port 9000`. */
export interface ConfigOverride {
  /** Keys, and indexes into lists, joined by dots. */
  readonly path: string;
  /** Text that is read as an unquoted YAML scalar, or as YAML where it begins with `{`, `[` or a quote. */
  readonly value: string;
}

/** Applies overrides in their order. One that cannot be applied is reported, and leaves the tree as it was. */
export function applyOverrides(
  root: MappingNode,
  overrides: readonly ConfigOverride[],
  options: { readonly workingDirectory: string; readonly report: ProblemReport },
): MappingNode {
  let result = root;
  for (const override of overrides) {
    const place: Place = { location: { file: `--override ${override.path}` }, directory: options.workingDirectory };
    const keys = override.path.split(".");
    const value = parseValue(override, place, options.report);
    if (value === undefined) continue;
    const outcome = keys.includes("") ? emptyKey : setAt(result, { keys, depth: 0, value, place });
    if ("fault" in outcome) {
      options.report.error("config-override", place.location, outcome.fault, outcome.remedy);
    } else if (outcome.node.kind === "mapping") {
      result = outcome.node;
    }
  }
  return result;
}

type Outcome = { readonly node: ConfigNode } | { readonly fault: string; readonly remedy: string };

interface Assignment {
  readonly keys: readonly string[];
  /** How many keys have been followed already. */
  readonly depth: number;
  readonly value: ConfigNode;
  readonly place: Place;
}

const emptyKey: Outcome = {
  fault: "The path has an empty key.",
  remedy: "Join keys by single dots, e.g. general.front_end.port.",
};

function parseValue({ value }: ConfigOverride, place: Place, report: ProblemReport): ConfigNode | undefined {
  if (!/^\s*[{["']/.test(value)) {
    return { kind: "scalar", place, value: typePlainScalar(value), written: value, isPlain: true };
  }
  const source = { text: value, file: place.location.file, directory: place.directory, hasLines: false };
  return parseYaml(source, "config-override", report).root;
}

function setAt(node: ConfigNode | undefined, assignment: Assignment): Outcome {
  const { keys, depth, value, place } = assignment;
  const key = keys[depth];
  if (key === undefined) return { node: value };
  if (node === undefined || isNothing(node))
    return setKey({ kind: "mapping", place, entries: new Map() }, key, assignment);
  if (node.kind === "mapping") return setKey(node, key, assignment);
  const parent = formatPath(keys.slice(0, depth));
  if (node.kind === "scalar") {
    return {
      fault: `${parent} is not a mapping, so ${key} cannot be set in it.`,
      remedy: `Override ${parent} itself.`,
    };
  }
  return setItem(node.items, key, assignment, { parent, place: node.place });
}

function setKey(node: MappingNode, key: string, assignment: Assignment): Outcome {
  const entry = node.entries.get(key);
  const outcome = setAt(entry?.value, { ...assignment, depth: assignment.depth + 1 });
  if ("fault" in outcome) return outcome;
  const entries = new Map(node.entries);
  const isTarget = assignment.depth === assignment.keys.length - 1;
  const keyPlace = isTarget || entry === undefined ? assignment.place : entry.keyPlace;
  entries.set(key, { keyPlace, value: outcome.node });
  return { node: { ...node, entries } };
}

function setItem(
  items: readonly ConfigNode[],
  key: string,
  assignment: Assignment,
  list: { readonly parent: string; readonly place: Place },
): Outcome {
  const index = /^\d+$/.test(key) ? Number(key) : Number.NaN;
  if (items[index] === undefined) {
    const has = items.length === 0 ? "is an empty list" : `is a list with the indexes 0 to ${items.length - 1}`;
    return { fault: `${list.parent} ${has}, so ${key} cannot be set in it.`, remedy: "Override the whole list." };
  }
  const outcome = setAt(items[index], { ...assignment, depth: assignment.depth + 1 });
  if ("fault" in outcome) return outcome;
  return { node: { kind: "list", place: list.place, items: items.with(index, outcome.node) } };
}
