import { storedRecordName } from "./record-names.js";
import type { CommittedComponentState } from "./session-store.js";

/** A component with more characters of JSON than this has a row of its own, and is written only when it changes. */
const mostCharactersInEntry = 2_000;
/** So long a name still fits into a record's name when each of its characters has to be escaped. */
const longestNameOfRow = 190;

/**
 * What every component row's name begins with, and stands before. No record can have such a name: its stored form has
 * no such character in it, and the end of all stored names is this character itself.
 */
export const componentRowMark = "\u007f";

/** Whether a component's state has a row of its own beside the session's entry, instead of a place in it. */
export function hasComponentRow(name: string, component: CommittedComponentState): boolean {
  return jsonLengthOf(component) > mostCharactersInEntry && name.length <= longestNameOfRow;
}

/** How many characters of JSON a component's state takes. */
export function jsonLengthOf(component: CommittedComponentState): number {
  return component.jsonLength ?? component.json.length;
}

/** What a component's row is called among the records of its session. */
export function componentRowName(name: string): string {
  return `${componentRowMark}/${storedRecordName(name)}`;
}
