import type { ComponentConfig, ConfigDocument } from "@alcove/config";
import { duration, type Problem, z } from "@alcove/plugin-api";
import type { ComponentType } from "@alcove/plugin-loader";
import { fieldProblems } from "./field-problems.js";

/** What the engine holds every call of an object store to, whatever its type. */
export interface ObjectStoreLimits {
  /** The largest content an object may have. */
  readonly maxObjectBytes: number;
  /** How long the store may take for one thing it is asked for. */
  readonly operationTimeoutMs: number;
}

const limitsSchema = z.object({
  max_object_bytes: z.number().int().min(1).max(1_073_741_824).default(16_777_216),
  operation_timeout: duration({ longestMs: 86_400_000, words: "one day" }).default(30_000),
});

/** Reads the limits of an object store. Where a field is wrong, it is reported. */
export function readObjectStoreLimits(
  source: ComponentConfig,
  type: ComponentType,
  document: ConfigDocument,
): { readonly limits: ObjectStoreLimits | undefined; readonly problems: readonly Problem[] } {
  const knownFields = Object.keys(limitsSchema.shape);
  const given = Object.fromEntries(Object.entries(source.fields).filter(([field]) => knownFields.includes(field)));
  const { data, error } = limitsSchema.safeParse(given);
  if (data === undefined) {
    const subject = { type, path: source.path, knownFields, areOfEngine: true };
    return { limits: undefined, problems: fieldProblems(error, subject, document) };
  }
  const limits = { maxObjectBytes: data.max_object_bytes, operationTimeoutMs: data.operation_timeout };
  return { limits: Object.freeze(limits), problems: [] };
}
