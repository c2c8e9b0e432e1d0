import { isReference, type Reference } from "@alcove/plugin-api";

/** A reference and where in the component's configuration it stands. */
export interface PlacedReference {
  readonly reference: Reference;
  readonly path: readonly (string | number)[];
}

/** Every reference in a parsed configuration, in the order in which it is written. */
export function collectReferences(value: unknown, path: readonly (string | number)[] = []): PlacedReference[] {
  if (isReference(value)) {
    return [{ reference: value, path }];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => collectReferences(item, [...path, index]));
  }
  if (isPlainObject(value)) {
    return Object.entries(value).flatMap(([key, item]) => collectReferences(item, [...path, key]));
  }
  return [];
}

/** A deeply frozen copy of a parsed configuration in which every reference has been replaced. */
export function bindReferences(value: unknown, resolve: (reference: Reference) => unknown): unknown {
  if (isReference(value)) {
    return resolve(value);
  }
  if (Array.isArray(value)) {
    return Object.freeze(value.map((item) => bindReferences(item, resolve)));
  }
  if (isPlainObject(value)) {
    // fromEntries defines keys rather than assigning them, so that "__proto__" stays an ordinary key.
    return Object.freeze(
      Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bindReferences(item, resolve)])),
    );
  }
  return value;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
