import { StoreError } from "@alcove/plugin-api";

/** How long the text of a session, and of each of its records, may be where nothing else is said: 16 MiB. */
export const defaultMaxSessionBytes = 16 * 1024 * 1024;

/**
 * Refuses a text that is longer than a limit in bytes, before any of it is written.
 *
 * @throws StoreError STATE_TOO_LARGE.
 */
export function assertWithin(limitBytes: number, what: string, text: string): void {
  // A UTF-16 code unit takes three bytes at most, so most texts need not be measured.
  if (text.length * 3 <= limitBytes) {
    return;
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > limitBytes) {
    throw new StoreError(
      "STATE_TOO_LARGE",
      `${what} would take ${bytes} bytes, and the limit is ${limitBytes}. Nothing was changed.`,
    );
  }
}
