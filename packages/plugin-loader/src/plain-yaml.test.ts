import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { readPlainYaml } from "./plain-yaml.js";

/** As JSON, in which the order of keys counts as well; `undefined` where there is any fault. */
function readWhole(text: string): string | undefined {
  const document = parseDocument(text, { prettyErrors: false, logLevel: "error" });
  return document.errors.length > 0 ? undefined : JSON.stringify(document.toJS());
}

/** Insists on agreement with the parser of the whole language, and says whether the text was read at all. */
function readsAlike(text: string): boolean {
  const plain = readPlainYaml(text);
  if (plain !== undefined) expect(JSON.stringify(plain), JSON.stringify(text)).toBe(readWhole(text));
  return plain !== undefined;
}

const words = [
  "a",
  "b",
  "c",
  "null",
  "true",
  "Null",
  "~",
  "0",
  "01",
  "7",
  ".5",
  "1e3",
  "0x1",
  ".inf",
  "+1",
  "-1",
  "No",
];
const marks = ["-", "- ", ": ", ":", " #c", "#", ", ", ",", '"', "'", "''", "\\", "{", "}", "[", "]", "  ", "<<: "];
const rarities = [
  "|",
  ">",
  "&x ",
  "*x",
  "!t ",
  "%",
  "@",
  "`",
  "? ",
  "---\n",
  "...\n",
  "\t",
  "\r",
  "\ufeff",
  "\u00a0",
  "é",
  "😀",
];
const starts = [
  "\n",
  "\n ",
  "\n  ",
  "\n    ",
  "\n- ",
  "\n  - ",
  "\na: ",
  "\nb:",
  "\n  b: ",
  "\n  c:",
  "\n# c",
  "\n   # c\n",
];
const typical = [
  "./dist/a.js",
  "^0.1.0",
  "GET /items/{id}: ",
  "two words: ",
  "{ a: b }",
  "[a, 'b c']",
  '"quoted": ',
  "it's",
];

const scalar = fc.oneof(
  fc.constantFrom(
    "null",
    "true",
    "false",
    "0",
    "12",
    "./dist/notes.js",
    "^0.1.0",
    "'it''s: #1'",
    '">=1 <2"',
    "[]",
    "{}",
  ),
  fc.stringMatching(/^[A-Z][a-z]{0,8}(?: [a-z',.-]{1,9}){0,5}$/),
  fc.constantFrom("{ scope: shared, module: ./a.js, description: One. }", "[Clock, 'b, c', { d: [1] }]"),
);
const key = fc.stringMatching(/^[a-z]{1,6}(?:_[a-z0-9]{1,4})?$/).filter((text) => !/^(?:null|true|false)$/.test(text));
const ending = fc.constantFrom("", "", "", " ", " # why", "\n", "\n  # why", "\n# why\n");

/** Lines of a mapping or a list, and what they are indented by. */
const block: fc.Memo<string[]> = fc.memo((depth) => {
  const items = fc.array(fc.tuple(scalar, ending), { minLength: 1, maxLength: 3 });
  const list = items.map((all) => all.map(([item, end]) => `- ${item}${end}`));
  return depth <= 1 ? list : fc.oneof({ weight: 1, arbitrary: list }, { weight: 3, arbitrary: mapping(depth) });
});
const mapping: fc.Memo<string[]> = fc.memo((depth) => {
  const below = fc.tuple(fc.integer({ min: 1, max: 4 }), block(depth - 1), ending);
  const entry = fc.tuple(key, fc.oneof(fc.tuple(scalar, ending), below));
  return fc.uniqueArray(entry, { selector: ([name]) => name, minLength: 1, maxLength: 4 }).map((entries) =>
    entries.flatMap(([name, value]) => {
      if (value.length === 2) return [`${name}: ${value[0]}${value[1]}`];
      const [indent, lines, end] = value;
      return [`${name}:${end}`, ...lines.map((line) => line.replace(/^(?=.)/gm, " ".repeat(indent)))];
    }),
  );
});

describe("readPlainYaml", () => {
  it("reads whatever it reads as a parser of the whole language does", () => {
    const piece = fc.constantFrom(...words, ...marks, ...rarities, ...starts, ...typical);
    let readCount = 0;
    const property = fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      if (readsAlike(`a: ${pieces.join("")}`)) readCount += 1;
    });
    fc.assert(property, { numRuns: 10_000 });
    expect(readCount).toBeGreaterThan(500);
  });

  it("reads mappings and lists of scalars and flow collections, with comments", () => {
    fc.assert(fc.property(mapping(4), (lines) => readsAlike(lines.join("\n"))));
  });

  it("reads the manifests of this repository, and the one a new plugin begins with", () => {
    const workspace = fileURLToPath(new URL("../../../", import.meta.url));
    const manifests = ["plugins", "test/fixtures/plugins", "packages/create-alcove/templates"]
      .flatMap((parent) =>
        readdirSync(join(workspace, parent)).map((name) => join(workspace, parent, name, "plugin.yaml")),
      )
      .filter((file) => existsSync(file));
    expect(manifests.length).toBeGreaterThan(10);
    expect(manifests.filter((file) => !readsAlike(readFileSync(file, "utf8")))).toEqual([]);
  });

  it.each([
    ["nothing", "# no more\n"],
    ["a list", "- a"],
    ["a scalar", "a"],
    ["a key twice", "a: 1\nb: 2\na: 3"],
    ["a key twice between brackets", "a: { b: 1, b: 2 }"],
    ["a key that is no text", "null: a"],
    ["a key that has to be defined", "__proto__: a"],
    ["a long key", `${"a".repeat(101)}: b`],
    ["several documents", "a: 1\n---\nb: 2"],
    ["a text of several lines", "a: b\n  c"],
    ["a block of text", "a: |\n  b"],
    ["an anchor and an alias", "a: &b c\nd: *b"],
    ["a tag", "a: !!str 1"],
    ["an escape", 'a: "\\t"'],
    ["a number with a sign or a point", "a: 1.5"],
    ["an integer of many digits", "a: 1234567890123456"],
    ["another way to write null", "a: ~"],
    ["a tab", "a:\tb"],
    ["lines that end otherwise", "a: b\r\n"],
    ["a mapping in a list", "a:\n  - b: c"],
    ["brackets over several lines", "a: [b,\n  c]"],
    ["many brackets", `a: ${"[".repeat(17)}${"]".repeat(17)}`],
    ["a line between two levels", "a:\n    b: 1\n  c: 2"],
    ["a key that means something to a schema's messages", "description: { constructor: x }\n"],
  ])("leaves %s to a parser of the whole language", (_, text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });
});
