import { StoreError } from "@alcove/plugin-api";
import type { CommittedComponentState, RecordChange, SessionKey, SessionStore } from "@alcove/state";

/** The states a session had, and whether they are stored as they are. */
interface StatesBefore {
  readonly texts: ReadonlyMap<string, CommittedComponentState>;
  readonly textsAreStored: boolean;
}

type StatesAfter = Pick<StatesBefore, "texts">;

const nothing: readonly RecordChange[] = [];
const noStates: StatesBefore = { texts: new Map(), textsAreStored: true };
/** What the store writes around the value of a record, the time of its expiry not counted. */
const bytesAroundRecord = 70;
/** Room for what the store writes of a session that begins beside its states. */
const bytesAroundStates = 1_536;
const replyPrefix = "idempotency/";

/**
 * Holds what is kept of one user to a number of bytes. It knows how much that is at the most: what the store has measured
 * once, with all that was added since, and nothing taken away. Only when that is too much does it have the store measure
 * again. What makes nothing larger is always let through, and so are the replies recorded with it, which have limits of their own.
 */
export class UserDataLimit {
  readonly #store: SessionStore;
  readonly #key: SessionKey;
  readonly #maxBytes: number;
  // `undefined` until it is first asked for, so that nobody waits for it who adds nothing.
  #measuredBytes: number | undefined;
  #addedBytes = 0;
  /** Of what was added, what may not be in the store yet. */
  #unsettledBytes = 0;

  private constructor(store: SessionStore, key: SessionKey, maxBytes: number) {
    this.#store = store;
    this.#key = key;
    this.#maxBytes = maxBytes;
  }

  /** The limit of a user; `undefined` where there is none. @param maxBytes 0 for none. */
  static of(store: SessionStore, key: SessionKey, maxBytes: number): UserDataLimit | undefined {
    return maxBytes === 0 ? undefined : new UserDataLimit(store, key, maxBytes);
  }

  /** Nothing is stored of the user. */
  begin(): void {
    this.#measuredBytes = bytesAroundStates;
    this.#addedBytes = this.#unsettledBytes;
  }

  /** Nobody knows what is stored of the user. */
  forget(): void {
    this.#measuredBytes = undefined;
  }

  /**
   * Lets a run's changes through, and counts them. {@link settle} is due with what comes back, once they are stored, or are
   * known not to be. A promise only where the store has to be asked.
   *
   * @throws StoreError STATE_TOO_LARGE, or rejects with it; STORE_FAILED.
   */
  admit(before: StatesBefore, after: StatesAfter, records = nothing): number | Promise<number> {
    const bytes = growthOf(before, after, charactersOf) + bytesPut(records);
    return this.#fits(bytes) ? this.#count(bytes) : this.#admitMeasured(bytes, before, after, records);
  }

  /**
   * As {@link admit}, for changes of records alone.
   *
   * @param isLimited Whether they may be refused; what ends something may not.
   */
  admitRecords(records: readonly RecordChange[], isLimited: boolean): number | Promise<number> {
    return isLimited ? this.admit(noStates, noStates, records) : this.#count(bytesPut(records));
  }

  /** What was let through is stored, or is known not to be. */
  settle(bytes: number): void {
    this.#unsettledBytes -= Math.max(0, bytes);
  }

  #fits(bytes: number): boolean {
    return (
      bytes <= 0 ||
      (this.#measuredBytes !== undefined && this.#measuredBytes + this.#addedBytes + bytes <= this.#maxBytes)
    );
  }

  #count(bytes: number): number {
    this.#addedBytes += bytes;
    this.#unsettledBytes += Math.max(0, bytes);
    return bytes;
  }

  async #admitMeasured(
    bytes: number,
    before: StatesBefore,
    after: StatesAfter,
    records: readonly RecordChange[],
  ): Promise<number> {
    await this.#measure();
    if (this.#fits(bytes)) {
      return this.#count(bytes);
    }
    const replies = records.filter(isOfReply);
    const others = records.filter((change) => !isOfReply(change));
    const growth = growthOf(before, after, bytesOf) + bytesPut(others) - (await this.#store.measure(this.#key, others));
    if (growth <= 0) {
      return this.#count(bytes);
    }
    const replyGrowth = bytesPut(replies) - (await this.#store.measure(this.#key, replies));
    const total = (this.#measuredBytes ?? 0) + this.#addedBytes + growth + replyGrowth;
    if (total > this.#maxBytes) {
      throw new StoreError(
        "STATE_TOO_LARGE",
        `What is kept of this user would take ${total} bytes, and the limit is ${this.#maxBytes} (general.max_bytes_per_user). Nothing was changed. Remove something first.`,
      );
    }
    return this.#count(bytes);
  }

  async #measure(): Promise<void> {
    const [added, unsettled] = [this.#addedBytes, this.#unsettledBytes];
    const measured = await this.#store.measure(this.#key);
    // What was on its way meanwhile counts twice rather than not at all.
    this.#measuredBytes = Math.max(measured, bytesAroundStates) + unsettled;
    this.#addedBytes -= added;
  }
}

/** How many bytes the states take more than before; too many rather than too few where `sizeBefore` says too little. */
function growthOf(
  before: StatesBefore,
  after: StatesAfter,
  sizeBefore: (text: CommittedComponentState) => number,
): number {
  if (before.texts === after.texts && before.textsAreStored) {
    return 0;
  }
  let growth = 0;
  for (const [name, text] of after.texts) {
    const earlier = before.textsAreStored ? before.texts.get(name) : undefined;
    if (text !== earlier) {
      growth += bytesOf(text) - (earlier === undefined ? 0 : sizeBefore(earlier));
    }
  }
  return growth;
}

function isOfReply(change: RecordChange): boolean {
  return change.kind !== "remove-range" && change.name.startsWith(replyPrefix);
}

function bytesPut(records: readonly RecordChange[]): number {
  let bytes = 0;
  for (const record of records) {
    if (record.kind === "put") {
      bytes += Buffer.byteLength(record.json) + bytesAroundRecord + String(record.expiresAtMs ?? null).length;
    }
  }
  return bytes;
}

function bytesOf({ json }: CommittedComponentState): number {
  return Buffer.byteLength(json);
}

/** No more than its bytes, and known without the text. */
function charactersOf(text: CommittedComponentState): number {
  return text.jsonLength ?? text.json.length;
}
