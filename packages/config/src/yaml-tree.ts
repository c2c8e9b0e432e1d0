import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, Scalar, type YAMLMap } from "yaml";
import type { ConfigNode, MappingEntry, MappingNode, Place, ScalarNode, ScalarValue } from "./config-node.js";
import { hasLostDigits } from "./plain-scalar.js";
import type { ProblemReport } from "./problem-report.js";

/** How deep mappings and lists may be nested. */
export const MAX_DEPTH = 100;

/** How many values the aliases of one file may stand for altogether. */
const MAX_ALIASED_VALUES = 10_000;

const coreTags = /^tag:yaml\.org,2002:(?:map|seq|str|int|float|bool|null)$/;

/** What {@link buildTree} needs beside the document. */
export interface TreeOptions {
  readonly rule: "config-syntax" | "config-override";
  /** The place of an offset in the text. */
  readonly placeAt: (offset: number) => Place;
  readonly report: ProblemReport;
}

/** Turns a composed YAML document into configuration nodes: aliases and merge keys resolved, everything bounded. */
export function buildTree(document: Document.Parsed, options: TreeOptions): ConfigNode | undefined {
  const builder = new TreeBuilder(document, options);
  const root = builder.node(document.contents, options.placeAt(0), 0);
  return builder.isRefused ? undefined : root;
}

class TreeBuilder {
  readonly #document: Document.Parsed;
  readonly #options: TreeOptions;
  readonly #openAliases: Node[] = [];
  #aliasedValues = 0;
  #isRefused = false;

  constructor(document: Document.Parsed, options: TreeOptions) {
    this.#document = document;
    this.#options = options;
  }

  /** Whether the document as a whole cannot be used. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  node(node: unknown, fallback: Place, depth: number): ConfigNode {
    const place = this.#placeOf(node, fallback);
    if (this.#isRefused || this.#isOverLimit(place, depth)) return emptyScalar(place);
    if (isAlias(node)) return this.#alias(node, place, depth);
    if (isMap(node)) return this.#isForeign(node, place) ? faultyScalar(place) : this.#mapping(node, place, depth);
    if (isSeq(node)) {
      if (this.#isForeign(node, place)) return faultyScalar(place);
      return { kind: "list", place, items: node.items.map((item) => this.node(item, place, depth + 1)) };
    }
    return isScalar(node) ? this.#scalar(node, place) : emptyScalar(place);
  }

  #alias(alias: Alias, place: Place, depth: number): ConfigNode {
    const target = alias.resolve(this.#document);
    if (target === undefined) {
      this.#complain(place, `The alias *${alias.source} has no anchor before it.`, `Write &${alias.source} first.`);
      return faultyScalar(place);
    }
    if (this.#openAliases.includes(target)) {
      this.#refuse(place, `The alias *${alias.source} contains itself.`, "Write the value out.");
      return emptyScalar(place);
    }
    this.#openAliases.push(target);
    const node = this.node(target, place, depth);
    this.#openAliases.pop();
    return { ...node, place };
  }

  #mapping(map: YAMLMap, place: Place, depth: number): MappingNode {
    const entries = new Map<string, MappingEntry>();
    const ownKeys = new Set(map.items.filter(({ key }) => !isMergeKey(key)).map(({ key }) => keyText(key)));
    for (const { key, value } of map.items) {
      const keyPlace = this.#placeOf(key, place);
      const child = this.node(value, keyPlace, depth + 1);
      if (isMergeKey(key)) {
        for (const [name, entry] of this.#mergedEntries(child)) {
          if (!ownKeys.has(name) && !entries.has(name)) entries.set(name, entry);
        }
      } else {
        this.#addOwnEntry(entries, keyText(key), { keyPlace, value: child });
      }
    }
    return { kind: "mapping", place, entries };
  }

  #addOwnEntry(entries: Map<string, MappingEntry>, key: string, entry: MappingEntry): void {
    const earlier = entries.get(key);
    if (earlier === undefined) {
      entries.set(key, entry);
      return;
    }
    const { line } = earlier.keyPlace.location;
    const where = line === undefined ? "before" : `in line ${line}`;
    const message = `The key ${JSON.stringify(key)} is written twice; the first one is ${where}.`;
    this.#complain(entry.keyPlace, message, "Keep one of them.");
  }

  #mergedEntries(source: ConfigNode): (readonly [string, MappingEntry])[] {
    if (source.kind === "mapping") return [...source.entries];
    if (source.kind === "list" && source.items.every((item) => item.kind === "mapping")) {
      return source.items.flatMap((item) => this.#mergedEntries(item));
    }
    if (!this.#isRefused)
      this.#complain(source.place, "The merge key << needs a mapping.", "Name a mapping: <<: *anchor");
    return [];
  }

  #scalar(scalar: Scalar, place: Place): ScalarNode {
    const written = scalar.source ?? "";
    if (this.#isForeign(scalar, place)) return faultyScalar(place);
    if (!isScalarValue(scalar.value)) {
      this.#complain(place, `${written} is of no kind that JSON has.`, "Put it in quotes.");
      return faultyScalar(place);
    }
    if (hasLostDigits(written, scalar.value) && scalar.type === Scalar.PLAIN) {
      this.#complain(
        place,
        `The number ${written} is too large to be read exactly.`,
        "Put it in quotes if it is a name.",
      );
    }
    const isPlain = scalar.type === Scalar.PLAIN && scalar.tag === undefined;
    return { kind: "scalar", place, value: scalar.value, written, isPlain };
  }

  /** Whether a node bears a tag that is not of the core schema; that is reported. */
  #isForeign(node: Node, place: Place): boolean {
    if (node.tag === undefined || coreTags.test(node.tag)) return false;
    this.#complain(place, `The YAML tag ${node.tag} is not supported.`, "Write the value without a tag.");
    return true;
  }

  #isOverLimit(place: Place, depth: number): boolean {
    if (this.#openAliases.length > 0) this.#aliasedValues += 1;
    if (depth > MAX_DEPTH) {
      this.#refuse(place, "The YAML is nested too deeply.", `Nest less than ${MAX_DEPTH} levels.`);
    } else if (this.#aliasedValues > MAX_ALIASED_VALUES) {
      const message = `The aliases of this file stand for more than ${MAX_ALIASED_VALUES} values.`;
      this.#refuse(place, message, "Use fewer aliases inside aliased values.");
    }
    return this.#isRefused;
  }

  #refuse(place: Place, message: string, remedy: string): void {
    this.#isRefused = true;
    this.#complain(place, message, remedy);
  }

  #complain(place: Place, message: string, remedy: string): void {
    this.#options.report.error(this.#options.rule, place.location, message, remedy);
  }

  #placeOf(node: unknown, fallback: Place): Place {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    return range ? this.#options.placeAt(range[0]) : fallback;
  }
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.value === "<<";
}

function keyText(key: unknown): string {
  return isScalar(key) && typeof key.value === "string" ? key.value : "";
}

function isScalarValue(value: unknown): value is ScalarValue {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function emptyScalar(place: Place): ScalarNode {
  return { kind: "scalar", place, value: null, written: "", isPlain: true };
}

/** What stands for a value that was complained of, so that nobody complains of it again. */
function faultyScalar(place: Place): ScalarNode {
  return { ...emptyScalar(place), isFaulty: true };
}
