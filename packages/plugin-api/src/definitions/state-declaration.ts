import type { z } from "zod";
import type { JsonValue } from "../json.js";
import { stateSchemaNature } from "./state-schema.js";
import { assertVersion } from "./version.js";

/** What a step of a state has at hand beside the state. */
export interface StateMigrationContext {
  /**
   * Appends an item to one of the component's collections, behind those that are in it. It is stored together with the
   * migrated state, and seen by the run that woke the session.
   *
   * @param collection The name the component declares it by.
   * @param item The item's JSON, and the version of the collection's items it is written in; it is brought to the declared
   * version as a stored one would be.
   */
  readonly append: (collection: string, item: { readonly version: number; readonly item: JsonValue }) => void;
}

/**
 * One step from a version of a state to the next. It gets the stored JSON, which is its own to change, and returns the
 * JSON of the next version. It may be called again for the same state (after a run that failed), so it has to be pure.
 */
export type StateMigration = (state: JsonValue, context: StateMigrationContext) => JsonValue | Promise<JsonValue>;

/** A component's state: what it looks like, which version of it this is, and what a new user begins with. */
export interface StateDeclaration<StateSchema extends z.ZodType<object> = z.ZodType<object>, Config = never> {
  /** Counts up by one whenever the shape changes. A snapshot of another version is never served as this one. */
  readonly version: number;
  /**
   * An object or array of JSON values. What JSON cannot hold (`Date`, `Map`, `bigint`, …) stands in it as a `z.codec`
   * whose stored side is JSON; one-way transforms are refused.
   */
  readonly schema: StateSchema;
  /**
   * What a new user begins with, as the schema takes it in: codecs are given their stored side. Called with the
   * component's configuration; returns a fresh value each time.
   */
  readonly initial: (config: Config) => z.input<StateSchema>;
  /**
   * The steps that bring stored states of older versions up to `version`, by the version each leads to, without holes.
   * A state older than the first step can take is refused, and kept. See {@link migrateFrom}.
   */
  readonly migrations?: Readonly<Record<number, StateMigration>>;
}

/**
 * A step of a state, or of a collection's items, whose input is typed, and checked, by the schema it had before.
 *
 * @param schema What the earlier version looked like.
 * @param migrate Makes the next version out of it. For a state it gets the {@link StateMigrationContext} as well.
 */
export function migrateFrom<Schema extends z.ZodType, Context extends readonly unknown[] = []>(
  schema: Schema,
  migrate: (stored: z.output<Schema>, ...context: Context) => JsonValue | Promise<JsonValue>,
): (stored: JsonValue, ...context: Context) => JsonValue | Promise<JsonValue> {
  return (stored, ...context) => migrate(schema.parse(stored), ...context);
}

/**
 * A state declaration, looked over when the definition is made.
 *
 * @throws TypeError when the version is no positive integer, a migration is missing or out of range, or the schema's
 * stored side is something JSON cannot hold.
 */
export function checkedState(
  state: StateDeclaration<z.ZodType<object>, never> | undefined,
): StateDeclaration | undefined {
  if (state === undefined) {
    return undefined;
  }
  assertVersion("A state", state.version, state.migrations ?? {});
  const { fault } = stateSchemaNature(state.schema);
  if (fault !== undefined) {
    throw new TypeError(`The state's schema cannot be stored: ${fault}`);
  }
  return state;
}
