import { formatPath, MANIFEST_FORMAT, type Manifest, manifestSchema, nearNames } from "@alcove/plugin-api";
import { z } from "zod";
import type { FieldPath } from "./manifest-document.js";

/** One field of a manifest that breaks a rule. */
interface ManifestFault {
  readonly path: FieldPath;
  /** Which part of the field is at fault. */
  readonly part: "key" | "value";
  /** What is wrong with it, naming the field. */
  readonly message: string;
  readonly remedy: string;
}

/**
 * What {@link checkManifest} made of a manifest: the manifest itself when there are no faults, all faults otherwise.
 */
export interface ManifestCheck {
  readonly manifest: Manifest | undefined;
  readonly faults: readonly ManifestFault[];
}

type Issue = z.core.$ZodIssue;

const SEE_SCHEMA = "Correct it; schemas/plugin-manifest.schema.json of @alcove/plugin-api describes every field.";
const newerFormat = z.looseObject({ manifest: z.number().gt(MANIFEST_FORMAT) });

/** Checks the plain value of a manifest against the schema. */
export function checkManifest(value: unknown): ManifestCheck {
  if (value === undefined || value === null) {
    return { manifest: undefined, faults: [emptyManifestFault()] };
  }
  const parsed = manifestSchema.safeParse(value);
  const overlooked = overlookedKeyFaults(value);
  if (parsed.success && overlooked.length === 0) return { manifest: parsed.data, faults: [] };
  // What another format would mean by its fields is not known, so nothing else is worth saying.
  const newer = newerFormat.safeParse(value);
  const faults = newer.success
    ? [newerFormatFault(newer.data.manifest)]
    : [...(parsed.error?.issues.flatMap((issue) => issueFaults(issue, value)) ?? []), ...overlooked];
  return { manifest: undefined, faults };
}

function issueFaults(issue: Issue, root: unknown): ManifestFault[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKeyFault(issue.path, key));
  if (issue.code === "invalid_key") return [invalidKeyFault(issue), ...behindInvalidKey(issue, root)];
  const value = valueAt(root, issue.path);
  const field = formatField(issue.path);
  const description = descriptionAt(issue.path);
  if (value === undefined) {
    const remedy = description === undefined ? "Add it." : `Add it: ${description}`;
    return [{ path: issue.path, part: "value", message: `${field} is missing`, remedy }];
  }
  const expectation = `${withoutHeading(issue.message)}${received(issue, value)}`;
  return [{ path: issue.path, part: "value", message: `${field} is wrong: ${expectation}`, remedy: SEE_SCHEMA }];
}

function unknownKeyFault(path: FieldPath, key: string): ManifestFault {
  const known = knownKeysAt(path);
  const [nearest] = nearNames(key, known);
  return {
    path: [...path, key],
    part: "key",
    message: `${formatField([...path, key])} is not known`,
    remedy: nearest === undefined ? `The fields here are ${known.join(", ")}.` : `Did you mean ${nearest}?`,
  };
}

function invalidKeyFault(issue: z.core.$ZodIssueInvalidKey): ManifestFault {
  const expectation = issue.issues.map(({ message }) => withoutHeading(message)).join("; ");
  return {
    path: issue.path,
    part: "key",
    message: `the name ${JSON.stringify(String(issue.path.at(-1)))} in ${formatPath(issue.path.slice(0, -1))} is wrong: ${expectation}`,
    remedy: "Rename it.",
  };
}

/** zod does not look at the value behind a key it refuses; all faults are wanted at once. */
function behindInvalidKey(issue: z.core.$ZodIssueInvalidKey, root: unknown): ManifestFault[] {
  const schema = schemaAt(issue.path);
  const parsed = schema instanceof z.ZodType ? schema.safeParse(valueAt(root, issue.path)) : undefined;
  const issues = parsed?.error?.issues ?? [];
  return issues.flatMap((inner) => issueFaults({ ...inner, path: [...issue.path, ...inner.path] }, root));
}

/** zod leaves a record's `__proto__` out without a word. */
function overlookedKeyFaults(root: unknown): ManifestFault[] {
  const contributes = valueAt(root, ["contributes"]);
  return Object.keys(manifestSchema.shape.contributes.shape)
    .filter((section) => valueAt(contributes, [section, "__proto__"]) !== undefined)
    .map((section) => ({
      path: ["contributes", section, "__proto__"],
      part: "key",
      message: `the name "__proto__" in ${formatPath(["contributes", section])} is wrong: it is reserved`,
      remedy: "Rename it.",
    }));
}

function emptyManifestFault(): ManifestFault {
  return { path: [], part: "value", message: "the manifest is empty", remedy: SEE_SCHEMA };
}

function newerFormatFault(format: number): ManifestFault {
  return {
    path: ["manifest"],
    part: "value",
    message: `the manifest has format ${format}, and this version of Alcove reads format ${MANIFEST_FORMAT}`,
    remedy: "Install a newer Alcove, or an older version of the plugin.",
  };
}

function knownKeysAt(path: FieldPath): string[] {
  const schema = schemaAt(path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function descriptionAt(path: FieldPath): string | undefined {
  const schema = schemaAt(path, { isWrapped: true });
  return schema instanceof z.ZodType ? schema.description : undefined;
}

function schemaAt(path: FieldPath, { isWrapped = false } = {}): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = manifestSchema;
  for (const key of path) {
    const container: z.core.$ZodType | undefined = unwrapped(schema);
    if (container instanceof z.ZodObject) schema = container.shape[String(key)];
    else if (container instanceof z.ZodRecord) schema = container.valueType;
    else return undefined;
  }
  return isWrapped ? schema : unwrapped(schema);
}

function unwrapped(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return schema instanceof z.ZodDefault ? unwrapped(schema.unwrap()) : schema;
}

/** The value at a path of a plain value; `undefined` where there is none. */
function valueAt(root: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined,
    root,
  );
}

function received(issue: Issue, value: unknown): string {
  const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return isScalar && issue.code !== "invalid_type" ? `, received ${JSON.stringify(value)}` : "";
}

function withoutHeading(zodMessage: string): string {
  return zodMessage.replace(/^(?:Invalid|Too) \w+: /, "");
}

function formatField(path: FieldPath): string {
  return path.length === 0 ? "the manifest" : `the field ${formatPath(path)}`;
}
