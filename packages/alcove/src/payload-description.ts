import { z } from "@alcove/plugin-api";

/** One field of the request body, as the start-up log tells it. */
export interface PayloadField {
  readonly name: string;
  /** A JSON type, or what else the schema says, e.g. `string`, `"add" | "list"`, `array of string`. */
  readonly type: string;
  readonly isRequired: boolean;
  /** The default as JSON, where there is one. */
  readonly default: string | undefined;
  readonly description: string;
}

interface PropertySchema {
  readonly type?: string | readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly format?: string | undefined;
  readonly items?: PropertySchema | undefined;
  readonly anyOf?: readonly PropertySchema[] | undefined;
}

const propertySchema: z.ZodType<PropertySchema> = z.lazy(() =>
  z.looseObject({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    format: z.string().optional(),
    items: propertySchema.optional().catch(undefined),
    anyOf: z.array(propertySchema).optional(),
  }),
);

const bodySchema = z.looseObject({
  properties: z.record(z.string(), propertySchema).default({}),
  required: z.array(z.string()).default([]),
});

/** The fields of a request body, in the schema's order; none for a schema that names no fields, as of a union. */
export function payloadFields(schema: z.ZodType): readonly PayloadField[] {
  const described = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", cycles: "ref" });
  const { properties, required } = bodySchema.parse(described);
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: typeOf(property),
    isRequired: required.includes(name),
    default: property.default === undefined ? undefined : JSON.stringify(property.default),
    description: property.description ?? "",
  }));
}

/** One line about a field: `param1: string, optional, default "" - First parameter`. */
export function describeField(field: PayloadField): string {
  const parts = [
    `${field.name}: ${field.type}`,
    field.isRequired ? "required" : "optional",
    ...(field.default === undefined ? [] : [`default ${field.default}`]),
  ];
  return field.description === "" ? parts.join(", ") : `${parts.join(", ")} - ${field.description}`;
}

function typeOf({ type, enum: values, const: only, format, items, anyOf }: PropertySchema): string {
  if (values !== undefined) {
    return values.map((value) => JSON.stringify(value)).join(" | ");
  }
  if (only !== undefined) {
    return JSON.stringify(only);
  }
  if (anyOf !== undefined) {
    return anyOf.map(typeOf).join(" | ");
  }
  if (type === undefined) {
    return "any";
  }
  if (typeof type !== "string") {
    return type.join(" | ");
  }
  if (type === "array" && items !== undefined) {
    return `array of ${typeOf(items)}`;
  }
  return format === undefined ? type : `${type} (${format})`;
}
