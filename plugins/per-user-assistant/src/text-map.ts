import { z } from "@alcove/plugin-api";

/** Texts by name, in the order in which the names were added. */
export type TextMap = Readonly<Record<string, string>>;

/**
 * The schema of a {@link TextMap}. It hands the value on as it is: `z.record()` would copy it by assignment, which loses
 * the key `__proto__`.
 */
export const textMapSchema = z
  .unknown()
  .refine(isTextMap, "expected a mapping from names to texts")
  .meta({ type: "object", additionalProperties: { type: "string" } });

function isTextMap(value: unknown): value is TextMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === "string")
  );
}
