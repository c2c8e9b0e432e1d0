import { z } from "@alcove/plugin-api";

/** Which way a value goes: a schema that transforms may take one shape and yield another. */
export type Direction = "input" | "output";

/**
 * Whether a schema describes a JSON object with known fields. Anything else (a string, a list, a map, a union with
 * either) is sent over the wire as `{ "value": … }`, so that every body is an object.
 */
export function isObjectSchema(schema: z.core.$ZodType, direction: Direction): boolean {
  const { def } = unwrappedSchema(schema)._zod;
  switch (def.type) {
    case "object":
      return true;
    case "union":
      return def.options.every((option) => isObjectSchema(option, direction));
    case "intersection":
      return isObjectSchema(def.left, direction) && isObjectSchema(def.right, direction);
    case "pipe":
      return isObjectSchema(pipeSide(def, direction), direction);
    case "lazy":
      return isObjectSchema(def.getter(), direction);
    default:
      return false;
  }
}

/** What a schema is of beneath what says that a value may be left out, or what stands in its place: an array, say. */
export function unwrappedSchema(schema: z.core.$ZodType): z.core.$ZodTypes {
  const inner = schema as z.core.$ZodTypes;
  const { def } = inner._zod;
  switch (def.type) {
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "nonoptional":
    case "readonly":
    case "catch":
      return unwrappedSchema(def.innerType);
    default:
      return inner;
  }
}

/** The schema of the body that carries a value of `schema`. */
export function wireSchema(schema: z.ZodType, direction: Direction): z.ZodType {
  return isObjectSchema(schema, direction) ? schema : z.object({ value: schema });
}

// A preprocessing step takes anything, so what it feeds is what describes the input.
function pipeSide(def: z.core.$ZodPipeDef, direction: Direction): z.core.$ZodType {
  const isPreprocessing = (def.in as z.core.$ZodTypes)._zod.def.type === "transform";
  return direction === "input" && !isPreprocessing ? def.in : def.out;
}
