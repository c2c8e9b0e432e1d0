import { StoredStateError } from "@alcove/plugin-api";

/**
 * A state as JSON text.
 *
 * @throws STATE_INVALID when JSON cannot hold it: `JSON.stringify` would drop or change such values without a word.
 */
export function stateAsJson(componentName: string, state: object): string {
  const fault = findUnstorable(state, []);
  if (fault !== undefined) {
    throw new StoredStateError(
      "STATE_INVALID",
      `The state of ${componentName} holds ${fault.what} at ${fault.path.join(".") || "its root"}, which JSON cannot hold.`,
    );
  }
  return JSON.stringify(state);
}

interface Fault {
  readonly what: string;
  readonly path: readonly (string | number)[];
}

// States nest as deep as a schema says; a cycle shows as a depth no schema has.
const MAX_DEPTH = 200;

function findUnstorable(value: unknown, path: readonly (string | number)[]): Fault | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : { what: String(value), path };
    case "object":
      return value === null ? undefined : findUnstorableIn(value, path);
    default:
      return { what: value === undefined ? "undefined" : `a ${typeof value}`, path };
  }
}

function findUnstorableIn(value: object, path: readonly (string | number)[]): Fault | undefined {
  if (path.length > MAX_DEPTH) {
    return { what: "a cycle", path: path.slice(0, 8) };
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const fault = findUnstorable(value[index], [...path, index]);
      if (fault !== undefined) {
        return fault;
      }
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return { what: `a ${value.constructor?.name ?? "foreign object"}`, path };
  }
  for (const [key, item] of Object.entries(value)) {
    const fault = findUnstorable(item, [...path, key]);
    if (fault !== undefined) {
      return fault;
    }
  }
  return undefined;
}
