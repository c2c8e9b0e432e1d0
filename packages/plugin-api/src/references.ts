import { z } from "zod";
import type { CallContext } from "./contexts.js";
import type { ObjectStoreHandle } from "./object-store.js";

/** Whether there is one instance per process, or one per user session. */
export type Scope = "shared" | "per-user";

/**
 * A function another component may call. It holds nothing of any user: the room a call works in is found through the
 * call context, so a handle may be kept for as long as its component lives.
 */
export interface FunctionHandle<Input = unknown, Output = unknown, Chunk = unknown> {
  /** The public name: `notepad`, or `todo__add` for a member of a group. */
  readonly name: string;
  /** One sentence for people and models; empty where its author gave none. */
  readonly description: string;
  /** Whether it is shared, or the user's own. */
  readonly scope: Scope;
  /** What {@link invoke} and {@link stream} take. */
  readonly inputSchema: z.ZodType;
  /** `undefined` for a function that only streams. */
  readonly outputSchema: z.ZodType | undefined;
  /** `undefined` for a function that cannot stream. */
  readonly streamOutputSchema: z.ZodType | undefined;
  /**
   * Calls the function in the run of `call`, and resolves to its single result.
   *
   * @throws INPUT_INVALID, OUTPUT_INVALID, OUTPUT_KIND_UNSUPPORTED, DEPENDENCY_UNDECLARED (the caller's configuration does
   * not reference this function), CALL_ENDED, or whatever the function throws; TypeError when `call` is not the context the
   * calling function was given.
   */
  invoke(input: Input, call: CallContext): Promise<Output>;
  /**
   * Calls the function in the run of `call`, and yields its chunks as they come. A function that cannot stream yields its
   * single result as the one chunk. Nothing happens before the first chunk is asked for.
   *
   * @throws as {@link invoke}, but for OUTPUT_KIND_UNSUPPORTED.
   */
  stream(input: Input, call: CallContext): AsyncIterable<Chunk>;
}

/** The functions of a group another component may call, by their names inside the group. */
export interface FunctionGroupHandle {
  /** Its name in the configuration, e.g. `todo`. */
  readonly name: string;
  /** Whether it is shared, or the user's own. */
  readonly scope: Scope;
  /** The members the group shows, by their names inside it, e.g. `add`. */
  readonly functions: Readonly<Record<string, FunctionHandle>>;
}

/** What a reference may point at. */
export type ReferenceKind = "function" | "function_group" | "object_store";

const referenceMarker = Symbol.for("@alcove/plugin-api/Reference");

/** A parsed, not yet resolved reference. The runtime replaces it by a handle before any `build` is called. */
export interface Reference {
  readonly [referenceMarker]: true;
  /** What it points at. */
  readonly kind: ReferenceKind;
  /** The name as it is configured. */
  readonly name: string;
  /** Where the caller's schemas were given: what it sends and what it counts on getting. */
  readonly inputSchema: z.ZodType | undefined;
  /** What the caller counts on getting. */
  readonly outputSchema: z.ZodType | undefined;
}

/** Whether a parsed configuration value is a reference. */
export function isReference(value: unknown): value is Reference {
  return typeof value === "object" && value !== null && referenceMarker in value;
}

/** Options of {@link functionRef}. */
export interface FunctionRefOptions<Input extends z.ZodType, Output extends z.ZodType> {
  /** What the caller will send; types the handle's `invoke`. */
  readonly input?: Input;
  /** What the caller counts on getting; types the handle's result. */
  readonly output?: Output;
  /** The name used when the configuration gives none. */
  readonly default?: string;
  /** One sentence for whoever writes the configuration. */
  readonly description?: string;
}

/**
 * A configuration field that names a function, e.g. `notepad_name: notepad`, or a member of a group, e.g.
 * `todo__add`. `build` receives the {@link FunctionHandle} in its place.
 *
 * It is this field that makes the dependency known before anything is built: scopes, cycles and unknown names are
 * checked at start. Put it anywhere in the config schema, in arrays and nested objects too, but do not `.transform()` it.
 */
export function functionRef<Input extends z.ZodType = z.ZodUnknown, Output extends z.ZodType = z.ZodUnknown>(
  options: FunctionRefOptions<Input, Output> = {},
): z.ZodType<FunctionHandle<z.input<Input>, z.output<Output>>, string | undefined> {
  return referenceSchema("function", options) as unknown as z.ZodType<
    FunctionHandle<z.input<Input>, z.output<Output>>,
    string | undefined
  >;
}

/** A configuration field that names a function group. `build` receives the {@link FunctionGroupHandle} in its place. */
export function functionGroupRef(
  options: { readonly default?: string; readonly description?: string } = {},
): z.ZodType<FunctionGroupHandle, string | undefined> {
  // The schema yields a Reference; the runtime replaces it by the handle the type promises before any build sees it.
  return referenceSchema("function_group", options) as unknown as z.ZodType<FunctionGroupHandle, string | undefined>;
}

/** A configuration field that names an object store. `build` receives the {@link ObjectStoreHandle} in its place. */
export function objectStoreRef(
  options: { readonly default?: string; readonly description?: string } = {},
): z.ZodType<ObjectStoreHandle, string | undefined> {
  // As with groups, the runtime puts the handle in the place of the Reference.
  return referenceSchema("object_store", options) as unknown as z.ZodType<ObjectStoreHandle, string | undefined>;
}

/** What messages call what a reference leads to, e.g. `a function`. */
export const referenceLabels: Readonly<Record<ReferenceKind, string>> = {
  function: "a function",
  function_group: "a function group",
  object_store: "an object store",
};

function referenceSchema(
  kind: ReferenceKind,
  options: { input?: z.ZodType; output?: z.ZodType; default?: string; description?: string },
): z.ZodType {
  const label = referenceLabels[kind];
  const name = z
    .string()
    .min(1, `expected the name of ${label}`)
    .meta({
      description: options.description ?? `The name of ${label}.`,
      alcoveReference: kind,
    });
  const reference = name.transform(
    (value): Reference =>
      Object.freeze({
        [referenceMarker]: true as const,
        kind,
        name: value,
        inputSchema: options.input,
        outputSchema: options.output,
      }),
  );
  return options.default === undefined ? reference : reference.prefault(options.default);
}
