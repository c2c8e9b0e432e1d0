import type { ComponentConfig, ConfigDocument, MiddlewareName } from "@alcove/config";
import { type Problem, z } from "@alcove/plugin-api";

/** The field in which functions, groups and the workflow name what is put around them. */
export const MIDDLEWARE_FIELD = "middleware";

const namesSchema = z.array(z.string().min(1)).nullish();

/** Reads the list of middleware of a component. What is no list of names is reported and left out. */
export function readMiddlewareNames(
  owner: string,
  source: ComponentConfig,
  document: ConfigDocument,
): { names: readonly MiddlewareName[]; problems: Problem[] } {
  const path = [...source.path, MIDDLEWARE_FIELD];
  const parsed = namesSchema.safeParse(source.fields[MIDDLEWARE_FIELD]);
  if (parsed.success) {
    return { names: (parsed.data ?? []).map((name, index) => ({ name, path: [...path, index] })), problems: [] };
  }
  if (document.isFaulty(path)) {
    return { names: [], problems: [] };
  }
  return {
    names: [],
    problems: [
      {
        rule: "middleware-list",
        severity: "error",
        message: `${owner}.middleware has to be a list of names.`,
        source: document.locate(path),
        remedy: "For example: middleware: [logging]",
      },
    ],
  };
}
