import { type JsonValue, StoredStateError } from "@alcove/plugin-api";
import type { ComponentPlan } from "../plan/application-plan.js";
import { storedForm } from "./state-json.js";

/** A value as a store gave it out. */
export interface StoredVersion {
  readonly version: number;
  readonly value: JsonValue;
}

interface Versioned<Step> {
  readonly version: number;
  readonly migrations?: Readonly<Record<number, Step>>;
}

/** What messages call the value, and who reads it. */
interface Names {
  /** E.g. `state of notepad`. */
  readonly what: string;
  /** See {@link readerName}. */
  readonly reader: string;
}

/**
 * Brings a stored value to the version that is declared, one step after the other. Nothing is stored here.
 *
 * @param take Takes a step.
 * @throws STATE_VERSION_UNSUPPORTED when it is newer, or older than the first step can take; STATE_MIGRATION_FAILED.
 */
export async function migrateStored<Step>(
  { what, reader }: Names,
  declaration: Versioned<Step>,
  stored: StoredVersion,
  take: (step: Step, value: JsonValue) => JsonValue | Promise<JsonValue>,
): Promise<JsonValue> {
  let { value } = stored;
  for (const [version, step] of stepsFor({ what, reader }, declaration, stored.version)) {
    try {
      // A copy, so that the next step may change what it gets.
      value = JSON.parse(storedForm(`The ${what}`, await take(step, value)).json) as JsonValue;
    } catch (cause) {
      throw new StoredStateError(
        "STATE_MIGRATION_FAILED",
        `The stored ${what} could not be migrated from version ${version - 1} to ${version} by ` +
          `${reader}: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }
  return value;
}

/** Who reads the stored values of a component: its type, and the package in its version. */
export function readerName({ type }: ComponentPlan): string {
  return `${type.qualifiedName} of ${type.plugin.packageName} ${type.plugin.version}`;
}

/** All steps, found before the first is taken. */
function stepsFor<Step>(
  { what, reader }: Names,
  { version, migrations = {} }: Versioned<Step>,
  storedVersion: number,
): [version: number, step: Step][] {
  const oldest = Math.min(version, ...Object.keys(migrations).map((target) => Number(target) - 1));
  if (storedVersion > version || storedVersion < oldest) {
    const readable = oldest === version ? `version ${version}` : `versions ${oldest} to ${version}`;
    throw new StoredStateError(
      "STATE_VERSION_UNSUPPORTED",
      `The stored ${what} has version ${storedVersion}; ${reader} reads ${readable}.`,
    );
  }
  return Object.entries(migrations)
    .map(([target, step]): [number, Step] => [Number(target), step])
    .filter(([target]) => target > storedVersion)
    .sort(([one], [other]) => one - other);
}
