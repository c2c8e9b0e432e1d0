/**
 * One text for every value that is plain JSON: equal values have equal texts, whatever the order of their keys.
 * `undefined` for whatever is something else, at any depth; keys whose value is `undefined` count as left out.
 */
export function canonicalText(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    return joined(value.map(canonicalText), "[", "]");
  }
  if (isPlainObject(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    const texts = entries
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, item]) => {
        const text = canonicalText(item);
        return text === undefined ? undefined : `${JSON.stringify(key)}:${text}`;
      });
    return joined(texts, "{", "}");
  }
  const isScalar = value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
  return isScalar ? JSON.stringify(value) : undefined;
}

function joined(texts: readonly (string | undefined)[], open: string, close: string): string | undefined {
  return texts.includes(undefined) ? undefined : `${open}${texts.join()}${close}`;
}

function isPlainObject(value: unknown): value is object {
  const prototype: unknown = typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined;
  return prototype === Object.prototype || prototype === null;
}
