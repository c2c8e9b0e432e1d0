import { RequestError } from "../errors/request-error.js";

/** What browsers keep of one cookie. */
const MAX_VALUE_LENGTH = 4096;

/**
 * The value of a cookie in a `Cookie` header, or `undefined` when there is none of this name or an empty one. Spaces
 * around it are dropped and quotes are taken off, so that `"alice"` and `alice` are the same.
 *
 * @throws RequestError IDENTITY_CONFLICT when the header holds two that differ; REQUEST_INVALID when it is too long, or
 * holds a NUL
 */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  if (header === undefined) {
    return undefined;
  }
  let found: string | undefined;
  for (const pair of header.split(";")) {
    const value = valueOfPair(pair, name);
    if (value === undefined || value === "") {
      continue;
    }
    if (found !== undefined && found !== value) {
      throw new RequestError(
        "IDENTITY_CONFLICT",
        `The request carries two different ${name} cookies. Send one; a browser may hold a second one for another path or domain.`,
      );
    }
    found = value;
  }
  if (found !== undefined && found.length > MAX_VALUE_LENGTH) {
    throw new RequestError(
      "REQUEST_INVALID",
      `The cookie ${name} is ${found.length} characters long. At most ${MAX_VALUE_LENGTH} are accepted.`,
    );
  }
  if (found?.includes("\0") === true) {
    throw new RequestError("REQUEST_INVALID", `The cookie ${name} holds a NUL, which no user's name has.`);
  }
  return found;
}

function valueOfPair(pair: string, name: string): string | undefined {
  const equals = pair.indexOf("=");
  if (equals === -1 || pair.slice(0, equals).trim() !== name) {
    return undefined;
  }
  return unquoted(pair.slice(equals + 1).trim());
}

function unquoted(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) {
    return value;
  }
  return value
    .slice(1, -1)
    .replace(/\\([0-3][0-7]{2}|.)/g, (_, escaped: string) =>
      escaped.length === 3 ? String.fromCharCode(Number.parseInt(escaped, 8)) : escaped,
    );
}
