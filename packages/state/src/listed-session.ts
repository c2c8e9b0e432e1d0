import { StoredStateError } from "@alcove/plugin-api";
import { sessionKeyOf } from "./entry-keys.js";
import type { WalkedSession } from "./entry-walk.js";
import type { StoredSession } from "./session-store.js";
import type { ListedSession } from "./session-store-tools.js";
import { decodeSessionAndKey, type FoundSession } from "./stored-session.js";

/** What a list says of an entry that was found, whatever that is. */
export function listedSession(found: WalkedSession, nowMs: number): ListedSession {
  return listedWithLists(found, nowMs).listed;
}

/** The same, and the lists whose items are records of the session; none of a damaged one. */
export function listedWithLists(
  { name, value, rows, isRest }: WalkedSession,
  nowMs: number,
): { readonly listed: ListedSession; readonly lists: StoredSession["collections"] } {
  let key = isRest ? undefined : sessionKeyOf(name);
  let figures: ListedSession["figures"];
  let lists: StoredSession["collections"] = new Map();
  const damaged = damageOf(() => {
    const decoded = decodeSessionAndKey(name, { value, rows });
    const { revision, createdAtMs, lastActivityAtMs, expiresAtMs, runsCompleted } = decoded.session;
    key ??= decoded.key;
    lists = decoded.session.collections;
    const isExpired = expiresAtMs <= nowMs;
    figures = { revision, createdAtMs, lastActivityAtMs, expiresAtMs, isExpired, runsCompleted };
  });
  return { listed: { entry: name, key, bytes: bytesOfSession({ value, rows }), figures, damaged }, lists };
}

/** How large a session is with all its component states. */
function bytesOfSession({ value, rows }: FoundSession): number {
  return Array.from(rows.values()).reduce<number>((sum, row) => sum + bytesOf(row), bytesOf(value));
}

/** What is wrong with an entry, if reading it finds something. */
export function damageOf(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof StoredStateError) {
      return error.message;
    }
    throw error;
  }
}

/** How large what is stored is. */
export function bytesOf(value: unknown): number {
  return typeof value === "string" || Buffer.isBuffer(value) ? Buffer.byteLength(value) : 0;
}
