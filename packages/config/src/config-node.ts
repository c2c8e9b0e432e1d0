import type { SourceLocation } from "@alcove/plugin-api";
import type { ExpandedVariable } from "./environment.js";

/** Where a value was written: the place to print, and the absolute folder that relative paths in it start from. */
export interface Place {
  readonly location: SourceLocation;
  readonly directory: string;
}

/** What a YAML scalar can be. `null` is YAML's null. */
export type ScalarValue = string | number | boolean | null;

/** A scalar together with how it was written. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: ScalarValue;
  /** The text as it stands in the file, before variables are expanded; safe to print. */
  readonly written: string;
  /** Whether it was written without quotes, so that its type follows from its text. */
  readonly isPlain: boolean;
  /** What messages print in place of the value, where the value must not be printed. */
  readonly standIn?: string;
  /** The environment variables whose values are in the value. */
  readonly variables?: readonly ExpandedVariable[];
  /** Set where the value could not be made out and that was reported already. */
  readonly isFaulty?: true;
}

/** A sequence. */
export interface ListNode {
  readonly kind: "list";
  readonly place: Place;
  readonly items: readonly ConfigNode[];
}

/** One key of a mapping with its value. */
export interface MappingEntry {
  readonly keyPlace: Place;
  readonly value: ConfigNode;
}

/** A mapping; its entries keep the order they were written in. */
export interface MappingNode {
  readonly kind: "mapping";
  readonly place: Place;
  readonly entries: ReadonlyMap<string, MappingEntry>;
}

/** A parsed configuration value that knows where every part of it was written. Nodes are never changed, only replaced. */
export type ConfigNode = ScalarNode | ListNode | MappingNode;

/** The way to a value, from the outermost key inwards. */
export type ConfigPath = readonly (string | number)[];

/** The direct child of a node under a key or an index, or `undefined`. */
export function childOf(node: ConfigNode, key: string | number): ConfigNode | undefined {
  if (node.kind === "mapping") return node.entries.get(String(key))?.value;
  if (node.kind === "list") return typeof key === "number" ? node.items[key] : undefined;
  return undefined;
}

/** The node at the end of a path, or `undefined` where the path leaves the tree. */
export function nodeAt(root: ConfigNode, path: ConfigPath): ConfigNode | undefined {
  let node: ConfigNode | undefined = root;
  for (const key of path) {
    if (node === undefined) return undefined;
    node = childOf(node, key);
  }
  return node;
}

/** Whether a node stands for "nothing written", as in `general:` with nothing after it. */
export function isNothing(node: ConfigNode | undefined): boolean {
  return node === undefined || (node.kind === "scalar" && node.value === null);
}

/** Whether a value inside the node could not be made out and was reported already. */
export function hasFault(node: ConfigNode): boolean {
  if (node.kind === "scalar") return node.isFaulty === true;
  if (node.kind === "list") return node.items.some(hasFault);
  return [...node.entries.values()].some((entry) => hasFault(entry.value));
}

/** The node as deeply frozen plain data. Every key becomes an own property, `__proto__` too. */
export function plainValueOf(node: ConfigNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return Object.freeze(node.items.map(plainValueOf));
  return plainRecordOf([...node.entries].map(([key, entry]) => [key, plainValueOf(entry.value)]));
}

/** A frozen record of the given entries, in their order. Unlike an assignment, it makes `__proto__` an own property. */
export function plainRecordOf<Value>(entries: readonly (readonly [string, Value])[]): Readonly<Record<string, Value>> {
  return Object.freeze(Object.fromEntries(entries));
}

/** What messages print for a value: never more than a line, and never what a variable or a text file held. */
export function describeNode(node: ConfigNode | undefined): string {
  if (node === undefined || node.kind === "scalar") return describeScalar(node);
  return node.kind === "list" ? "a list" : "a mapping";
}

const longestQuotation = 60;

function describeScalar(node: ScalarNode | undefined): string {
  if (node?.standIn !== undefined) return node.standIn;
  if (node === undefined || node.value === null) return "nothing";
  if (typeof node.value !== "string") return String(node.value);
  const isLong = node.value.length > longestQuotation;
  return JSON.stringify(isLong ? `${node.value.slice(0, longestQuotation)}…` : node.value);
}
