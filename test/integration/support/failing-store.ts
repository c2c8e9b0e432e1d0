import { StoreError } from "@alcove/plugin-api";
import type {
  FoundSignposts,
  RecordChange,
  RecordPage,
  SessionCommit,
  SessionKey,
  SessionStore,
  SignpostPage,
  StoredRecord,
  StoredSession,
} from "@alcove/state";

/** What a test does to a commit: calls `commit` to let it through, or not, and throws, or waits. */
export type CommitInterference = (commit: () => Promise<void>, wanted: SessionCommit) => Promise<void>;

/** A real session store whose commits can be made to fail or to wait, and that counts what is loaded. */
export class FailingStore implements SessionStore {
  /** How often sessions were read from the store beneath. */
  loads = 0;
  /** How often the store was asked how much is stored. */
  measurements = 0;
  /** How many changes of records were held. */
  heldChanges = 0;
  /** How many records were read that nobody was told of at once. */
  heldRecords = 0;
  readonly #store: SessionStore;
  #heldUntil: Promise<void> | undefined;
  #interference: CommitInterference | undefined;
  #failsReads = false;
  #isFull = false;
  #heldChange: { readonly text: string; readonly until: Promise<void> } | undefined;

  constructor(store: SessionStore) {
    this.#store = store;
  }

  /** Puts every commit from now on into the hands of the test; `undefined` lets them through again. */
  interfere(interference: CommitInterference | undefined): void {
    this.#interference = interference;
  }

  /** From now on no record can be read; or they can again. */
  failReads(isFailing: boolean): void {
    this.#failsReads = isFailing;
  }

  /** From now on records are read, and told of once the promise is resolved. */
  holdRecords(until: Promise<void>): void {
    this.#heldUntil = until;
  }

  /** From now on there is no room for changes of records; or there is again. */
  fill(isFull: boolean): void {
    this.#isFull = isFull;
  }

  /** Keeps changes of records that hold a text from the store, until what comes back is called. */
  holdChanges(text: string): () => void {
    let release = (): void => undefined;
    this.#heldChange = { text, until: new Promise((resolve) => (release = resolve)) };
    this.heldChanges = 0;
    return release;
  }

  get promises() {
    return this.#store.promises;
  }

  get place(): string {
    return this.#store.place;
  }

  get figures() {
    return this.#store.figures;
  }

  nowMs(): number {
    return this.#store.nowMs();
  }

  load(key: SessionKey): Promise<StoredSession | undefined> {
    this.loads += 1;
    return this.#store.load(key);
  }

  commit(commit: SessionCommit): Promise<void> {
    const store = () => this.#store.commit(commit);
    return this.#interference === undefined ? store() : this.#interference(store, commit);
  }

  async changeRecords(
    key: SessionKey,
    changes: readonly RecordChange[],
    evenIfSessionExpired?: boolean,
  ): Promise<boolean> {
    if (this.#isFull) {
      throw new StoreError("STORE_FULL", "The test leaves no room.");
    }
    const { text, until } = this.#heldChange ?? {};
    if (text !== undefined && JSON.stringify(changes).includes(text)) {
      this.heldChanges += 1;
      await until;
    }
    return this.#store.changeRecords(key, changes, evenIfSessionExpired);
  }

  pageSignposts(page: SignpostPage): Promise<FoundSignposts> {
    return this.#store.pageSignposts(page);
  }

  measure(key: SessionKey, of?: readonly RecordChange[]): Promise<number> {
    this.measurements += 1;
    return this.#store.measure(key, of);
  }

  checkWritable(): Promise<void> {
    return this.#store.checkWritable();
  }

  async readRecord(key: SessionKey, name: string): Promise<unknown> {
    const value = await this.#store.readRecord(key, name);
    if (this.#heldUntil !== undefined) {
      this.heldRecords += 1;
      await this.#heldUntil;
    }
    return value;
  }

  pageRecords(key: SessionKey, page: RecordPage): Promise<StoredRecord[]> {
    if (this.#failsReads) {
      return Promise.reject(new StoreError("STORE_FAILED", "The test lets no record be read."));
    }
    return this.#store.pageRecords(key, page);
  }

  pageRecordNames(key: SessionKey, page: RecordPage): Promise<string[]> {
    return this.#store.pageRecordNames(key, page);
  }

  remove(key: SessionKey): Promise<boolean> {
    return this.#store.remove(key);
  }

  sweep(limit: number, inUse?: Iterable<SessionKey>): Promise<number> {
    return this.#store.sweep(limit, inUse);
  }

  count(): Promise<number> {
    return this.#store.count();
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
