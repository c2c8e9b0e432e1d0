import type { z } from "@alcove/plugin-api";
import { unwrappedSchema } from "@alcove/runtime";
import type { RequestContext } from "../request-state.js";

/**
 * What the query holds of the parameters that a schema declares: of each its text, or all of its texts where it comes several times or
 * the schema has a list. Whatever else is sent stays where it is.
 */
export function declaredQuery(
  { query }: Pick<RequestContext, "query">,
  schema: z.ZodObject,
): Readonly<Record<string, string | readonly string[]>> {
  const entries = Object.entries(schema.shape).flatMap(([name, field]): [string, string | readonly string[]][] => {
    const sent = Object.hasOwn(query, name) ? query[name] : undefined;
    return sent === undefined ? [] : [[name, typeof sent === "string" && takesList(field) ? [sent] : sent]];
  });
  return Object.fromEntries(entries);
}

function takesList(schema: z.core.$ZodType): boolean {
  const { def } = unwrappedSchema(schema)._zod;
  return def.type === "array" || def.type === "tuple" || (def.type === "pipe" && takesList(def.in));
}
