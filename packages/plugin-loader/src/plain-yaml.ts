import { emptyMapping, type PlainMapping, type PlainValue, readPlainValue, reservedKey } from "./plain-yaml-value.js";

/** A line that says something: `key: …` or `- …`. */
interface Line {
  readonly indent: number;
  /** `undefined` for an item of a list. */
  readonly key: string | undefined;
  /** What follows on the line, without the spaces before it. */
  readonly rest: string;
}

// Tabs, carriage returns, control characters and byte order marks mean something of their own.
const unusualCharacter = /[^\n -~\u00a0-\ufefe]/;
const blankOrComment = /^ *(?:#.*)?$/;
const entryOrItem = /^( *)(?:([A-Za-z](?:[\w./{} -]{0,98}[\w./{}-])?):(?: +(.*))?|- +(.*))$/;
const comment = /^#/;

/**
 * Reads the plain part of YAML that manifests are written in, many times as fast as the whole language is read: block
 * mappings and lists of one-line scalars and flow collections, with comments. Whatever might mean something else to a
 * parser of the whole language is left to one.
 *
 * @returns What a parser of the whole language (1.2, core schema) makes of the same text; `undefined` for a text with
 *   anything beyond the plain part, be it a fault or not.
 */
export function readPlainYaml(text: string): PlainMapping | undefined {
  const lines = unusualCharacter.test(text) ? undefined : linesOf(text);
  const [first] = lines ?? [];
  if (lines === undefined || first?.indent !== 0) return undefined;
  const reader = new BlockReader(lines);
  const root = reader.mapping(0);
  return reader.isAtEnd ? root : undefined;
}

function linesOf(text: string): Line[] | undefined {
  const lines: Line[] = [];
  for (const written of text.split("\n")) {
    if (blankOrComment.test(written)) continue;
    const parts = entryOrItem.exec(written);
    if (parts === null) return undefined;
    const key = parts[2];
    if (key !== undefined && reservedKey.test(key)) return undefined;
    lines.push({ indent: parts[1]?.length ?? 0, key, rest: parts[3] ?? parts[4] ?? "" });
  }
  return lines;
}

class BlockReader {
  readonly #lines: readonly Line[];
  #next = 0;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  get isAtEnd(): boolean {
    return this.#next === this.#lines.length;
  }

  /** The mapping whose first key is on the next line; `undefined` where something in it is not plain. */
  mapping(indent: number): PlainMapping | undefined {
    const mapping = emptyMapping();
    for (let line = this.#lineAt(indent); line !== undefined; line = this.#lineAt(indent)) {
      if (line.key === undefined || Object.hasOwn(mapping, line.key)) return undefined;
      this.#next += 1;
      const value = isNothing(line.rest) ? this.#below(indent) : readPlainValue(line.rest);
      if (value === undefined) return undefined;
      mapping[line.key] = value;
    }
    return this.#isDeeper(indent) ? undefined : mapping;
  }

  /** What stands below a key; a list may begin where the key does. */
  #below(indent: number): PlainValue | undefined {
    const line = this.#lines[this.#next];
    if (line === undefined) return null;
    if (line.key === undefined && line.indent >= indent) return this.#list(line.indent);
    return line.indent > indent ? this.mapping(line.indent) : null;
  }

  #list(indent: number): PlainValue[] | undefined {
    const items: PlainValue[] = [];
    for (let line = this.#lineAt(indent); line?.key === undefined && line !== undefined; line = this.#lineAt(indent)) {
      this.#next += 1;
      const value = readPlainValue(line.rest);
      if (value === undefined) return undefined;
      items.push(value);
    }
    return this.#isDeeper(indent) ? undefined : items;
  }

  #lineAt(indent: number): Line | undefined {
    const line = this.#lines[this.#next];
    return line?.indent === indent ? line : undefined;
  }

  /** Whether the next line goes on with a value that seemed to be complete, or is out of line. */
  #isDeeper(indent: number): boolean {
    return (this.#lines[this.#next]?.indent ?? 0) > indent;
  }
}

function isNothing(rest: string): boolean {
  return rest === "" || comment.test(rest);
}
