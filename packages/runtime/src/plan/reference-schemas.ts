import type { ConfigDocument } from "@alcove/config";
import { type FunctionSchemas, type Problem, z } from "@alcove/plugin-api";
import { type ConfiguredComponent, locateReference } from "./configured-component.js";
import type { PlacedReference } from "./references-in-config.js";

/**
 * Checks what a reference says of its target against the target's own schemas: the fields it sends have to be those the
 * target needs, and the fields it counts on those the target returns. Objects are compared field by field, and fields by
 * their basic type; what cannot be told apart that way is left to the checks of each call.
 */
export function checkReferenceSchemas(
  from: ConfiguredComponent,
  placed: PlacedReference,
  target: FunctionSchemas | undefined,
  document: ConfigDocument,
): Problem[] {
  const { name, inputSchema, outputSchema } = placed.reference;
  const faults = [
    ...(inputSchema && target ? missingFields(target.input, inputSchema, "needs", "is not sent") : []),
    ...(outputSchema && target ? outputFaults(outputSchema, target.output) : []),
  ];
  return faults.map((fault) => ({
    rule: "reference-schema",
    severity: "error",
    message: `${from.name} cannot use "${name}" here: ${fault}.`,
    source: locateReference(document, from, placed),
    remedy: `Refer to a function that fits ${from.type.qualifiedName}.`,
  }));
}

function outputFaults(expected: z.ZodType, actual: z.ZodType | undefined): string[] {
  return actual === undefined
    ? ["it only streams, and a single result is expected"]
    : missingFields(expected, actual, "counts on", "is not returned");
}

/** Fields that `needed` requires and `given` lacks, or has with another basic type. */
function missingFields(needed: z.ZodType, given: z.ZodType, verb: string, lack: string): string[] {
  const [neededShape, givenShape] = [shapeOf(needed), shapeOf(given)];
  if (neededShape === undefined || givenShape === undefined) {
    return [];
  }
  return Object.entries(neededShape).flatMap(([field, schema]) => {
    const counterpart = givenShape[field];
    if (counterpart === undefined) {
      return schema.safeParse(undefined).success ? [] : [`it ${verb} the field ${field}, which ${lack}`];
    }
    const [expected, found] = [basicType(schema), basicType(counterpart)];
    const isSame = expected === undefined || found === undefined || expected === found;
    return isSame ? [] : [`the field ${field} is ${found} where ${expected} is expected`];
  });
}

function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  return schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : undefined;
}

const comparable: ReadonlySet<string> = new Set(["string", "number", "boolean", "array", "object"]);

/** The kind of JSON value a schema stands for, where that is plain to see. */
function basicType(schema: z.core.$ZodType): string | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if ("innerType" in def) {
    return basicType(def.innerType);
  }
  return comparable.has(def.type) ? def.type : undefined;
}
