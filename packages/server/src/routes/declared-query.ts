import type { z } from "@alcove/plugin-api";
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
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "array":
    case "tuple":
      return true;
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "nonoptional":
    case "readonly":
    case "catch":
      return takesList(def.innerType);
    case "pipe":
      return takesList(def.in);
    default:
      return false;
  }
}
