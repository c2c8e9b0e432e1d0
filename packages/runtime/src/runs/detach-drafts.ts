import { current, isDraft } from "immer";

/** A copy of an output in which drafts of state, which die with the run, have become plain values. */
export function detachDrafts(value: unknown): unknown {
  if (isDraft(value)) {
    return current(value);
  }
  if (Array.isArray(value)) {
    return value.map(detachDrafts);
  }
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, detachDrafts(item)]));
  }
  return value;
}
