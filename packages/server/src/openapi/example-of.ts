import type { z } from "zod";
import type { JsonSchema } from "./json-schema.js";

/** A small value that a schema takes, for people to begin with; `undefined` where none is found. */
export async function exampleOf(schema: z.ZodType, { examples, properties, required }: JsonSchema): Promise<unknown> {
  const given: unknown = Array.isArray(examples) ? examples[0] : undefined;
  const candidate = given ?? objectOf(properties, required);
  const result = await schema.safeParseAsync(candidate);
  return result.success ? candidate : undefined;
}

function objectOf(properties: unknown, required: unknown): object {
  const names = Array.isArray(required) ? required.map(String) : [];
  const schemas = (properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  return Object.fromEntries(names.map((name) => [name, sampleOf(schemas[name] ?? {})]));
}

function sampleOf(schema: JsonSchema): unknown {
  const { type, minimum, examples, enum: choices } = schema;
  if ("const" in schema) {
    return schema["const"];
  }
  const [first] = [
    ...(Array.isArray(examples) ? examples : []),
    ...(Array.isArray(choices) ? choices : []),
  ] as unknown[];
  if (first !== undefined) {
    return first;
  }
  switch (type) {
    case "string":
      return "text";
    case "integer":
    case "number":
      return typeof minimum === "number" ? Math.max(1, minimum) : 1;
    case "boolean":
      return true;
    case "array":
      return [];
    case "object":
      return objectOf(schema["properties"], schema["required"]);
    default:
      return null;
  }
}
