import { StoreError } from "@alcove/plugin-api";
import type { KeyvStoreAdapter } from "keyv";
import type {
  EntryAdapter,
  EntryToStore,
  ExpiredEntries,
  FoundEntry,
  FoundRecords,
  FoundSessionEntry,
  FoundSignpost,
  MeasuredSession,
  RecordRange,
  SessionRange,
  SignpostRange,
} from "./entry-adapter.js";
import type { StoredRecordChanges } from "./record-changes.js";
import { endOfStoredNames, recordEntryKey } from "./record-names.js";
import { signpostPrefix } from "./session-store.js";
import { type EntryHead, readEntryHead } from "./stored-entry.js";
import type { FoundSession } from "./stored-session.js";
import type { WriteFailure } from "./write-failure.js";

/** A Keyv adapter the session store can be built on: a Map, or an adapter that can list what it holds. */
export type KeyvEntryStorage = Map<string, unknown> | KeyvStoreAdapter;

/**
 * Gives any Keyv adapter what {@link EntryAdapter} asks for, by reading before it writes. That is right only because the
 * store has one writer at a time; it does not hold against a second process. A record's key is its session's key and
 * its stored name.
 */
export class GuardedAdapter implements EntryAdapter {
  // One at a time: a batch could fail half-way, and nobody could tell which half.
  readonly maxEntriesPerBatch = 1;
  readonly usesComponentRows = false;
  readonly #storage: KeyvEntryStorage;
  readonly #nowMs: () => number;

  constructor(storage: KeyvEntryStorage, nowMs: () => number) {
    this.#storage = storage;
    this.#nowMs = nowMs;
  }

  async get(key: string): Promise<unknown> {
    return this.#storage.get(key);
  }

  async getSession(key: string): Promise<FoundSession | undefined> {
    const value = await this.get(key);
    return value === undefined || value === null ? undefined : { value, rows: noRows };
  }

  async setMany(entries: readonly EntryToStore[]): Promise<boolean[]> {
    const taken: boolean[] = [];
    for (const { key, value, head, room, replacesAnything = false, records } of entries) {
      const isTaken = replacesAnything || (await this.#takes(key, head));
      if (isTaken) {
        if (room !== undefined) {
          await this.#deleteRecords(key, () => true);
        }
        await this.#store(key, value);
        await this.#changeRecords(key, records);
      }
      taken.push(isTaken);
    }
    return taken;
  }

  async changeRecords(
    sessionKey: string,
    changes: StoredRecordChanges,
    expiredAtMs: number | undefined,
  ): Promise<boolean> {
    const expiresAtMs = headOf(sessionKey, await this.get(sessionKey))?.expiresAtMs;
    if (expiresAtMs === undefined || (expiredAtMs !== undefined && expiresAtMs <= expiredAtMs)) {
      return false;
    }
    await this.#changeRecords(sessionKey, changes);
    return true;
  }

  async set(key: string, value: string): Promise<boolean> {
    const [taken] = await this.setMany([{ key, value, head: readEntryHead(key, value) }]);
    return taken === true;
  }

  /** Refused: an adapter's `clear` goes by a namespace, and there is none that tells sessions from other entries. */
  async clear(): Promise<void> {
    throw new StoreError("STORE_FAILED", "A session store is not cleared; sessions are removed one by one.");
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#storage.delete(key)) === true;
  }

  async deleteExpired({ expiredAtMs, limit, except }: ExpiredEntries): Promise<number> {
    const found = await this.#allHeads();
    const kept = new Set(except);
    const isExpired = ({ key, expiresAtMs }: KeyAndHead): boolean =>
      expiresAtMs !== undefined && expiresAtMs <= expiredAtMs && !kept.has(key);
    const sessions = found
      .filter((head) => !isRecord(head.key) && isExpired(head))
      .sort(earliestFirst)
      .slice(0, limit);
    const remaining = new Set(found.map(({ key }) => key));
    for (const { key } of sessions) {
      remaining.delete(key);
    }
    const records = found.filter(
      (head) => isRecord(head.key) && (isExpired(head) || !remaining.has(sessionOf(head.key))),
    );
    const first = [...sessions, ...records].slice(0, limit);
    for (const { key } of first) {
      await this.delete(key);
    }
    return first.length;
  }

  async giveSpaceBack(): Promise<boolean> {
    return false;
  }

  async countExpiringAfter(timeMs: number): Promise<number> {
    const heads = await this.#allHeads();
    return heads.filter(({ key, expiresAtMs = 0 }) => !isRecord(key) && expiresAtMs > timeMs).length;
  }

  /** There is no index that could say anything else than the entries themselves. */
  async countMisdated(): Promise<number> {
    return 0;
  }

  async readRecords(range: RecordRange): Promise<FoundRecords | undefined> {
    const { sessionKey, from, to, direction, limit, expiredAtMs } = range;
    const session = await this.get(sessionKey);
    if (session === undefined || session === null) {
      return undefined;
    }
    const { expiresAtMs: sessionExpiresAtMs = 0 } = readEntryHead(sessionKey, String(session));
    const names = await this.#recordNames(sessionKey, (name) => name >= from && name <= to);
    const records: FoundEntry[] = [];
    for (const name of direction === "forward" ? names : names.reverse()) {
      const value = await this.get(recordEntryKey(sessionKey, name));
      const expiresAtMs = headOf(recordEntryKey(sessionKey, name), value)?.expiresAtMs;
      const isExpired = expiredAtMs !== undefined && expiresAtMs !== undefined && expiresAtMs <= expiredAtMs;
      if (!isExpired && records.length < limit) {
        records.push({ name, value });
      }
    }
    return { sessionExpiresAtMs, records };
  }

  async measure({ sessionKey, stretches, expiredAtMs }: MeasuredSession): Promise<number> {
    const isMeant = (name: string): boolean =>
      stretches === undefined || stretches.some(([from, before]) => name >= from && name < before);
    const session = await this.get(sessionKey);
    let total = stretches === undefined && session !== undefined ? Buffer.byteLength(String(session)) : 0;
    for (const name of await this.#recordNames(sessionKey, isMeant)) {
      const key = recordEntryKey(sessionKey, name);
      const value = await this.get(key);
      const expiresAtMs = headOf(key, value)?.expiresAtMs;
      total += expiresAtMs === undefined || expiresAtMs > expiredAtMs ? Buffer.byteLength(String(value)) : 0;
    }
    return total;
  }

  async readSignposts({ behind, limit }: SignpostRange): Promise<FoundSignpost[]> {
    const keys: string[] = [];
    for await (const [key] of this.#entries()) {
      if (typeof key === "string" && isRecord(key) && nameIn(key).startsWith(signpostPrefix)) {
        keys.push(key);
      }
    }
    const page = keys.sort().filter((key) => behind === undefined || key > behind);
    return Promise.all(
      page.slice(0, limit).map(async (key) => ({ name: nameIn(key), value: await this.get(key), place: key })),
    );
  }

  async readSessions({ above, below, limit }: SessionRange): Promise<FoundSessionEntry[]> {
    const keys: string[] = [];
    for await (const [key] of this.#entries()) {
      if (typeof key === "string" && key > above && key < below && !isRecord(key)) {
        keys.push(key);
      }
    }
    const page = keys.sort().slice(0, limit);
    return Promise.all(page.map(async (name) => ({ name, value: await this.get(name), rows: noRows })));
  }

  /** Rooms are not needed where all of a session's earlier records are deleted when it begins. */
  async highestRoom(): Promise<number> {
    return 0;
  }

  async copyTo(): Promise<void> {
    throw new StoreError("STORE_FAILED", "A Keyv adapter cannot be copied as it is at one moment.");
  }

  async disconnect(): Promise<void> {
    if (!(this.#storage instanceof Map)) {
      await this.#storage.disconnect?.();
    }
  }

  failureOf(): WriteFailure {
    return { kind: "unknown", reason: "the Keyv adapter failed" };
  }

  async #store(key: string, value: string): Promise<void> {
    if ((await this.#storage.set(key, value)) === false) {
      throw new StoreError("OUTCOME_UNKNOWN", "The Keyv adapter answered that it could not store the change.");
    }
  }

  async #changeRecords(sessionKey: string, changes: StoredRecordChanges | undefined): Promise<void> {
    for (const name of changes?.removed ?? []) {
      await this.delete(recordEntryKey(sessionKey, name));
    }
    for (const [from, to] of changes?.removedRanges ?? []) {
      await this.#deleteRecords(sessionKey, (name) => name >= from && name < to);
    }
    for (const [name, text] of changes?.put ?? []) {
      await this.#store(recordEntryKey(sessionKey, name), text);
    }
  }

  async #deleteRecords(sessionKey: string, isMeant: (storedName: string) => boolean): Promise<void> {
    for (const name of await this.#recordNames(sessionKey, isMeant)) {
      await this.delete(recordEntryKey(sessionKey, name));
    }
  }

  async #recordNames(sessionKey: string, isMeant: (storedName: string) => boolean): Promise<string[]> {
    const beginning = recordEntryKey(sessionKey, "");
    const names: string[] = [];
    for await (const [key] of this.#entries()) {
      if (typeof key === "string" && key.startsWith(beginning) && key < endOfStoredNames(beginning)) {
        names.push(key.slice(beginning.length));
      }
    }
    return names.filter(isMeant).sort();
  }

  async #takes(key: string, { revision }: EntryHead): Promise<boolean> {
    if (revision === undefined) {
      return true;
    }
    const stored = await this.get(key);
    if (stored === undefined || stored === null) {
      return revision === 1;
    }
    const head = headOf(key, stored);
    const isExpired = head?.expiresAtMs !== undefined && head.expiresAtMs <= this.#nowMs();
    return head?.revision === revision - 1 || (revision === 1 && isExpired);
  }

  async #allHeads(): Promise<KeyAndHead[]> {
    const heads: KeyAndHead[] = [];
    for await (const [key, stored] of this.#entries()) {
      if (typeof key === "string") {
        heads.push({ key, expiresAtMs: headOf(key, stored)?.expiresAtMs });
      }
    }
    return heads;
  }

  #entries(): Iterable<unknown[]> | AsyncIterable<unknown[]> {
    if (this.#storage instanceof Map) {
      return this.#storage.entries();
    }
    if (this.#storage.iterator === undefined) {
      throw new StoreError(
        "STORE_FAILED",
        "The Keyv adapter cannot list what it holds, so sessions cannot be swept or counted.",
      );
    }
    return this.#storage.iterator();
  }
}

const noRows: FoundSession["rows"] = new Map();

interface KeyAndHead {
  readonly key: string;
  /** `undefined` for an entry that does not expire, and for one that cannot be read, which is kept so. */
  readonly expiresAtMs: number | undefined;
}

const earliestFirst = (one: KeyAndHead, other: KeyAndHead): number => (one.expiresAtMs ?? 0) - (other.expiresAtMs ?? 0);

/** `session/application/user/…`: parts of a session's key hold no slash. */
function isRecord(key: string): boolean {
  return key.startsWith("session/") && key.split("/").length > 3;
}

function sessionOf(recordKey: string): string {
  return recordKey.split("/").slice(0, 3).join("/");
}

function nameIn(recordKey: string): string {
  return recordKey.split("/").slice(3).join("/");
}

function headOf(key: string, stored: unknown): EntryHead | undefined {
  try {
    return typeof stored === "string" ? readEntryHead(key, stored) : undefined;
  } catch {
    return undefined;
  }
}
