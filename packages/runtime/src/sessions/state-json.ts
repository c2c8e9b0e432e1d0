import { StoredStateError } from "@alcove/plugin-api";

/** A state or an item in the form in which it is stored. */
export interface StoredForm {
  /** Plain data, frozen all the way down, that nobody else holds a part of. */
  readonly value: unknown;
  readonly json: string;
}

/**
 * The stored form of a state or an item. Parts that were stored before are taken over as they are; of everything else a copy is
 * made, so that whatever a function left behind, memory and disk hold the same.
 *
 * @param what What messages call it, as the beginning of a sentence: `The state of notepad`.
 * @throws STATE_INVALID when JSON cannot hold it: `JSON.stringify` would drop or change such values without a word.
 */
export function storedForm(what: string, live: unknown): StoredForm {
  const value = storableCopy(live, 0);
  if (value === unstorable) {
    const { found, path } = findFault(live, []);
    throw new StoredStateError(
      "STATE_INVALID",
      `${what} holds ${found} at ${path.join(".") || "its root"}, which JSON cannot hold. Leave it out, or store something else in its place.`,
    );
  }
  return { value, json: JSON.stringify(value) };
}

// States nest as deep as a schema says; a cycle shows as a depth no schema has.
const MAX_DEPTH = 200;

const unstorable = Symbol("unstorable");

// Values that were made here: plain data, frozen with everything in it. They cannot change any more, so a state that
// shares them with the one before costs nothing for them. It holds no data of anybody: only the knowledge that.
const storedValues = new WeakSet<object>();

/** A frozen copy of what JSON can hold, or `unstorable`. Where the fault is, is asked for only when there is one. */
function storableCopy(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : unstorable;
    case "object":
      if (value === null || storedValues.has(value)) {
        return value;
      }
      return depth > MAX_DEPTH || !isPlainData(value) ? unstorable : copyOf(value, depth);
    default:
      return unstorable;
  }
}

function copyOf(value: object, depth: number): unknown {
  const copy = Array.isArray(value) ? copyOfList(value, depth) : copyOfObject(value as Record<string, unknown>, depth);
  if (typeof copy === "object") {
    storedValues.add(Object.freeze(copy));
  }
  return copy;
}

function copyOfList(list: readonly unknown[], depth: number): unknown[] | typeof unstorable {
  const copy = new Array<unknown>(list.length);
  for (let index = 0; index < list.length; index += 1) {
    const item = storableCopy(list[index], depth + 1);
    if (item === unstorable) {
      return unstorable;
    }
    copy[index] = item;
  }
  return copy;
}

function copyOfObject(object: Readonly<Record<string, unknown>>, depth: number): object | typeof unstorable {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(object)) {
    const item = storableCopy(object[key], depth + 1);
    if (item === unstorable) {
      return unstorable;
    }
    if (key === "__proto__") {
      // An assignment would set the prototype.
      Object.defineProperty(copy, key, { value: item, enumerable: true, configurable: true, writable: true });
    } else {
      copy[key] = item;
    }
  }
  return copy;
}

/** An array without holes or a plain object, and nothing in it that JSON.stringify would pass over. */
function isPlainData(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    // All indexes and the length: no hole, no property of another name.
    return prototype === Array.prototype && Reflect.ownKeys(value).length === value.length + 1;
  }
  const isPlain = prototype === Object.prototype || prototype === null;
  return isPlain && Reflect.ownKeys(value).length === Object.keys(value).length;
}

interface Fault {
  readonly found: string;
  readonly path: readonly (string | number)[];
}

/** The first thing in a value that is not storable. */
function findFault(value: unknown, path: readonly (string | number)[]): Fault {
  if (path.length > MAX_DEPTH) {
    return { found: `a cycle, or more than ${MAX_DEPTH} levels,`, path: path.slice(0, 8) };
  }
  if (typeof value !== "object" || value === null) {
    const isShown = typeof value === "number" || value === undefined;
    return { found: isShown ? String(value) : `a ${typeof value}`, path };
  }
  if (!isPlainData(value)) {
    return { found: describeObject(value), path };
  }
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const [key, item] = entries.find(([, each]) => storableCopy(each, path.length + 1) === unstorable) ?? ["", undefined];
  return findFault(item, [...path, key]);
}

function describeObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null || prototype === Array.prototype) {
    return "an object with hidden, missing or symbol properties";
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
  if (Array.isArray(left) && Array.isArray(right)) {
    return firstDifferenceOfLists(left, right, path);
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

function firstDifferenceOfLists(
  left: readonly unknown[],
  right: readonly unknown[],
  path: readonly (string | number)[],
): readonly (string | number)[] | undefined {
  if (left.length !== right.length) {
    return path;
  }
  for (let index = 0; index < left.length; index += 1) {
    const difference = left[index] === right[index] ? undefined : firstDifference(left[index], right[index], path);
    if (difference !== undefined) {
      return [...path, index, ...difference.slice(path.length)];
    }
  }
  return undefined;
}
