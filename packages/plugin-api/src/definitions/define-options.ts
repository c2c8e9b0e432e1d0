import type { z } from "zod";
import type { CollectionDeclarations } from "./collection-declaration.js";
import type { Residency } from "./definition.js";
import type { StateDeclaration } from "./state-declaration.js";

/** A value, or a promise of it. */
export type MaybePromise<Value> = Value | Promise<Value>;

/** The configuration of what takes no fields. */
export type EmptyConfig = z.ZodObject<Record<never, never>>;

/** The services of what asks for none. */
export type NoServices = Record<never, never>;

/** What the calls of a per-user component find as their state. */
export type StateOf<Schema> = Schema extends z.ZodType<object> ? z.output<Schema> : undefined;

/** What per-user functions and groups declare to keep. */
export interface KeepingOptions {
  readonly state?: StateDeclaration<z.ZodType<object>, never> | undefined;
  readonly collections?: CollectionDeclarations;
  readonly residency?: Residency;
}

/** The part of a definition that says what it keeps for users, where that is nothing. */
export const keepsNothing = Object.freeze({
  state: undefined,
  collections: Object.freeze({}),
  residency: "dormant" as const,
});
