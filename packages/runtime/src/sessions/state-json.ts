import { StoredStateError } from "@alcove/plugin-api";

/**
 * A state as JSON text.
 *
 * @throws STATE_INVALID when JSON cannot hold it.
 */
export function stateAsJson(componentName: string, state: object): string {
  assertJson(componentName, state);
  return JSON.stringify(state);
}

/**
 * Makes sure that JSON can hold a state: `JSON.stringify` would drop or change what it cannot hold without a word.
 *
 * @throws STATE_INVALID
 */
export function assertJson(componentName: string, state: unknown): void {
  if (!isStorable(state, 0)) {
    const { what, path } = findFault(state, []);
    throw new StoredStateError(
      "STATE_INVALID",
      `The state of ${componentName} holds ${what} at ${path.join(".") || "its root"}, which JSON cannot hold.`,
    );
  }
}

// States nest as deep as a schema says; a cycle shows as a depth no schema has.
const MAX_DEPTH = 200;

/** Whether JSON can hold a value. Walks it without remembering where it is: that is asked for only when it cannot. */
function isStorable(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      return value === null || (depth <= MAX_DEPTH && areEntriesStorable(value, depth));
    default:
      return false;
  }
}

function areEntriesStorable(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    // Not every(), which passes over holes.
    for (let index = 0; index < value.length; index += 1) {
      if (!isStorable(value[index], depth + 1)) {
        return false;
      }
    }
    return true;
  }
  if (!isPlain(value)) {
    return false;
  }
  for (const key of Object.keys(value)) {
    if (!isStorable((value as Record<string, unknown>)[key], depth + 1)) {
      return false;
    }
  }
  return true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

interface Fault {
  readonly what: string;
  readonly path: readonly (string | number)[];
}

/** The first thing in a value that is not storable. */
function findFault(value: unknown, path: readonly (string | number)[]): Fault {
  if (path.length > MAX_DEPTH) {
    return { what: "a cycle", path: path.slice(0, 8) };
  }
  if (typeof value !== "object" || value === null) {
    const isShown = typeof value === "number" || value === undefined;
    return { what: isShown ? String(value) : `a ${typeof value}`, path };
  }
  if (!Array.isArray(value) && !isPlain(value)) {
    return { what: `a ${value.constructor?.name ?? "foreign object"}`, path };
  }
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const [key, item] = entries.find(([, each]) => !isStorable(each, path.length + 1)) ?? ["", undefined];
  return findFault(item, [...path, key]);
}
