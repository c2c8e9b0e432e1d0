import { StoredStateError } from "@alcove/plugin-api";

/** A state or an item in the form in which it is stored. */
export interface StoredForm {
  /** Plain data that nobody else holds a part of, and that is frozen all the way down. */
  readonly value: unknown;
  readonly json: string;
}

/**
 * The stored form of a state or an item. Of everything that was not stored before a copy is made, so that whatever a function left
 * behind, memory and disk hold the same.
 *
 * @param what What messages call it, as the beginning of a sentence: `The state of notepad`.
 * @throws STATE_INVALID when JSON cannot hold it: `JSON.stringify` would drop or change such values without a word.
 */
export function storedForm(what: string, live: unknown, previous?: object | undefined): StoredForm {
  const value = storableCopy(live, previous, 0);
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

/** A frozen copy of what JSON can hold, or `unstorable`. Where the fault is, is asked for only when there is one. */
function storableCopy(value: unknown, previous: unknown, depth: number): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : unstorable;
    case "object":
      if (value === null || value === previous) {
        return value;
      }
      if (depth > MAX_DEPTH || !isPlainData(value)) {
        return unstorable;
      }
      return Array.isArray(value)
        ? copyOfList(value, previous, depth)
        : copyOfObject(value as Record<string, unknown>, previous, depth);
    default:
      return unstorable;
  }
}

function copyOfList(list: readonly unknown[], previous: unknown, depth: number): unknown {
  const before: readonly unknown[] = Array.isArray(previous) ? previous : [];
  let stored: ReadonlySet<unknown> | undefined;
  const copy = new Array<unknown>(list.length);
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index];
    if (typeof item === "object" && item !== before[index]) {
      // Items that only moved, because others came or went before them, are found wherever they were.
      stored ??= new Set(before);
    }
    copy[index] = stored?.has(item) === true ? item : storableCopy(item, before[index], depth + 1);
    if (copy[index] === unstorable) {
      return unstorable;
    }
  }
  return Object.freeze(copy);
}

function copyOfObject(object: Readonly<Record<string, unknown>>, previous: unknown, depth: number): unknown {
  const before = (typeof previous === "object" ? previous : null) as Readonly<Record<string, unknown>> | null;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(object)) {
    const item = storableCopy(object[key], before?.[key], depth + 1);
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
  return Object.freeze(copy);
}

/** An array without holes or a plain object, and nothing in it that JSON.stringify would pass over. */
function isPlainData(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Object.getOwnPropertySymbols(value).length > 0) {
    return false;
  }
  const keyCount = Object.keys(value).length;
  if (Array.isArray(value)) {
    // A hole is a key too few, unless a property of another name makes up for it; then it is copied as an `undefined`.
    return prototype === Array.prototype && keyCount === value.length;
  }
  const isPlain = prototype === Object.prototype || prototype === null;
  return isPlain && keyCount === Object.getOwnPropertyNames(value).length;
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
  const [key, item] = entries.find(([, each]) => storableCopy(each, undefined, path.length + 1) === unstorable) ?? [
    "",
    undefined,
  ];
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
