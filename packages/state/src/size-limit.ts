import { StoreError } from "@alcove/plugin-api";

/** How long the text of a session, and of each of its records, may be where nothing else is said: 16 MiB. */
export const defaultMaxSessionBytes = 16 * 1024 * 1024;

/**
 * Refuses texts that together are longer than a limit in bytes, before any of them is written.
 *
 * @throws StoreError STATE_TOO_LARGE.
 */
export function assertWithin(limitBytes: number, what: string, text: string, others: readonly string[] = []): void {
  const characters = others.reduce((sum, { length }) => sum + length, text.length);
  // A UTF-16 code unit takes three bytes at most, so most texts need not be measured.
  if (characters * 3 <= limitBytes) {
    return;
  }
  const bytes = others.reduce((sum, other) => sum + Buffer.byteLength(other), Buffer.byteLength(text));
  if (bytes > limitBytes) {
    throw new StoreError(
      "STATE_TOO_LARGE",
      `${what} would take ${bytes} bytes, and the limit is ${limitBytes}. Nothing was changed.`,
    );
  }
}
