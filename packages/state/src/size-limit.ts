import { StoreError } from "@alcove/plugin-api";
import { jsonLengthOf } from "./component-rows.js";
import type { CommittedComponentState } from "./session-store.js";

/** How long the text of a session, and of each of its records, may be where nothing else is said: 16 MiB. */
export const defaultMaxSessionBytes = 16 * 1024 * 1024;

/**
 * Refuses a text that is longer than a limit in bytes, together with the components beside it, before anything is written.
 *
 * @throws StoreError STATE_TOO_LARGE.
 */
export function assertWithin(
  limitBytes: number,
  what: string,
  text: string,
  beside: readonly CommittedComponentState[] = [],
): void {
  const characters = beside.reduce((sum, component) => sum + jsonLengthOf(component), text.length);
  // A UTF-16 code unit takes three bytes at most, so most texts need not be measured.
  if (characters * 3 <= limitBytes) {
    return;
  }
  const bytes = beside.reduce((sum, { json }) => sum + Buffer.byteLength(json), Buffer.byteLength(text));
  if (bytes > limitBytes) {
    throw new StoreError(
      "STATE_TOO_LARGE",
      `${what} would take ${bytes} bytes, and the limit is ${limitBytes}. Nothing was changed.`,
    );
  }
}
