import type { SourceLocation } from "@alcove/plugin-api";
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLParseError,
} from "yaml";
import { readPlainYaml } from "./plain-yaml.js";

/** The way to a field of a manifest, from the outermost key inwards. */
export type FieldPath = readonly PropertyKey[];

/** A fault of the YAML itself. */
export interface SyntaxFault {
  readonly message: string;
  readonly location: SourceLocation;
}

/** The whole of a text as the YAML parser sees it. */
interface PlacedDocument {
  readonly document: Document.Parsed;
  readonly lineCounter: LineCounter;
}

/**
 * A manifest as YAML, or a package.json, which is YAML as well: its value, not yet checked against the schema, and where
 * its fields stand. What is plain YAML is parsed with its places only when a place is asked for.
 */
export class ManifestDocument {
  /** The faults of the YAML. {@link value} means something only when there are none. */
  readonly syntaxFaults: readonly SyntaxFault[];
  /** The plain value; `undefined` when the YAML could not be read. */
  readonly value: unknown;
  readonly #text: string;
  readonly #file: string;
  #parsed: PlacedDocument | undefined;

  /**
   * @param text The content of the file.
   * @param file The file as messages show it.
   */
  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
    const plain = readPlainYaml(text);
    const { value, faults } = plain === undefined ? this.#readWhole() : { value: plain, faults: [] };
    this.value = value;
    this.syntaxFaults = faults;
  }

  /** Where a field's value stands; for a field that is not there, where the nearest one around it begins. */
  locateValue(path: FieldPath): SourceLocation {
    return this.#locationOf(this.#find(path).value);
  }

  /** Where a field's key stands; for a field that is not there, where the nearest one around it begins. */
  locateKey(path: FieldPath): SourceLocation {
    return this.#locationOf(this.#find(path).key);
  }

  #find(path: FieldPath): { key: number; value: number } {
    let node: unknown = this.#placed.document.contents;
    let found = { key: 0, value: startOf(node) ?? 0 };
    for (const [index, segment] of path.entries()) {
      const child = childOf(node, String(segment));
      if (child === undefined) {
        return index === 0 ? found : { key: found.key, value: found.key };
      }
      found = {
        key: startOf(child.key) ?? found.key,
        value: startOf(child.value) ?? startOf(child.key) ?? found.value,
      };
      node = child.value;
    }
    return found;
  }

  #readWhole(): { value: unknown; faults: SyntaxFault[] } {
    const { document } = this.#placed;
    if (document.errors.length > 0) {
      const faults = document.errors.map((error) => ({
        message: wordingOf(error),
        location: this.#locationOf(error.pos[0]),
      }));
      return { value: undefined, faults };
    }
    try {
      return { value: document.toJS() as unknown, faults: [] };
    } catch (error) {
      // Aliases that lead nowhere, or that would unfold without bound.
      const message = error instanceof Error ? error.message : String(error);
      return { value: undefined, faults: [{ message, location: this.#locationOf(0) }] };
    }
  }

  get #placed(): PlacedDocument {
    this.#parsed ??= parseWithPlaces(this.#text);
    return this.#parsed;
  }

  #locationOf(offset: number): SourceLocation {
    const { line, col } = this.#placed.lineCounter.linePos(offset);
    return { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

function parseWithPlaces(text: string): PlacedDocument {
  const lineCounter = new LineCounter();
  return { document: parseDocument(text, { lineCounter, prettyErrors: false, logLevel: "error" }), lineCounter };
}

function wordingOf({ code, message }: YAMLParseError): string {
  if (code === "MULTIPLE_DOCS") return "it holds several documents, divided by ---";
  return code === "RESOURCE_EXHAUSTION" ? "it is nested too deeply" : message;
}

function childOf(node: unknown, segment: string): { key: unknown; value: unknown } | undefined {
  if (isMap(node)) {
    return node.items.find(({ key }) => isScalar(key) && String(key.value) === segment);
  }
  if (isSeq(node)) {
    const item = node.items[Number(segment)];
    return item === undefined ? undefined : { key: item, value: item };
  }
  return undefined;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node satisfies Node).range?.[0] : undefined;
}
