import { describe, expect, it } from "vitest";
import { z } from "zod";
import { manifestSchema } from "./manifest.js";

type Schema = z.core.JSONSchema.JSONSchema;

/** The fields of one object of the manifest, and where such objects stand. */
interface Section {
  readonly places: readonly string[];
  readonly rows: readonly string[];
}

const introduction = `# Manifest reference

Every field of \`plugin.yaml\`. What the manifest is for, and how it is found, is in [manifest.md](manifest.md). Fields that are not
named here are faults. This page is generated from \`src/manifest.ts\`, as \`schemas/plugin-manifest.schema.json\` is; \`npm run generate\` writes
both anew.
`;

describe("docs/manifest-reference.md", () => {
  it("is what the schema of the manifest says, no more and no less", async () => {
    await expect(referencePage(manifestSchema)).toMatchFileSnapshot("../docs/manifest-reference.md");
  });

  it("has a row for every field, with what it may be, its default and its meaning", () => {
    const page = referencePage(
      z.object({
        name: z.string().max(5).describe("A name."),
        mode: z.enum(["a", "b"]).default("a").describe("A mode."),
        parts: z.record(z.string().describe("words"), z.object({ size: z.number().optional().describe("A size.") })),
      }),
    );
    expect(page.split("\n").filter((line) => /^\||^##/.test(line))).toEqual([
      "## The manifest",
      "| field | value | if left out | meaning |",
      "| --- | --- | --- | --- |",
      "| `name` | a text of at most 5 characters | a fault | A name. |",
      '| `mode` | `"a"` or `"b"` | `"a"` | A mode. |',
      "| `parts` | a mapping of names (words) to [these](#parts) | a fault |  |",
      "## `parts.<name>`",
      "| field | value | if left out | meaning |",
      "| --- | --- | --- | --- |",
      "| `size` | a number | nothing | A size. |",
    ]);
  });

  it("leaves no field of the manifest without a meaning", () => {
    expect(referencePage(manifestSchema)).not.toMatch(/\| +\|$/m);
  });
});

function referencePage(schema: z.ZodType): string {
  const sections = withSharedRows(sectionsOf(z.toJSONSchema(schema, { io: "input" }), ""));
  return [introduction, ...sections.map(sectionText)].join("\n");
}

/** The sections of an object and of everything in it, depth last. */
function sectionsOf(schema: Schema, place: string): Section[] {
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, property]) => [name, asSchema(property)] as const,
  );
  const required = new Set(schema.required);
  const rows = properties.map(([name, property]) => {
    const absent = required.has(name) ? "a fault" : property.default === undefined ? "nothing" : code(property.default);
    return `| \`${name}\` | ${valueText(property, placeOf(place, name))} | ${absent} | ${property.description ?? ""} |`;
  });
  const inner = properties.flatMap(([name, property]) => {
    const entry = entriesOf(property);
    if (entry?.properties !== undefined) return sectionsOf(entry, `${placeOf(place, name)}.<name>`);
    return property.properties === undefined ? [] : sectionsOf(property, placeOf(place, name));
  });
  return [{ places: [place], rows }, ...inner];
}

/** Sections with the same fields become one. */
function withSharedRows(sections: readonly Section[]): Section[] {
  const byRows = new Map<string, Section>();
  for (const section of sections) {
    const key = section.rows.join("\n");
    byRows.set(key, { rows: section.rows, places: [...(byRows.get(key)?.places ?? []), ...section.places] });
  }
  return [...byRows.values()];
}

function sectionText({ places, rows }: Section): string {
  const title = places.map((place) => (place === "" ? "The manifest" : `\`${place}\``)).join(", ");
  const anchors = places.filter((place) => place !== "").map((place) => `<a id="${anchorOf(place)}"></a>`);
  const heading = `## ${title}\n${anchors.length === 0 ? "" : `\n${anchors.join("")}\n`}`;
  return `${heading}\n| field | value | if left out | meaning |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

function valueText(schema: Schema, place: string): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(" or ");
  const entry = entriesOf(schema);
  if (entry !== undefined) {
    const what = entry.properties === undefined ? valueText(entry, place) : `[these](#${anchorOf(place)})`;
    return `a mapping of names (${asSchema(schema.propertyNames).description}) to ${what}`;
  }
  if (schema.type === "object") return `[these](#${anchorOf(place)})`;
  if (schema.type === "array") return `a list, each ${valueText(asSchema(schema.items), place)}`;
  if (schema.type === "string") {
    return schema.maxLength === undefined ? "a text" : `a text of at most ${schema.maxLength} characters`;
  }
  return `a ${schema.type}`;
}

/** What every entry of a mapping has to be; `undefined` for everything else. */
function entriesOf(schema: Schema): Schema | undefined {
  return schema.propertyNames === undefined ? undefined : asSchema(schema.additionalProperties);
}

function asSchema(value: unknown): Schema {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`The reference cannot tell what ${JSON.stringify(value)} stands for.`);
  }
  return value as Schema;
}

function placeOf(place: string, name: string): string {
  return place === "" ? name : `${place}.${name}`;
}

function anchorOf(place: string): string {
  return place.replace(/\.<name>$/, "").replaceAll(".", "-");
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}
