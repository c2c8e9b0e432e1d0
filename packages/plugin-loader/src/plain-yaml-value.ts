/** What plain YAML can hold. */
export type PlainValue = string | number | boolean | null | PlainValue[] | PlainMapping;

/** A mapping of plain YAML, without a prototype. */
export interface PlainMapping {
  [key: string]: PlainValue;
}

/**
 * A mapping to be filled. The names in manifests all differ, and an object that begins as a literal would be given a hidden
 * class for each; one without a prototype is a hash table from the start, which helped to take a fifth off a look at many plugins.
 */
export function emptyMapping(): PlainMapping {
  return Object.create(null) as PlainMapping;
}

const MAX_DEPTH = 16;

const ending = / *(?: #.*)?$/y;
const spaces = / */y;
const doubleQuoted = /"([^"\\]*)"/y;
const singleQuoted = /'((?:[^']|'')*)'/y;
const flowKey = /([A-Za-z](?:[\w./-]{0,98})): +/y;
const flowScalar = /[^,[\]{}:#]+/y;
const likeKey = /:(?: |$)/;
const bracketOrQuote = /^[[{"']/;
// What begins otherwise may be an indicator, or a number that is not written in digits alone.
const plainBeginning = /^(?:[A-Za-z^\u00a0-\ufefe]|\.\/)/;
const integer = /^(?:0|[1-9][0-9]{0,14})$/;
const wordOfSchema = /^(?:null|true|false)$/i;
/** Keys that mean something else to the parser, or, of an object without a prototype, to the schema that words its faults. */
export const reservedKey = /^(?:null|true|false|constructor)$/i;
const words = new Map<string, boolean | null>([
  ["null", null],
  ["true", true],
  ["false", false],
]);

/** Reads what follows a key or a `-` on its line; `undefined` when that is nothing, or not plain. */
export function readPlainValue(rest: string): PlainValue | undefined {
  if (!bracketOrQuote.test(rest)) return likeKey.test(rest) ? undefined : typed(withoutComment(rest));
  const reader = new ValueReader(rest);
  const value = reader.value(0);
  return reader.isAtEnd ? value : undefined;
}

class ValueReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether nothing follows but a comment. */
  get isAtEnd(): boolean {
    return this.#take(ending) !== undefined;
  }

  value(depth: number): PlainValue | undefined {
    switch (this.#text[this.#position]) {
      case "{":
        return depth < MAX_DEPTH ? this.#mapping(depth + 1) : undefined;
      case "[":
        return depth < MAX_DEPTH ? this.#list(depth + 1) : undefined;
      case '"':
        return this.#take(doubleQuoted)?.[1];
      case "'":
        return this.#take(singleQuoted)?.[1]?.replaceAll("''", "'");
      default:
        return typed(this.#take(flowScalar)?.[0] ?? "");
    }
  }

  #mapping(depth: number): PlainMapping | undefined {
    const mapping = emptyMapping();
    const isComplete = this.#entries("}", () => {
      const key = this.#take(flowKey)?.[1];
      if (key === undefined || reservedKey.test(key) || Object.hasOwn(mapping, key)) return false;
      const value = this.value(depth);
      if (value !== undefined) mapping[key] = value;
      return value !== undefined;
    });
    return isComplete ? mapping : undefined;
  }

  #list(depth: number): PlainValue[] | undefined {
    const items: PlainValue[] = [];
    const isComplete = this.#entries("]", () => {
      const value = this.value(depth);
      if (value !== undefined) items.push(value);
      return value !== undefined;
    });
    return isComplete ? items : undefined;
  }

  /** Reads what stands between brackets, with commas between; `false` when something of it is not plain. */
  #entries(end: string, readEntry: () => boolean): boolean {
    this.#position += 1;
    this.#take(spaces);
    if (this.#skip(end)) return true;
    for (;;) {
      if (!readEntry()) return false;
      this.#take(spaces);
      if (this.#skip(end)) return true;
      if (!this.#skip(",")) return false;
      this.#take(spaces);
    }
  }

  #skip(character: string): boolean {
    const isThere = this.#text[this.#position] === character;
    if (isThere) this.#position += 1;
    return isThere;
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text) ?? undefined;
    this.#position += found?.[0].length ?? 0;
    return found;
  }
}

function withoutComment(text: string): string {
  const start = text.indexOf(" #");
  return start === -1 ? text : text.slice(0, start);
}

/** A pattern for the spaces would begin anew at each of them. */
function withoutSpacesAfter(text: string): string {
  let end = text.length;
  while (text[end - 1] === " ") end -= 1;
  return text.slice(0, end);
}

/** The value of an unquoted scalar, after which spaces may stand. */
function typed(written: string): PlainValue | undefined {
  const text = withoutSpacesAfter(written);
  if (!plainBeginning.test(text)) return integer.test(text) ? Number(text) : undefined;
  return wordOfSchema.test(text) ? words.get(text) : text;
}
