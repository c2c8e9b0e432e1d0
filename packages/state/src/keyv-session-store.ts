import { setTimeout as pause } from "node:timers/promises";
import { type Logger, StoredStateError, StoreError } from "@alcove/plugin-api";
import { Keyv, type KeyvStoreAdapter } from "keyv";
import type { EntryAdapter } from "./entry-adapter.js";
import { recordedTimeEntryKey, sessionEntryKey } from "./entry-keys.js";
import type { SessionCommit, SessionKey, SessionStore, SessionStorePromises, StoredSession } from "./session-store.js";
import type { StoreTime } from "./store-time.js";
import { decodeRecordedTime, decodeSession, encodeRecordedTime, encodeSession } from "./stored-entry.js";
import { readError } from "./write-failure.js";
import { type QueuedEntry, WriteQueue } from "./write-queue.js";

const maxCharactersPerBatch = 4_000_000;

/** What a {@link KeyvSessionStore} is made of. */
export interface KeyvSessionStoreParts {
  readonly adapter: EntryAdapter;
  readonly time: StoreTime;
  readonly logger: Logger;
  readonly place: string;
  readonly promises: SessionStorePromises;
  /** Called once, after the adapter was disconnected. */
  readonly release: () => Promise<void>;
}

/** The session store over a Keyv adapter. Every change goes through one queue; nothing is cached. */
export class KeyvSessionStore implements SessionStore {
  readonly promises: SessionStorePromises;
  readonly place: string;
  readonly #adapter: EntryAdapter;
  readonly #keyv: Keyv<string>;
  readonly #time: StoreTime;
  readonly #logger: Logger;
  readonly #release: () => Promise<void>;
  readonly #queue: WriteQueue;
  #recordedTimeMs = 0;
  #closing: Promise<void> | undefined;

  private constructor({ adapter, time, logger, place, promises, release }: KeyvSessionStoreParts) {
    this.promises = promises;
    this.place = place;
    this.#adapter = adapter;
    this.#keyv = openKeyv(adapter);
    this.#time = time;
    this.#logger = logger;
    this.#release = release;
    this.#queue = new WriteQueue({
      writeBatch: (entries) => this.#writeBatch(entries),
      failureOf: (error) => adapter.failureOf(error),
      maxEntriesPerBatch: adapter.maxEntriesPerBatch,
      maxCharactersPerBatch,
      pause: (durationMs) => pause(durationMs),
    });
  }

  /**
   * Opens the store: reads the time it recorded last, and records the present one.
   *
   * @throws StoreError STORE_FAILED, OUTCOME_UNKNOWN.
   */
  static async open(parts: KeyvSessionStoreParts): Promise<KeyvSessionStore> {
    const store = new KeyvSessionStore(parts);
    await store.#readRecordedTime();
    await store.#recordTime();
    return store;
  }

  nowMs(): number {
    return this.#time.nowMs();
  }

  async load(key: SessionKey): Promise<StoredSession | undefined> {
    const entryKey = sessionEntryKey(key);
    const stored = await this.#read(entryKey);
    if (stored === undefined) {
      return undefined;
    }
    const session = decodeSession(entryKey, stored);
    if (session.expiresAtMs > this.nowMs()) {
      return session;
    }
    if (session.expiresAtMs > this.#recordedTimeMs) {
      // Else a restart with the clock set back could bring to life what was just said to be gone.
      await this.#recordTime();
    }
    return undefined;
  }

  async commit(commit: SessionCommit): Promise<void> {
    const key = sessionEntryKey(commit.key);
    if (!(await this.#queue.write({ key, text: encodeSession(key, commit) }))) {
      throw new StoreError(
        "STORE_CONFLICT",
        `The stored session ${key} is not at revision ${commit.expectedRevision}, on which the change was based. Nothing was changed.`,
      );
    }
  }

  async remove(key: SessionKey): Promise<boolean> {
    const entryKey = sessionEntryKey(key);
    return this.#queue.run(() => this.#keyv.delete(entryKey));
  }

  async sweep(limit: number, inUse: Iterable<SessionKey> = []): Promise<number> {
    const expiredAtMs = this.nowMs();
    const except = Array.from(inUse, sessionEntryKey);
    return this.#queue.run(async () => {
      await this.#writeBatch([]);
      return this.#adapter.deleteExpired({ expiredAtMs, limit, except });
    });
  }

  async count(): Promise<number> {
    this.#assertOpen();
    try {
      return await this.#adapter.countExpiringAfter(this.nowMs());
    } catch (error) {
      throw this.#readError(error);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // What has expired by now must not come back when the machine's clock is set back before the next start.
    await this.#recordTime().catch(() => undefined);
    await this.#queue.close();
    try {
      await this.#keyv.disconnect();
    } catch (error) {
      const { reason } = this.#adapter.failureOf(error);
      throw new StoreError(
        "STORE_FAILED",
        `The store could not be closed in order: ${reason}. What was committed is kept.`,
        { cause: error },
      );
    } finally {
      await this.#release();
    }
  }

  /** Writes entries, and with them the time, so that the store's time is never before anything that is stored. */
  async #writeBatch(entries: readonly QueuedEntry[]): Promise<boolean[]> {
    const nowMs = this.nowMs();
    const [, ...taken] = await this.#keyv.setMany([
      { key: recordedTimeEntryKey, value: encodeRecordedTime(recordedTimeEntryKey, nowMs) },
      ...entries.map(({ key, text }) => ({ key, value: text })),
    ]);
    this.#recordedTimeMs = nowMs;
    return taken;
  }

  async #recordTime(): Promise<void> {
    await this.#queue.run(() => this.#writeBatch([]));
  }

  async #readRecordedTime(): Promise<void> {
    const stored = await this.#read(recordedTimeEntryKey);
    if (stored === undefined) {
      return;
    }
    try {
      this.#recordedTimeMs = decodeRecordedTime(recordedTimeEntryKey, stored);
      this.#time.startFrom(this.#recordedTimeMs);
    } catch (error) {
      if (!(error instanceof StoredStateError)) {
        throw error;
      }
      this.#logger.error("The time the store recorded last cannot be read; the machine's clock is trusted instead.", {
        place: this.place,
        error: error.message,
      });
    }
  }

  /** Raw, because Keyv would otherwise take a damaged row that holds no text for no row at all. */
  async #read(entryKey: string): Promise<unknown> {
    this.#assertOpen();
    try {
      const found: unknown = await this.#keyv.get(entryKey, { raw: true });
      return isTextHolder(found) ? found.value : found;
    } catch (error) {
      throw this.#readError(error);
    }
  }

  #readError(error: unknown): unknown {
    return this.#closing === undefined ? readError(this.#adapter.failureOf(error), error) : closedError(error);
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) {
      throw closedError();
    }
  }
}

/** No prefix, no lifetime and no serialiser of Keyv's: the entries' keys, expiry and text are the store's own. */
function openKeyv(adapter: EntryAdapter): Keyv<string> {
  return new Keyv<string>({
    // Keyv's types say that setMany resolves to nothing, while its code hands on what the adapter answers.
    store: adapter as unknown as KeyvStoreAdapter,
    useKeyPrefix: false,
    throwOnErrors: true,
    emitErrors: false,
    serialize: ({ value }) => value as string,
    deserialize: (text) => ({ value: text as never, expires: undefined }),
  });
}

function isTextHolder(found: unknown): found is { value: string } {
  return typeof found === "object" && found !== null && "value" in found && typeof found.value === "string";
}

function closedError(cause?: unknown): StoreError {
  return new StoreError("STORE_CLOSED", "The session store has been closed.", { cause });
}
