import { type JsonValue, type StateDeclaration, type StateMigration, StoredStateError } from "@alcove/plugin-api";
import type { ComponentPlan } from "../plan/application-plan.js";
import { storedForm } from "./state-json.js";

/** A state as a store gave it out. */
interface VersionedState {
  readonly version: number;
  readonly state: JsonValue;
}

/**
 * Brings a stored state to the version the component declares, one step after the other. Nothing is stored here.
 *
 * @throws STATE_VERSION_UNSUPPORTED when it is newer, or older than the first step can take; STATE_MIGRATION_FAILED.
 */
export async function migrateState(
  component: ComponentPlan,
  declaration: StateDeclaration,
  stored: VersionedState,
): Promise<JsonValue> {
  let { state } = stored;
  for (const [version, migrate] of stepsFor(component, declaration, stored.version)) {
    try {
      // A copy, so that the next step may change what it gets.
      state = JSON.parse(storedForm(component.name, await migrate(state), { freezesLists: false }).json) as JsonValue;
    } catch (cause) {
      throw new StoredStateError(
        "STATE_MIGRATION_FAILED",
        `The stored state of ${component.name} could not be migrated from version ${version - 1} to ${version} by ` +
          `${nameOf(component)}: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }
  return state;
}

/** All steps, found before the first is taken. */
function stepsFor(
  component: ComponentPlan,
  { version, migrations = {} }: StateDeclaration,
  storedVersion: number,
): [version: number, step: StateMigration][] {
  const oldest = Math.min(version, ...Object.keys(migrations).map((target) => Number(target) - 1));
  if (storedVersion > version || storedVersion < oldest) {
    const readable = oldest === version ? `version ${version}` : `versions ${oldest} to ${version}`;
    throw new StoredStateError(
      "STATE_VERSION_UNSUPPORTED",
      `The stored state of ${component.name} has version ${storedVersion}; ${nameOf(component)} reads ${readable}.`,
    );
  }
  return Object.entries(migrations)
    .map(([target, step]): [number, StateMigration] => [Number(target), step])
    .filter(([target]) => target > storedVersion)
    .sort(([one], [other]) => one - other);
}

function nameOf({ type }: ComponentPlan): string {
  return `${type.qualifiedName} of ${type.plugin.packageName} ${type.plugin.version}`;
}
