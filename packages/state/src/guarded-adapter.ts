import { StoreError } from "@alcove/plugin-api";
import type { KeyvStoreAdapter } from "keyv";
import type { EntryAdapter, ExpiredEntries, KeyvEntryText } from "./entry-adapter.js";
import { type EntryHead, readEntryHead } from "./stored-entry.js";
import type { WriteFailure } from "./write-failure.js";

/** A Keyv adapter the session store can be built on: a Map, or an adapter that can list what it holds. */
export type KeyvEntryStorage = Map<string, unknown> | KeyvStoreAdapter;

/**
 * Gives any Keyv adapter what {@link EntryAdapter} asks for, by reading before it writes. That is right only because the
 * store has one writer at a time; it does not hold against a second process.
 */
export class GuardedAdapter implements EntryAdapter {
  // One at a time: a batch could fail half-way, and nobody could tell which half.
  readonly maxEntriesPerBatch = 1;
  readonly #storage: KeyvEntryStorage;
  readonly #nowMs: () => number;

  constructor(storage: KeyvEntryStorage, nowMs: () => number) {
    this.#storage = storage;
    this.#nowMs = nowMs;
  }

  async get(key: string): Promise<unknown> {
    return this.#storage.get(key);
  }

  async setMany(entries: readonly KeyvEntryText[]): Promise<boolean[]> {
    const taken: boolean[] = [];
    for (const { key, value } of entries) {
      const isTaken = await this.#takes(key, value);
      if (isTaken && (await this.#storage.set(key, value)) === false) {
        throw new StoreError("OUTCOME_UNKNOWN", "The Keyv adapter answered that it could not store the change.");
      }
      taken.push(isTaken);
    }
    return taken;
  }

  async set(key: string, value: string): Promise<boolean> {
    const [taken] = await this.setMany([{ key, value }]);
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
    const kept = new Set(except);
    const expired: { key: string; expiresAtMs: number }[] = [];
    for await (const [key, expiresAtMs] of this.#expiries()) {
      if (expiresAtMs <= expiredAtMs && !kept.has(key)) {
        expired.push({ key, expiresAtMs });
      }
    }
    const first = expired.sort((one, other) => one.expiresAtMs - other.expiresAtMs).slice(0, limit);
    for (const { key } of first) {
      await this.delete(key);
    }
    return first.length;
  }

  async countExpiringAfter(timeMs: number): Promise<number> {
    let count = 0;
    for await (const [, expiresAtMs] of this.#expiries()) {
      count += expiresAtMs > timeMs ? 1 : 0;
    }
    return count;
  }

  async disconnect(): Promise<void> {
    if (!(this.#storage instanceof Map)) {
      await this.#storage.disconnect?.();
    }
  }

  failureOf(): WriteFailure {
    return { kind: "unknown", reason: "the Keyv adapter failed" };
  }

  async #takes(key: string, value: string): Promise<boolean> {
    const { revision } = readEntryHead(key, value);
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

  /** Key and expiry of every entry that has one. Entries that cannot be read are passed over, and so kept. */
  async *#expiries(): AsyncGenerator<[key: string, expiresAtMs: number]> {
    for await (const [key, stored] of this.#entries()) {
      const expiresAtMs = typeof key === "string" ? headOf(key, stored)?.expiresAtMs : undefined;
      if (typeof key === "string" && expiresAtMs !== undefined) {
        yield [key, expiresAtMs];
      }
    }
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

function headOf(key: string, stored: unknown): EntryHead | undefined {
  try {
    return typeof stored === "string" ? readEntryHead(key, stored) : undefined;
  } catch {
    return undefined;
  }
}
