import { describe, expect, it } from "vitest";
import { plainValueOf } from "./config-node.js";
import { yaml } from "./fixtures/config-folder.js";
import { ProblemReport } from "./problem-report.js";
import { parseYaml } from "./yaml-source.js";
import { MAX_DEPTH } from "./yaml-tree.js";

function parse(text: string) {
  const report = new ProblemReport();
  const { root } = parseYaml({ text, file: "c.yml", directory: "/x", hasLines: true }, "config-syntax", report);
  const places = report.sorted().map(({ source, message }) => `${source?.line}:${source?.column} ${message}`);
  return { root, value: root === undefined ? undefined : plainValueOf(root), places };
}

describe("parseYaml", () => {
  it("keeps the order of keys, and keys as text", () => {
    const { value, places } = parse("b: 1\na: 2\nyes: 3\nnull: 4\n1.0: 5\n");
    expect(Object.keys(value as object)).toEqual(["b", "a", "yes", "null", "1.0"]);
    expect(places).toEqual([]);
  });

  it("makes __proto__ an own key that changes no prototype", () => {
    const { value } = parse("a:\n  __proto__: { polluted: true }\n  constructor: 1\n");
    const inner = (value as { a: object }).a;
    expect(Object.getPrototypeOf(inner)).toBe(Object.prototype);
    expect(Object.keys(inner)).toEqual(["__proto__", "constructor"]);
    expect("polluted" in inner).toBe(false);
  });

  it("makes __proto__ from a merge key an own key as well", () => {
    const { value } = parse("x: &x { __proto__: { polluted: true } }\ny: { <<: *x }\n");
    const inner = (value as { y: object }).y;
    expect(Object.getPrototypeOf(inner)).toBe(Object.prototype);
    expect(Object.hasOwn(inner, "__proto__")).toBe(true);
  });

  it("reports every duplicate key with the line of the first", () => {
    const { places } = parse("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n");
    expect(places).toEqual([
      '4:3 The key "c" is written twice; the first one is in line 3.',
      '5:1 The key "a" is written twice; the first one is in line 1.',
    ]);
  });

  it("reports all syntax errors of a file, with their places", () => {
    const { root, places } = parse("a: [1, 2\nb: 'x\n");
    expect(root).toBeUndefined();
    expect(places.length).toBeGreaterThan(1);
    expect(places.every((place) => /^\d+:\d+ The YAML is malformed: /.test(place))).toBe(true);
  });

  it("reports tabs, several documents, and unknown tags", () => {
    expect(parse("a:\n\tb: 1\n").places[0]).toMatch(/^2:1 .*[Tt]ab/);
    expect(parse("a: 1\n---\nb: 2\n").places).toEqual(["2:1 The file holds several YAML documents."]);
    expect(parse("a: !secret x\n").places[0]).toContain("!secret");
    expect(parse("a: !!binary aGk=\n").places[0]).toContain("binary");
    expect(parse("a: !!set { x }\n").places[0]).toContain("set");
  });

  it("takes the tags of the core schema", () => {
    expect(parse("a: !!str 5\nb: !!int '7'\n").value).toEqual({ a: "5", b: 7 });
  });

  it("refuses mappings and lists as keys", () => {
    expect(parse("? [a]\n: 1\n").places).toHaveLength(1);
    expect(parse("x: &k k\n*k : 1\n").places).toHaveLength(1);
  });

  it("refuses integers whose last digits would be lost", () => {
    expect(parse("id: 1234567890123456789\n").places[0]).toContain("1:5 The number 1234567890123456789 is too large");
    expect(parse("id: '1234567890123456789'\n").places).toEqual([]);
  });

  it("resolves aliases and merge keys; own keys win, wherever they stand", () => {
    const { value } = parse(yaml`
      defaults: &d { a: 1, b: 2 }
      more: &m { b: 3, c: 4 }
      own: { <<: [*d, *m], a: 9, z: *d }
      plain: { "<<": 5 }
    `);
    expect(value).toMatchObject({ own: { a: 9, b: 2, c: 4, z: { a: 1, b: 2 } }, plain: { "<<": 5 } });
    expect(Object.keys((value as { own: object }).own)).toEqual(["b", "c", "a", "z"]);
    expect(parse("a: { <<: 5 }\n").places).toEqual(["1:10 The merge key << needs a mapping."]);
  });

  it("refuses aliases that multiply", () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const item = level === 0 ? "x" : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array(10).fill(item).join(", ")}]`;
    });
    const { root, places } = parse(levels.join("\n"));
    expect(root).toBeUndefined();
    expect(places).toEqual([expect.stringContaining("stand for more than 10000 values")]);
  });

  it("refuses an alias that contains itself, and one that names nothing", () => {
    expect(parse("a: &a [1, *a]\n").places).toEqual([expect.stringContaining("*a contains itself")]);
    expect(parse("a: *nowhere\n").places).toHaveLength(1);
  });

  it("refuses nesting without bound", () => {
    const nested = (levels: number): string => `a: ${"[".repeat(levels)}${"]".repeat(levels)}`;
    expect(parse(nested(MAX_DEPTH - 1)).places).toEqual([]);
    expect(parse(nested(MAX_DEPTH + 1)).places).toEqual([expect.stringContaining("nested too deeply")]);
    expect(parse(nested(20_000)).places[0]).toContain("nested too deeply");
  });

  it("freezes what it yields, to the bottom", () => {
    const { value } = parse("a: { b: [ { c: 1 } ] }\n");
    const outer = value as { a: { b: { c: number }[] } };
    expect([outer, outer.a, outer.a.b, outer.a.b[0]].every(Object.isFrozen)).toBe(true);
  });
});
