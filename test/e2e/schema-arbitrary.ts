import fc from "fast-check";
import { z } from "zod";

/** A part of a JSON document. */
export type Json = Readonly<Record<string, unknown>>;

const jsonObject = z.record(z.string(), z.unknown());

/** The object at a JSON pointer of a document, e.g. `#/components/schemas/Error`; follows references it meets there. */
export function resolved(document: Json, value: unknown): Json {
  const object = jsonObject.parse(value ?? {});
  const reference = object["$ref"];
  if (typeof reference !== "string") {
    return object;
  }
  const steps = reference.slice(2).split("/");
  const found = steps.reduce<unknown>((at, step) => jsonObject.parse(at)[unescaped(step)], document);
  return { ...resolved(document, found), ...Object.fromEntries(Object.entries(object).filter(([k]) => k !== "$ref")) };
}

function unescaped(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** Values that a schema of the document takes. Knows the keywords that the documents of these tests use. */
export function valuesOf(document: Json, schemaOrReference: unknown): fc.Arbitrary<unknown> {
  const schema = resolved(document, schemaOrReference);
  const { type, anyOf, enum: choices, items } = schema;
  if ("const" in schema) {
    return fc.constant(schema["const"]);
  }
  if (Array.isArray(choices)) {
    return fc.constantFrom(...(choices as unknown[]));
  }
  if (Array.isArray(anyOf)) {
    return fc.oneof(...anyOf.map((each: unknown) => valuesOf(document, each)));
  }
  switch (type) {
    case "string":
      return stringsOf(schema);
    case "integer":
      return fc.integer({ min: least(schema), max: limit(schema, "maximum", 1_000) });
    case "number":
      return fc.double({ min: least(schema), max: limit(schema, "maximum", 1_000), noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(valuesOf(document, items), { maxLength: 4 });
    case "object":
      return objectsOf(document, schema);
    default:
      return fc.jsonValue();
  }
}

// Those a date-time has four digits for.
const firstDate = new Date("0000-01-01T00:00:00Z");
const lastDate = new Date("9999-12-31T23:59:59Z");

function stringsOf(schema: Json): fc.Arbitrary<string> {
  const { pattern, format } = schema;
  if (format === "date-time") {
    // Hardly any text is one by chance.
    return fc.date({ min: firstDate, max: lastDate, noInvalidDate: true }).map((date) => date.toISOString());
  }
  const lengths = { minLength: limit(schema, "minLength", 0), maxLength: limit(schema, "maxLength", 40) };
  const strings = fc.string({ unit: "binary", ...lengths });
  return typeof pattern === "string" ? strings.filter((text) => new RegExp(pattern).test(text)) : strings;
}

function objectsOf(document: Json, schema: Json): fc.Arbitrary<unknown> {
  const properties = jsonObject.parse(schema["properties"] ?? {});
  const model = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, valuesOf(document, each)]));
  const requiredKeys = z.array(z.string()).parse(schema["required"] ?? []);
  return fc.record(model, { requiredKeys, noNullPrototype: true });
}

function least(schema: Json): number {
  return Math.max(limit(schema, "minimum", -1_000), limit(schema, "exclusiveMinimum", -1_001) + 1);
}

function limit(schema: Json, keyword: string, otherwise: number): number {
  const value = schema[keyword];
  return typeof value === "number" ? value : otherwise;
}

/** Values that are near to what a schema takes: most of them break it somewhere. */
export function mutationsOf(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const key = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "value", "toString"));
  const changed = fc
    .tuple(values, fc.nat(), key, fc.jsonValue(), fc.boolean())
    .map(([value, at, name, other, adds]) => {
      const entries = Object.entries(typeof value === "object" && value !== null ? value : {});
      const [replaced] = entries[at % Math.max(1, entries.length)] ?? [name];
      const rest = entries.filter(([each]) => adds || each !== replaced);
      return Object.fromEntries([...rest, [adds ? name : replaced, other]]);
    });
  const reduced = fc.tuple(values, fc.nat()).map(([value, at]) => {
    const entries = Object.entries(typeof value === "object" && value !== null ? value : {});
    return Object.fromEntries(entries.filter((_, index) => index !== at % Math.max(1, entries.length)));
  });
  return fc.oneof(changed, reduced, fc.jsonValue());
}
