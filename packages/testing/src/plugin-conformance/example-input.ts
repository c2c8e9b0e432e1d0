import { z } from "@alcove/plugin-api";

const described = z.looseObject({
  type: z.string().optional(),
  const: z.unknown().optional(),
  examples: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  required: z.array(z.string()).default([]),
  properties: z.record(z.string(), z.unknown()).default({}),
});

/** A small input a schema takes; `undefined` where none is found, which an author then has to give. */
export function exampleInputOf(schema: z.ZodType): unknown {
  let json: unknown;
  try {
    json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  } catch {
    return undefined;
  }
  const candidate = sampleOf(json);
  return schema.safeParse(candidate).success ? candidate : undefined;
}

function sampleOf(json: unknown): unknown {
  const { data } = described.safeParse(json);
  if (data === undefined) {
    return undefined;
  }
  const [given] = [data.const, ...(data.examples ?? []), ...(data.enum ?? [])].filter((value) => value !== undefined);
  if (given !== undefined) {
    return given;
  }
  switch (data.type) {
    case "object":
      return Object.fromEntries(data.required.map((name) => [name, sampleOf(data.properties[name])]));
    case "array":
      return [];
    case "integer":
    case "number":
      return Math.max(1, data.minimum ?? 1);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "text";
  }
}
