import { hash } from "node:crypto";

// UUIDv5 of "nemo-agent-toolkit" in the DNS namespace, so that a cookie means the same user here as in that toolkit.
const namespace = Buffer.from("a75ed83e6f4f5304b93a44ed1114749e", "hex");
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The user id of a `nat-session` cookie: the UUIDv5 of its value. `alice` is 7b031fd4-714b-598e-b755-a517d069edc5. */
export function userIdOfSessionCookie(value: string): string {
  return uuidOf(value);
}

/**
 * The user id of a subject as its issuer knows it: the UUIDv5 of (issuer, NUL, subject). Neither issuers nor the values of
 * session cookies hold a NUL, so that no two of them ever lead to one user.
 */
export function userIdOfSubject(issuer: string, subject: string): string {
  return uuidOf(`${issuer}\0${subject}`);
}

function uuidOf(name: string): string {
  const digest = hash("sha1", Buffer.concat([namespace, Buffer.from(name, "utf8")]), "hex");
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

/** Whether a text is a UUID, as user ids, run ids and execution ids are. */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/** The user id of the session cookie a person writes out as `name`. */
export function userIdOfCookieName(name: string): string {
  // A cookie's bytes reach the server one by one, as header values do, so `zoé` arrives as `zoÃ©`.
  return userIdOfSessionCookie(Buffer.from(name, "utf8").toString("latin1"));
}

/** The user id a person may mean: a UUID is taken as it is, in lower case; anything else is the value of a cookie. */
export function userIdOf(name: string): string {
  return isUuid(name) ? name.toLowerCase() : userIdOfCookieName(name);
}
