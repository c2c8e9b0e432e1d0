import { createHash } from "node:crypto";
import type { SessionKey } from "./session-store.js";

/** The key of the entry that holds the latest time the store has recorded. No session's key can be equal to it. */
export const recordedTimeEntryKey = "store/recorded-time";

const longestEscapedPart = 120;

/**
 * The key of a session's entry, e.g. `session/todo/7b031fd4-714b-598e-b755-a517d069edc5`.
 *
 * No two sessions have the same one: a part never holds a slash, and entries a session may have besides go below this
 * key, so that a range of keys is all that is one session's.
 */
export function sessionEntryKey({ application, userId }: SessionKey): string {
  return `session/${escapePart(application)}/${escapePart(userId)}`;
}

/** Lower and upper case stay apart, lone surrogates too, and `~` marks a hash, because no escaped text can hold one. */
function escapePart(part: string): string {
  const escaped = part.replace(/[^A-Za-z0-9._-]/g, escapeUnit);
  return escaped.length <= longestEscapedPart ? escaped : `~${createHash("sha256").update(escaped).digest("hex")}`;
}

/** Whose entry this is; `undefined` where a part was too long and only its hash is in the key, or it is no session's. */
export function sessionKeyOf(entryKey: string): SessionKey | undefined {
  const [, application, userId] = entryKey.split("/");
  if (!isSessionEntryKey(entryKey) || application === undefined || userId === undefined) {
    return undefined;
  }
  const isHashed = application.startsWith("~") || userId.startsWith("~");
  return isHashed ? undefined : { application: unescapePart(application), userId: unescapePart(userId) };
}

/** Whether this is the key of a session's entry, and not of a record below one. */
export function isSessionEntryKey(entryKey: string): boolean {
  return /^session\/[^/]*\/[^/]*$/.test(entryKey);
}

/** Whether the entry's key holds a hash in the place of a part, so that the entry itself has to say whose it is. */
export function isHashedEntryKey(entryKey: string): boolean {
  return entryKey.includes("/~");
}

/** All keys of sessions, of one application or of any, lie between these two, which are none themselves. */
export function sessionEntryKeyRange(application?: string): { readonly above: string; readonly below: string } {
  const folder = application === undefined ? "session" : `session/${escapePart(application)}`;
  return { above: `${folder}/`, below: `${folder}0` };
}

function unescapePart(part: string): string {
  return part.replace(/%([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)));
}

function escapeUnit(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
