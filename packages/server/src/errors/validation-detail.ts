import type { z } from "zod";

/**
 * One fault of a request body as clients of NVIDIA NeMo Agent Toolkit know it. `type` and `msg` are pydantic's words where
 * there is a counterpart, zod's otherwise.
 */
export interface ValidationFault {
  /** Which rule the field breaks, in the words of the reference, e.g. `string_type`. */
  readonly type: string;
  /** The way to the field, beginning with `body`; on routes of plugins also with `path` or `query`. */
  readonly loc: readonly (string | number)[];
  /** The rule in a sentence. */
  readonly msg: string;
  /** The offending value; for a missing field, what it is missing from. */
  readonly input: unknown;
  /** What is wrong with the JSON, where the body is none. */
  readonly ctx?: { readonly error: string };
}

/** The fault of a request without a body. */
export const bodyMissing: ValidationFault = Object.freeze({
  type: "missing",
  loc: ["body"],
  msg: "Field required",
  input: null,
});

/** The fault of a body that is JSON, and no object. */
export function bodyNotAnObject(input: unknown): ValidationFault {
  return {
    type: "model_attributes_type",
    loc: ["body"],
    msg: "Input should be a valid dictionary or object to extract fields from",
    input,
  };
}

/** The fault of a body that is not JSON. `error` says why, and quotes nothing but the body. */
export function bodyNotJson(error: string): ValidationFault {
  return { type: "json_invalid", loc: ["body", 0], msg: "JSON decode error", input: {}, ctx: { error } };
}

/** What `schema` has against `body`, field by field; empty when the body satisfies it. */
export async function bodyFaults(schema: z.ZodType, body: unknown): Promise<readonly ValidationFault[]> {
  const result = await schema.safeParseAsync(body);
  return result.success ? [] : result.error.issues.map((issue) => faultOf(issue, body));
}

/** What the schema of a plugin's route has against what a request holds, in its `params`, `query` and `body`. */
export async function routeFaults(schema: z.ZodType, input: unknown): Promise<readonly ValidationFault[]> {
  const faults = await bodyFaults(schema, input);
  return faults.map((fault) => {
    const [, part, ...rest] = fault.loc;
    return { ...fault, loc: [part === "params" ? "path" : (part ?? "body"), ...rest] };
  });
}

const typeFaults: Readonly<Record<string, { readonly type: string; readonly msg: string }>> = {
  string: { type: "string_type", msg: "Input should be a valid string" },
  number: { type: "float_type", msg: "Input should be a valid number" },
  int: { type: "int_type", msg: "Input should be a valid integer" },
  boolean: { type: "bool_type", msg: "Input should be a valid boolean" },
  array: { type: "list_type", msg: "Input should be a valid list" },
  object: {
    type: "model_attributes_type",
    msg: "Input should be a valid dictionary or object to extract fields from",
  },
  record: { type: "dict_type", msg: "Input should be a valid dictionary" },
};

function faultOf(issue: z.core.$ZodIssue, body: unknown): ValidationFault {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  const loc = ["body", ...path];
  const value = valueAt(body, path);
  if (value === undefined && path.length > 0) {
    return { type: "missing", loc, msg: "Field required", input: valueAt(body, path.slice(0, -1)) ?? null };
  }
  const known = issue.code === "invalid_type" ? typeFaults[issue.expected] : undefined;
  return { type: known?.type ?? issue.code, loc, msg: known?.msg ?? issue.message, input: value ?? null };
}

function valueAt(body: unknown, path: readonly (string | number)[]): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) {
      return undefined;
    }
    value = Reflect.get(value, key);
  }
  return value;
}
