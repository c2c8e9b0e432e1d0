import { dirname } from "node:path";
import type { SourceLocation } from "@alcove/plugin-api";
import {
  type ConfigNode,
  type ConfigPath,
  childOf,
  describeNode,
  hasFault,
  type MappingNode,
  nodeAt,
  type Place,
} from "./config-node.js";
import { type ExpandedVariable, isSecretName } from "./environment.js";

// Anything shorter stands in every other word, and hiding it would only make messages unreadable.
const SHORTEST_SECRET = 4;

/** Knows where every part of a loaded configuration was written: in which file (through `base:` too), line and column. */
export class ConfigDocument {
  /** The absolute path of the main file. */
  readonly file: string;
  /** The absolute path of the folder the main file is in. */
  readonly directory: string;
  readonly #root: MappingNode;
  // Longest first, so that a value that holds another one is replaced as a whole.
  readonly #variables: readonly ExpandedVariable[];

  /** @param root the merged tree; for a file that cannot be read, an empty mapping at the file's place. */
  constructor(file: string, root: MappingNode) {
    this.file = file;
    this.directory = dirname(file);
    this.#root = root;
    this.#variables = variablesOf(root)
      .filter(({ value }) => value.length >= SHORTEST_SECRET)
      .sort((a, b) => b.value.length - a.value.length);
  }

  /**
   * Where the value at `path` is written. Where there is no such value, the nearest one around it that exists. A value that
   * comes from an override is at `--override <path>`, without a line.
   */
  locate(path: ConfigPath): SourceLocation {
    return this.#nearest(path).place.location;
  }

  /** Where the key of the value at `path` is written; of an item of a list, the item; else as {@link locate}. */
  locateKey(path: ConfigPath): SourceLocation {
    const parent = nodeAt(this.#root, path.slice(0, -1));
    const entry = parent?.kind === "mapping" ? parent.entries.get(String(path.at(-1))) : undefined;
    return entry?.keyPlace.location ?? this.locate(path);
  }

  /** The absolute folder that relative paths in the value at `path` start from: that of the file it is written in. */
  directoryOf(path: ConfigPath): string {
    return this.#nearest(path).place.directory;
  }

  /**
   * What a message may print for the value at `path`: at most a line, e.g. `70000`, `"abc"`, `a list`, or `nothing`. In place of
   * what came out of an environment variable it says `(value of ${NAME})`.
   */
  describe(path: ConfigPath): string {
    return describeNode(nodeAt(this.#root, path));
  }

  /** Whether the value at `path`, or one inside it, was found faulty already, so that nobody has to complain again. */
  isFaulty(path: ConfigPath): boolean {
    const node = nodeAt(this.#root, path);
    return node !== undefined && hasFault(node);
  }

  /**
   * A text in which every value that came out of an environment variable has been replaced by `(value of ${NAME})`. For
   * messages whose words others have chosen: a plugin's schema, say, may quote the value it refuses.
   */
  redact(text: string): string {
    let redacted = text;
    for (const { name, value } of this.#variables) {
      redacted = redacted.replaceAll(value, `(value of \${${name}})`);
    }
    return redacted;
  }

  /** The values, or defaults, of variables whose names say that they are secret, e.g. of `${API_KEY}`: to be kept out of logs. */
  get secrets(): readonly string[] {
    return this.#variables.filter(({ name }) => isSecretName(name)).map(({ value }) => value);
  }

  #nearest(path: ConfigPath): { readonly place: Place } {
    let node: ConfigNode = this.#root;
    for (const key of path) {
      const child = childOf(node, key);
      if (child === undefined) break;
      node = child;
    }
    return node;
  }
}

function variablesOf(node: ConfigNode): readonly ExpandedVariable[] {
  if (node.kind === "mapping") {
    return [...node.entries.values()].flatMap(({ value }) => variablesOf(value));
  }
  return node.kind === "list" ? node.items.flatMap(variablesOf) : (node.variables ?? []);
}
