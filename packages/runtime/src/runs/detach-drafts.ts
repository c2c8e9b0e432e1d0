import { current, isDraft } from "immer";

/**
 * The value with every draft of state in it, which dies with the run, replaced by a plain copy. A value without drafts
 * is returned as it is.
 */
export function detachDrafts(value: unknown): unknown {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (isDraft(value)) {
    return current(value);
  }
  if (Array.isArray(value)) {
    const items = value.map(detachDrafts);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  const entries = Object.entries(value).map(([key, item]): [string, unknown, boolean] => {
    const detached = detachDrafts(item);
    return [key, detached, detached !== item];
  });
  return entries.some(([, , isChanged]) => isChanged)
    ? Object.fromEntries(entries.map(([key, item]) => [key, item]))
    : value;
}
