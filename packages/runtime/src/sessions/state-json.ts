import { StoredStateError } from "@alcove/plugin-api";

/**
 * A state as JSON text. The state is frozen all the way down: from here on it is what is stored, and whoever still holds
 * a part of it cannot change it any more.
 *
 * @throws STATE_INVALID when JSON cannot hold it: `JSON.stringify` would drop or change such values without a word.
 */
export function stateAsJson(componentName: string, state: unknown): string {
  if (!freezeStorable(state, 0)) {
    const { what, path } = findFault(state, []);
    throw new StoredStateError(
      "STATE_INVALID",
      `The state of ${componentName} holds ${what} at ${path.join(".") || "its root"}, which JSON cannot hold. Leave it out, or store something else in its place.`,
    );
  }
  return JSON.stringify(state);
}

// States nest as deep as a schema says; a cycle shows as a depth no schema has.
const MAX_DEPTH = 200;

// Values that were found storable and frozen, with everything in them. They cannot change any more, so a state that
// shares them with the one before costs nothing for them. It holds no data of anybody: only the knowledge that.
const frozenStorable = new WeakSet<object>();

/** Whether JSON can hold a value; if so it is frozen. Where the fault is, is asked for only when there is one. */
function freezeStorable(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      return value === null || frozenStorable.has(value) || freezeEntries(value, depth);
    default:
      return false;
  }
}

function freezeEntries(value: object, depth: number): boolean {
  if (depth > MAX_DEPTH || !isPlainData(value)) {
    return false;
  }
  for (const item of Object.values(value)) {
    if (!freezeStorable(item, depth + 1)) {
      return false;
    }
  }
  frozenStorable.add(Object.freeze(value));
  return true;
}

/** An array without holes or a plain object, of which JSON.stringify writes every property as it is. */
function isPlainData(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  const isList = Array.isArray(value);
  if (isList ? prototype !== Array.prototype : prototype !== Object.prototype && prototype !== null) {
    return false;
  }
  const keys = Reflect.ownKeys(value);
  const count = Object.keys(value).length;
  if (isList ? count !== value.length || keys.length !== count + 1 : keys.length !== count) {
    return false;
  }
  return keys.every((key) => "value" in (Object.getOwnPropertyDescriptor(value, key) ?? {}));
}

interface Fault {
  readonly what: string;
  readonly path: readonly (string | number)[];
}

/** The first thing in a value that is not storable. */
function findFault(value: unknown, path: readonly (string | number)[]): Fault {
  if (path.length > MAX_DEPTH) {
    return { what: `a cycle, or more than ${MAX_DEPTH} levels,`, path: path.slice(0, 8) };
  }
  if (typeof value !== "object" || value === null) {
    const isShown = typeof value === "number" || value === undefined;
    return { what: isShown ? String(value) : `a ${typeof value}`, path };
  }
  if (!isPlainData(value)) {
    return { what: describeObject(value), path };
  }
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const [key, item] = entries.find(([, each]) => !freezeStorable(each, path.length + 1)) ?? ["", undefined];
  return findFault(item, [...path, key]);
}

function describeObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null || prototype === Array.prototype) {
    return "an object with hidden, computed, missing or symbol properties";
  }
  return `a ${value.constructor?.name ?? "foreign object"}`;
}

/** The way to the first place at which two JSON values differ; `undefined` when they are the same. */
export function firstDifference(
  left: unknown,
  right: unknown,
  path: readonly (string | number)[],
): readonly (string | number)[] | undefined {
  if (left === right) {
    return undefined;
  }
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) {
    return Object.is(left, right) ? undefined : path;
  }
  const keys = Object.keys(left);
  if (Array.isArray(left) !== Array.isArray(right) || keys.length !== Object.keys(right).length) {
    return [...path, ...keys.filter((key) => !Object.hasOwn(right, key)).slice(0, 1)];
  }
  for (const key of keys) {
    const difference = Object.hasOwn(right, key)
      ? firstDifference((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key], path)
      : [];
    if (difference !== undefined) {
      return [...path, key, ...difference.slice(path.length)];
    }
  }
  return undefined;
}
