import { z } from "zod";

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 uses it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

const mapsOfSchemas: ReadonlySet<string> = new Set(["properties", "patternProperties", "$defs", "dependentSchemas"]);
// What stands below these is data, where `$ref` is a key like any other.
const data: ReadonlySet<string> = new Set(["default", "const", "enum", "examples", "example"]);

/**
 * What a zod schema takes or gives, as a part of a larger document: references within the schema begin at `place`, e.g.
 * `#/components/schemas/Session`. Where JSON Schema has no words for a rule, anything is allowed there.
 */
export function jsonSchemaOf(schema: z.ZodType, io: "input" | "output", place: string): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return moved(rest, place);
}

function moved(schema: JsonSchema, place: string): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, movedValue(keyword, value, place)]),
  );
}

function movedValue(keyword: string, value: unknown, place: string): unknown {
  if (keyword === "$ref" && typeof value === "string" && value.startsWith("#")) {
    return `${place}${value.slice(1)}`;
  }
  if (data.has(keyword)) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => (isSchema(item) ? moved(item, place) : item));
  }
  if (!isSchema(value)) {
    return value;
  }
  return mapsOfSchemas.has(keyword)
    ? Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, isSchema(item) ? moved(item, place) : item]),
      )
    : moved(value, place);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
