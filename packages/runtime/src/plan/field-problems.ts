import type { ConfigDocument } from "@alcove/config";
import { BUILT_IN_PLUGIN_ID, didYouMean, formatPath, type Problem, type z } from "@alcove/plugin-api";
import type { ComponentType } from "@alcove/plugin-loader";

/** What a component's config schema refused, each fault at its place in the file. */
export function fieldProblems(
  error: z.ZodError,
  subject: {
    readonly type: ComponentType;
    readonly path: readonly (string | number)[];
    readonly knownFields: readonly string[];
    /** Whether the fields are the engine's, whatever the type. */
    readonly areOfEngine?: boolean;
  },
  document: ConfigDocument,
): Problem[] {
  const { type, path: componentPath, knownFields, areOfEngine = type.plugin.id === BUILT_IN_PLUGIN_ID } = subject;
  return error.issues.flatMap((issue): Problem[] => {
    const path = [...componentPath, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
    if (document.isFaulty(path) && issue.code !== "unrecognized_keys") {
      return [];
    }
    if (issue.code === "unrecognized_keys") {
      const isTopLevel = issue.path.length === 0;
      return issue.keys.map((key) => ({
        rule: "config-unknown-key",
        severity: "error",
        message: `${formatPath(path)}.${key}: ${type.qualifiedName} has no such field.`,
        source: document.locateKey([...path, key]),
        remedy: isTopLevel ? didYouMean(key, knownFields) : "Remove it.",
      }));
    }
    return [
      {
        rule: "config-schema",
        severity: "error",
        message: `${formatPath(path)}: ${issue.message}, found ${document.describe(path)}.`,
        source: document.locate(path),
        remedy: areOfEngine
          ? `Correct the value of ${path.at(-1)}.`
          : `Correct the value; the README of ${type.plugin.packageName} says what it means.`,
      },
    ];
  });
}
