import { createHash } from "node:crypto";
import { AlcoveError } from "@alcove/plugin-api";

/** The longest key, in bytes of UTF-8. What is made of it has three times as many at most. */
const MAX_KEY_BYTES = 256;
const LONGEST_QUOTED = 80;

/**
 * A key as drivers get it: what is neither a small letter, a digit nor one of `/ . _ -` becomes `=` and two hexadecimal digits for
 * each of its bytes. So no key means anything to a file system, an URL or a proxy, none is the same as another one where
 * capitals or Unicode forms do not count, and what begins keys begins what is made of them.
 *
 * @throws OBJECT_KEY_INVALID
 */
export function encodeKey(key: string): string {
  assertKey(key, faultOf(key, MAX_KEY_BYTES));
  return escaped(key);
}

/** The same for the beginning of keys, which may end anywhere, and be empty. @throws OBJECT_KEY_INVALID */
export function encodePrefix(prefix: string): string {
  if (prefix !== "") {
    // What is wrong with a beginning is wrong whatever follows, such as one more character.
    assertKey(prefix, faultOf(typeof prefix === "string" ? `${prefix}x` : prefix, MAX_KEY_BYTES + 1));
  }
  return escaped(prefix);
}

/** What {@link encodeKey} was given. @throws URIError for what did not come out of it. */
export function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll("%", "%25").replace(/=([0-9a-f]{2})/g, "%$1"));
}

/** A name as one segment of a key: no two are the same, whatever characters they hold, and however long they are. */
export function encodeSegment(name: string): string {
  const segment = escaped(name).replaceAll("/", "=2f").replaceAll(".", "=2e");
  return segment.length > 64 || segment === "" ? digest(name) : segment;
}

/** A name nobody can read in a segment of a key. */
export function digest(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 40);
}

function escaped(text: string): string {
  return text.replace(
    /[^a-z0-9/._-]/gu,
    (character) =>
      `=${Buffer.from(character)
        .toString("hex")
        .replace(/..(?=.)/g, "$&=")}`,
  );
}

function assertKey(given: unknown, fault: string | undefined): void {
  if (fault !== undefined) {
    const quoted = typeof given === "string" ? JSON.stringify(given.slice(0, LONGEST_QUOTED)) : `a ${typeof given}`;
    throw new AlcoveError("OBJECT_KEY_INVALID", `${quoted} cannot be a key of an object: ${fault}.`);
  }
}

function faultOf(key: unknown, maxBytes: number): string | undefined {
  if (typeof key !== "string") {
    return "it is no text";
  }
  if (key === "") {
    return "it is empty";
  }
  if (Buffer.byteLength(key) > maxBytes) {
    return `it has more than ${MAX_KEY_BYTES} bytes`;
  }
  if (/[\p{Cc}\p{Cs}\\]/u.test(key)) {
    return "it holds a control character, a backslash or half a character";
  }
  return key.split("/").some((segment) => segment === "" || segment === "." || segment === "..")
    ? 'a part of it between "/" is empty, "." or ".."'
    : undefined;
}
