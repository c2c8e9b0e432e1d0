import { InputInvalidError, OutputInvalidError, type SchemaFault, type z } from "@alcove/plugin-api";
import type { FunctionPlan } from "../plan/application-plan.js";

/** The input as the function's schema parses it. @throws InputInvalidError */
export function parseInput(fn: FunctionPlan, input: unknown): unknown {
  const parsed = fn.schemas.input.safeParse(input);
  if (!parsed.success) {
    throw new InputInvalidError(nameOf(fn), schemaFaults(parsed.error));
  }
  return parsed.data;
}

/** The output as the schema parses it: unknown keys gone, keys in schema order. @throws OutputInvalidError */
export function parseOutput(fn: FunctionPlan, schema: z.ZodType, output: unknown): unknown {
  const parsed = schema.safeParse(output);
  if (!parsed.success) {
    throw new OutputInvalidError(nameOf(fn), schemaFaults(parsed.error));
  }
  return parsed.data;
}

/** A caller knows the workflow by its type; the place in the configuration tells nothing about it. */
function nameOf({ name, component }: FunctionPlan): string {
  return component.section === "workflow" ? component.type.name : name;
}

/** What a schema found wrong, field by field. */
export function schemaFaults(error: z.ZodError): SchemaFault[] {
  return error.issues.map((issue) => ({
    path: issue.path.map((key) => (typeof key === "symbol" ? String(key) : key)),
    message: issue.message,
    kind: issue.code,
    ...(issue.code === "invalid_type" ? { expected: issue.expected } : {}),
  }));
}
