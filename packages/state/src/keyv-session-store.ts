import { setTimeout as pause } from "node:timers/promises";
import { AlcoveError, type Logger, StoredStateError, StoreError } from "@alcove/plugin-api";
import type { Keyv } from "keyv";
import { encodeCommit, encodeRecordChanges } from "./encode-commit.js";
import type { EntryAdapter, EntryToStore } from "./entry-adapter.js";
import { isSessionEntryKey, recordedTimeEntryKey, sessionEntryKey } from "./entry-keys.js";
import { openKeyv } from "./open-keyv.js";
import { SessionReader } from "./session-reader.js";
import type {
  FoundSignposts,
  RecordChange,
  RecordPage,
  SessionCommit,
  SessionKey,
  SessionStore,
  SessionStorePromises,
  SignpostPage,
  StoredRecord,
  StoredSession,
} from "./session-store.js";
import type {
  ImportOptions,
  ListedSession,
  SessionDescription,
  SessionList,
  SessionStoreTools,
  Verification,
  VerifiedEntry,
} from "./session-store-tools.js";
import { SessionTools } from "./session-tools.js";
import { SpaceKeeper } from "./space-keeper.js";
import { StoreCounters } from "./store-figures.js";
import type { StoreTime } from "./store-time.js";
import { decodeStoreFacts, encodeStoreFacts } from "./stored-entry.js";
import { changeError, readError } from "./write-failure.js";
import { type QueuedEntry, WriteQueue } from "./write-queue.js";

const maxCharactersPerBatch = 4_000_000;

/** What a {@link KeyvSessionStore} is made of. */
export interface KeyvSessionStoreParts {
  readonly adapter: EntryAdapter;
  readonly time: StoreTime;
  readonly logger: Logger;
  readonly place: string;
  readonly promises: SessionStorePromises;
  /** How long a session's text, and that of each of its records, may be. */
  readonly maxSessionBytes: number;
  /** Called once, after the adapter was disconnected. */
  readonly release: () => Promise<void>;
}

/** The session store over a Keyv adapter. Every change goes through one queue; nothing is cached. */
export class KeyvSessionStore implements SessionStore, SessionStoreTools {
  readonly promises: SessionStorePromises;
  readonly place: string;
  readonly figures = new StoreCounters();
  readonly #parts: KeyvSessionStoreParts;
  readonly #adapter: EntryAdapter;
  readonly #keyv: Keyv<string>;
  readonly #queue: WriteQueue;
  readonly #reader: SessionReader;
  readonly #tools: SessionTools;
  readonly #space: SpaceKeeper;
  #recordedTimeMs = 0;
  #lastRoom = 0;
  #closing: Promise<void> | undefined;

  private constructor(parts: KeyvSessionStoreParts) {
    const { adapter, logger, place } = parts;
    this.promises = parts.promises;
    this.place = place;
    this.#parts = parts;
    this.#adapter = adapter;
    this.#keyv = openKeyv(adapter);
    this.#queue = new WriteQueue({
      writeBatch: (entries) => this.#writeBatch(entries),
      failureOf: (error) => adapter.failureOf(error),
      maxEntriesPerBatch: adapter.maxEntriesPerBatch,
      maxCharactersPerBatch,
      pause: (durationMs) => pause(durationMs),
    });
    const access = <Result>(read: () => Promise<Result>): Promise<Result> => this.#access(read);
    const alone = <Result>(task: () => Promise<Result>): Promise<Result> => this.#queue.run(task);
    this.#reader = new SessionReader({
      adapter,
      keyv: this.#keyv,
      nowMs: () => this.nowMs(),
      access,
      noteGone: (expiredAtMs) => this.#noteGone(expiredAtMs),
    });
    const replaceDamaged = async (commit: SessionCommit): Promise<void> => {
      const entry = { ...this.#encode(commit), replacesAnything: true };
      await alone(() => this.#writeBatch([entry]));
    };
    this.#tools = new SessionTools({ adapter, access, store: this, alone, replaceDamaged });
    this.#space = new SpaceKeeper({ adapter, logger, place, alone, monotonicMs: () => performance.now() });
  }

  /**
   * Opens the store: reads the time it recorded last, and records the present one.
   *
   * @throws StoreError STORE_FAILED, OUTCOME_UNKNOWN.
   */
  static async open(parts: KeyvSessionStoreParts): Promise<KeyvSessionStore> {
    const store = new KeyvSessionStore(parts);
    await store.#readFacts();
    await store.#recordTime();
    return store;
  }

  nowMs(): number {
    return this.#parts.time.nowMs();
  }

  load(key: SessionKey): Promise<StoredSession | undefined> {
    return this.#reader.load(key);
  }

  readRecord(key: SessionKey, name: string): Promise<unknown> {
    return this.#reader.readRecord(key, name);
  }

  pageRecords(key: SessionKey, page: RecordPage): Promise<StoredRecord[]> {
    return this.#reader.pageRecords(key, page);
  }

  pageRecordNames(key: SessionKey, page: RecordPage): Promise<string[]> {
    return this.#reader.pageRecordNames(key, page);
  }

  measure(key: SessionKey, of?: readonly RecordChange[]): Promise<number> {
    return this.#reader.measure(key, of);
  }

  async commit(commit: SessionCommit): Promise<void> {
    try {
      const entry = this.#encode(commit);
      if (!(await this.#queue.write(entry))) {
        throw new StoreError(
          "STORE_CONFLICT",
          `The stored session ${entry.key} is not at revision ${commit.expectedRevision}, on which the change was based. Nothing was changed.`,
        );
      }
      this.figures.committed();
    } catch (error) {
      this.figures.commitFailed(AlcoveError.is(error) ? error.code : "INTERNAL");
      throw error;
    }
  }

  #encode(commit: SessionCommit): QueuedEntry {
    const { maxSessionBytes } = this.#parts;
    return encodeCommit(commit, { maxSessionBytes, usesComponentRows: this.#adapter.usesComponentRows });
  }

  async changeRecords(
    key: SessionKey,
    changes: readonly RecordChange[],
    evenIfSessionExpired = false,
  ): Promise<boolean> {
    const entryKey = sessionEntryKey(key);
    const stored = encodeRecordChanges(entryKey, changes, this.#parts.maxSessionBytes);
    return this.#queue.run(() =>
      this.#adapter.changeRecords(entryKey, stored, evenIfSessionExpired ? undefined : this.nowMs()),
    );
  }

  pageSignposts(page: SignpostPage): Promise<FoundSignposts> {
    return this.#reader.pageSignposts(page);
  }

  checkWritable(): Promise<void> {
    return this.#recordTime();
  }

  remove(key: SessionKey): Promise<boolean> {
    return this.#remove(sessionEntryKey(key));
  }

  async #remove(entryKey: string): Promise<boolean> {
    const isRemoved = await this.#queue.run(() => this.#keyv.delete(entryKey));
    if (isRemoved) {
      // The records are out of sight already; where this fails, the next sweep does it.
      await this.#space
        .removeInSteps(Number.POSITIVE_INFINITY, (limit) =>
          this.#adapter.deleteExpired({ expiredAtMs: 0, limit, except: [] }),
        )
        .catch(() => undefined);
    }
    return isRemoved;
  }

  async sweep(limit: number, inUse: Iterable<SessionKey> = []): Promise<number> {
    const expiredAtMs = this.nowMs();
    const except = Array.from(inUse, sessionEntryKey);
    await this.#recordTime();
    const removed = await this.#space.removeInSteps(limit, (stepLimit) =>
      this.#adapter.deleteExpired({ expiredAtMs, limit: stepLimit, except }),
    );
    if (removed < limit) {
      await this.#space.afterSweep(expiredAtMs);
    }
    return removed;
  }

  count(): Promise<number> {
    return this.#access(() => this.#adapter.countExpiringAfter(this.nowMs()));
  }

  list(list: SessionList): Promise<ListedSession[]> {
    return this.#tools.list(list);
  }

  verify(onEntry: (entry: VerifiedEntry) => void): Promise<Verification> {
    return this.#tools.verify(onEntry);
  }

  backup(file: string, options?: { readonly overwrite?: boolean }): Promise<void> {
    return this.#tools.backup(file, options);
  }

  describeSession(key: SessionKey): Promise<SessionDescription | undefined> {
    return this.#tools.describeSession(key);
  }

  exportSession(key: SessionKey): Promise<string | undefined> {
    return this.#tools.exportSession(key);
  }

  importSession(text: string, options: ImportOptions): Promise<SessionKey> {
    return this.#tools.importSession(text, options);
  }

  removeEntry(entry: string): Promise<boolean> {
    return isSessionEntryKey(entry) ? this.#remove(entry) : Promise.resolve(false);
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
      await this.#parts.release();
    }
  }

  /** Writes entries, and with them the time, so that the store's time is never before anything that is stored. */
  async #writeBatch(entries: readonly QueuedEntry[]): Promise<boolean[]> {
    const timeMs = this.nowMs();
    const toStore = entries.map((entry) => this.#entryToStore(entry));
    const value = encodeStoreFacts(recordedTimeEntryKey, { timeMs, lastRoom: this.#lastRoom });
    const facts = { key: recordedTimeEntryKey, value, head: { expiresAtMs: undefined, revision: undefined } };
    const startedAtMs = performance.now();
    try {
      const [, ...taken] = await this.#adapter.setMany([facts, ...toStore]);
      this.figures.written(entries.length, startedAtMs);
      this.#recordedTimeMs = timeMs;
      return taken;
    } catch (error) {
      this.#noteFailedWrite(error, entries.length);
      throw error;
    }
  }

  #noteFailedWrite(error: unknown, entries: number): void {
    const failure = this.#adapter.failureOf(error);
    // One entry of several may be to blame; then the others are going to be stored.
    if (failure.kind !== "suspect" || entries <= 1) {
      this.figures.writeFailed(error instanceof StoreError ? error.code : changeError(failure, error).code);
    }
  }

  #entryToStore({ key, text, head, isNew, replacesAnything, records }: QueuedEntry): EntryToStore {
    this.#lastRoom += isNew ? 1 : 0;
    return { key, value: text, head, room: isNew ? this.#lastRoom : undefined, replacesAnything, records };
  }

  async #recordTime(): Promise<void> {
    await this.#queue.run(() => this.#writeBatch([]));
  }

  /** Else a restart with the clock set back could bring to life what was just said to be gone. */
  async #noteGone(expiredAtMs: number): Promise<void> {
    if (expiredAtMs > this.#recordedTimeMs) {
      await this.#recordTime();
    }
  }

  async #readFacts(): Promise<void> {
    let lastRoom: number | undefined;
    try {
      const stored = await this.#reader.readText(recordedTimeEntryKey);
      if (stored !== undefined) {
        const facts = decodeStoreFacts(recordedTimeEntryKey, stored);
        this.#recordedTimeMs = facts.timeMs;
        this.#parts.time.startFrom(facts.timeMs);
        lastRoom = facts.lastRoom;
      }
    } catch (error) {
      if (!(error instanceof StoredStateError)) {
        throw error;
      }
      this.#parts.logger.error(
        "The time the store recorded last cannot be read; the machine's clock is trusted instead.",
        { place: this.place, error: error.message },
      );
    }
    this.#lastRoom = lastRoom ?? (await this.#access(() => this.#adapter.highestRoom()));
  }

  async #access<Result>(read: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) {
      throw closedError();
    }
    try {
      return await read();
    } catch (error) {
      const coded = this.#asReadError(error);
      this.figures.readFailed(coded.code);
      throw coded;
    }
  }

  #asReadError(error: unknown): StoredStateError | StoreError {
    if (error instanceof StoredStateError || error instanceof StoreError) {
      return error;
    }
    return this.#closing === undefined ? readError(this.#adapter.failureOf(error), error) : closedError(error);
  }
}

function closedError(cause?: unknown): StoreError {
  return new StoreError("STORE_CLOSED", "The session store has been closed.", { cause });
}
