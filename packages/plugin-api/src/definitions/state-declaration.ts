import type { z } from "zod";
import type { JsonValue } from "../json.js";
import { stateSchemaNature } from "./state-schema.js";

/**
 * One step from a version of a state to the next. It gets the stored JSON, which is its own to change, and returns the
 * JSON of the next version. It may be called again for the same state (after a run that failed), so it has to be pure.
 */
export type StateMigration = (state: JsonValue) => JsonValue | Promise<JsonValue>;

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
 * A step whose input is typed, and checked, by the schema the state had before.
 *
 * @param schema What the earlier version looked like.
 * @param migrate Makes the next version out of it.
 */
export function migrateFrom<Schema extends z.ZodType>(
  schema: Schema,
  migrate: (state: z.output<Schema>) => JsonValue | Promise<JsonValue>,
): StateMigration {
  return (state) => migrate(schema.parse(state));
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
  if (!Number.isSafeInteger(state.version) || state.version < 1) {
    throw new TypeError(`A state's version is a whole number from 1 on, and ${String(state.version)} is none.`);
  }
  assertStepwise(state.version, state.migrations ?? {});
  const { fault } = stateSchemaNature(state.schema);
  if (fault !== undefined) {
    throw new TypeError(`The state's schema cannot be stored: ${fault}`);
  }
  return state;
}

function assertStepwise(version: number, migrations: Readonly<Record<number, StateMigration>>): void {
  const targets = Object.keys(migrations).map(Number);
  for (const target of targets) {
    if (!Number.isInteger(target) || target < 2 || target > version) {
      throw new TypeError(
        `There is a migration to version ${target}; they lead to 2 and up to ${version}, the state's.`,
      );
    }
    if (typeof migrations[target] !== "function") {
      throw new TypeError(`The migration to version ${target} is no function.`);
    }
  }
  for (let target = Math.min(...targets); target <= version; target += 1) {
    if (!targets.includes(target)) {
      throw new TypeError(`The migrations have a hole: none leads to version ${target}.`);
    }
  }
}
