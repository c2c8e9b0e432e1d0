import type { z } from "zod";
import { type ConfigNode, type ConfigPath, plainValueOf } from "./config-node.js";

/** What is left of a section once everything a schema refuses is taken out of it. */
export interface SoundPart<Value> {
  readonly node: ConfigNode;
  readonly value: Value;
}

/**
 * Takes out of a section what a schema refuses: keys, which then have their defaults, and items of lists. What is left is
 * good for finding further faults, and for nothing else. `undefined` where nothing helps.
 */
export function soundPartOf<Value>(section: ConfigNode, schema: z.ZodType<Value>): SoundPart<Value> | undefined {
  let node: ConfigNode | undefined = section;
  while (node !== undefined) {
    const parsed = schema.safeParse(plainValueOf(node));
    if (parsed.success) {
      return { node, value: parsed.data };
    }
    const [issue] = parsed.error.issues;
    node = issue === undefined ? undefined : without(node, placeOf(issue));
  }
  return undefined;
}

function placeOf(issue: z.core.$ZodIssue): ConfigPath {
  const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  const [unknown] = issue.code === "unrecognized_keys" ? issue.keys : [];
  return unknown === undefined ? path : [...path, unknown];
}

/** The node without what stands at a path, or around it where nothing stands there; `undefined` where that is the node itself. */
function without(node: ConfigNode, [key, ...rest]: ConfigPath): ConfigNode | undefined {
  if (key === undefined || node.kind === "scalar") {
    return undefined;
  }
  if (node.kind === "list") {
    const items = node.items.filter((_, index) => index !== key);
    return items.length === node.items.length ? undefined : { ...node, items };
  }
  const entry = node.entries.get(String(key));
  if (entry === undefined) {
    return undefined;
  }
  const entries = new Map(node.entries);
  const value = without(entry.value, rest);
  if (value === undefined) {
    entries.delete(String(key));
  } else {
    entries.set(String(key), { ...entry, value });
  }
  return { ...node, entries };
}
