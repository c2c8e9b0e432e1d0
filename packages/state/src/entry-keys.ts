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

function escapeUnit(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
