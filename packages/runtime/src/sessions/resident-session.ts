import { AlcoveError, type DisposalReport } from "@alcove/plugin-api";
import type { SessionKey, SessionStore } from "@alcove/state";
import { type Furnishings, furnishRoom, type Room } from "../containers/room.js";
import { type ChangedState, StateDrafts } from "../runs/state-drafts.js";
import { FairSemaphore } from "./fair-semaphore.js";
import { type IdempotencyLimits, type IdempotencyRequest, RecordedReplies } from "./recorded-replies.js";
import { SessionFigures } from "./session-figures.js";
import type { SessionRecord, SessionRecords } from "./session-record.js";

/** What every resident session is given. */
export interface ResidentSessionOptions {
  readonly key: SessionKey;
  readonly store: SessionStore;
  readonly records: SessionRecords;
  readonly furnishings: Furnishings;
  readonly maxQueuedRuns: number;
  readonly idempotencyLimits: IdempotencyLimits;
}

/** A reply to be recorded with the run it answers. */
export interface ReplyToRecord {
  readonly idempotency: IdempotencyRequest;
  readonly body: string;
}

/**
 * One user's session while it is in memory: its turns, its committed record, and its room. Whoever holds the turn may
 * call {@link wake}, {@link openDrafts} and {@link commit}; nobody else does.
 */
export class ResidentSession {
  readonly userId: string;
  readonly turns: FairSemaphore;
  readonly figures = new SessionFigures();
  readonly recordedReplies: RecordedReplies;
  /** How many sessions are open on it: HTTP requests, mostly. While there is one it stays in memory. */
  openCount = 0;
  readonly #options: ResidentSessionOptions;
  #record: SessionRecord | undefined;
  #room: Room | undefined;

  constructor(options: ResidentSessionOptions) {
    this.userId = options.key.userId;
    this.turns = new FairSemaphore(1, options.maxQueuedRuns);
    this.recordedReplies = new RecordedReplies(options.store, options.key, options.idempotencyLimits);
    this.#options = options;
  }

  /** The committed record; `undefined` while the session has not woken up. */
  get record(): SessionRecord | undefined {
    return this.#record;
  }

  /** Whether its time is over. A session that never woke up is over at once. */
  hasExpired(nowMs: number): boolean {
    return this.#record === undefined || this.#record.expiresAtMs <= nowMs;
  }

  /** The room, if record and room are in memory and the session has not expired; else {@link wake} is due. */
  awakeRoom(): Room | undefined {
    const isCurrent = this.#record !== undefined && this.#record.expiresAtMs > this.#options.store.nowMs();
    return isCurrent ? this.#room : undefined;
  }

  /**
   * Makes sure that record and room are in memory, and that the session has not expired: one that has begins anew, in a
   * new room. After a failure nothing half-made is kept.
   */
  async wake(): Promise<Room> {
    const { store, records, furnishings, key } = this.#options;
    if (this.#record !== undefined && this.#record.expiresAtMs <= store.nowMs()) {
      this.#forget();
      await this.leave();
    }
    if (this.#record === undefined) {
      const stored = await store.load(key);
      this.#record = stored === undefined ? records.create(store.nowMs()) : records.read(stored);
    }
    this.#room ??= await furnishRoom(furnishings, this.userId);
    return this.#room;
  }

  /** Drafts of the committed states for one run. */
  openDrafts(): StateDrafts {
    return new StateDrafts(this.#woken().values);
  }

  /**
   * Makes a run's changes durable, and only then true in memory. After a failure memory is as it was; where the outcome
   * is unknown the record is read from disk again before the next run.
   */
  async commit(changes: readonly ChangedState[], reply?: ReplyToRecord): Promise<void> {
    const { store, records, key } = this.#options;
    const { commit, next } = records.prepare(key, this.#woken(), changes, store.nowMs());
    const recording = reply && this.recordedReplies.record(reply.idempotency, reply.body, next.revision);
    try {
      await store.commit(recording === undefined ? commit : { ...commit, records: recording.records });
      this.#record = next;
      recording?.confirm();
    } catch (error) {
      if (AlcoveError.is(error) && (error.code === "OUTCOME_UNKNOWN" || error.code === "STORE_CONFLICT")) {
        this.#forget();
      }
      throw error;
    }
  }

  /** Leaves memory: releases what the room's components acquired. The stored session stays as it is. */
  async leave(): Promise<DisposalReport> {
    const room = this.#room;
    this.#room = undefined;
    return room === undefined
      ? { errors: [], unfinished: 0 }
      : room.releases.dispose(this.#options.furnishings.releaseTimeoutMs);
  }

  #forget(): void {
    this.#record = undefined;
    this.recordedReplies.forget();
  }

  #woken(): SessionRecord {
    if (this.#record === undefined) {
      throw new TypeError(`The session has to be woken up first.`);
    }
    return this.#record;
  }
}
