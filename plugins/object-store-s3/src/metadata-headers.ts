/**
 * Labels as they go into headers, which hold printable ASCII only. Each value is percent-encoded, so that every text comes back as it
 * was, and none can end a header.
 */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, encodeURIComponent(value)]));
}

/** What {@link encodeMetadata} was given; a value that did not come out of it is left as it is. */
export function decodeMetadata(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, decoded(value)]));
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
