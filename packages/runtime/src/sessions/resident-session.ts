import { AlcoveError, type DisposalReport } from "@alcove/plugin-api";
import type { SessionKey, SessionStore } from "@alcove/state";
import { type Furnishings, furnishRoom, type Room } from "../containers/room.js";
import type { ChangedState, StateDrafts } from "../runs/state-drafts.js";
import { FairSemaphore } from "./fair-semaphore.js";
import type { Resident } from "./residency.js";
import { SessionFigures } from "./session-figures.js";
import type { SessionRecord, SessionRecords } from "./session-record.js";

/** What every resident session is given. */
export interface ResidentSessionOptions {
  readonly key: SessionKey;
  readonly store: SessionStore;
  readonly records: SessionRecords;
  readonly furnishings: Furnishings;
  readonly maxQueuedRuns: number;
}

/**
 * One user's session while it is in memory: its turns, its committed record, and its room. Whoever holds the turn may
 * call {@link wake}, {@link openDrafts} and {@link commit}; nobody else does.
 */
export class ResidentSession implements Resident {
  readonly userId: string;
  readonly turns: FairSemaphore;
  readonly figures = new SessionFigures();
  /** How many sessions are open on it: HTTP requests, mostly. */
  openCount = 0;
  readonly #options: ResidentSessionOptions;
  #record: SessionRecord | undefined;
  #room: Room | undefined;

  constructor(options: ResidentSessionOptions) {
    this.userId = options.key.userId;
    this.turns = new FairSemaphore(1, options.maxQueuedRuns);
    this.#options = options;
  }

  /** The committed record; `undefined` while the session has not woken up. */
  get record(): SessionRecord | undefined {
    return this.#record;
  }

  get isAwake(): boolean {
    return this.#record !== undefined;
  }

  /** Whether it woke up, and its time is over. */
  hasExpired(nowMs: number): boolean {
    return this.#record !== undefined && this.#record.expiresAtMs <= nowMs;
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
    if (this.hasExpired(store.nowMs())) {
      const leaving = this.leave();
      this.#record = undefined;
      await leaving;
    }
    if (this.#record === undefined) {
      const stored = await store.load(key);
      if (stored === undefined) {
        await this.#leave(true);
      }
      this.#record = stored === undefined ? records.create(store.nowMs()) : await records.read(stored);
    }
    this.#room ??= await furnishRoom(furnishings, this.userId);
    return this.#room;
  }

  /** Drafts of the committed states for one run. */
  openDrafts(): StateDrafts {
    return this.#options.records.drafts(this.#woken());
  }

  /**
   * Makes a run's changes durable, and only then true in memory. After a failure memory is as it was; where the outcome
   * is unknown the record is read from disk again before the next run.
   */
  async commit(changes: readonly ChangedState[]): Promise<void> {
    const { store, records, key } = this.#options;
    const { commit, next } = records.prepare(key, this.#woken(), changes, store.nowMs());
    try {
      await store.commit(commit);
      this.#record = next;
    } catch (error) {
      if (AlcoveError.is(error) && (error.code === "OUTCOME_UNKNOWN" || error.code === "STORE_CONFLICT")) {
        this.#record = undefined;
      }
      throw error;
    }
  }

  /**
   * Leaves memory: releases what the room's components acquired, and if the session is over tells them so before. The
   * stored session stays as it is.
   */
  leave(): Promise<DisposalReport> {
    return this.#leave(this.hasExpired(this.#options.store.nowMs()));
  }

  async #leave(isOver: boolean): Promise<DisposalReport> {
    const room = this.#room;
    this.#room = undefined;
    if (room === undefined) {
      return { errors: [], unfinished: 0 };
    }
    const { releaseTimeoutMs } = this.#options.furnishings;
    const ended = isOver ? await room.endings.dispose(releaseTimeoutMs) : undefined;
    const released = await room.releases.dispose(releaseTimeoutMs);
    return {
      errors: [...(ended?.errors ?? []), ...released.errors],
      unfinished: (ended?.unfinished ?? 0) + released.unfinished,
    };
  }

  #woken(): SessionRecord {
    if (this.#record === undefined) {
      throw new TypeError(`The session has to be woken up first.`);
    }
    return this.#record;
  }
}
