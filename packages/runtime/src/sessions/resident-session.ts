import { AlcoveError, type DisposalReport, DisposalStack } from "@alcove/plugin-api";
import type { RecordChange, SessionCommit, SessionKey, SessionStore } from "@alcove/state";
import { type Furnishings, furnishRoom, type Room } from "../containers/room.js";
import type { RunEvents } from "../events/run-events.js";
import type { WakeFigures } from "../figures/runtime-figures.js";
import { RunCollections } from "../runs/run-collections.js";
import type { StateDrafts } from "../runs/state-drafts.js";
import { contentOf } from "./collection-content.js";
import { FairSemaphore } from "./fair-semaphore.js";
import { type IdempotencyLimits, type IdempotencyRequest, RecordedReplies } from "./recorded-replies.js";
import { SessionFigures } from "./session-figures.js";
import type { RunChanges, SessionRecord, SessionRecords } from "./session-record.js";
import { readStoredItems } from "./stored-items.js";
import { UserDataLimit } from "./user-data-limit.js";

/** What every resident session is given. */
export interface ResidentSessionOptions {
  readonly key: SessionKey;
  readonly store: SessionStore;
  readonly records: SessionRecords;
  readonly furnishings: Furnishings;
  readonly maxQueuedRuns: number;
  readonly idempotencyLimits: IdempotencyLimits;
  readonly wakes: WakeFigures;
  /** How many bytes all that is kept of the user may take; 0 for any number. */
  readonly maxBytesPerUser: number;
}

/** What a session is woken up for. */
export interface WakingOccasion {
  /** The run, where it is one. */
  readonly run?: RunEvents | undefined;
  /** Asked where the session would begin anew; what it throws is what waking up ends with. */
  readonly admitNew?: (() => void) | undefined;
}

/** A reply to be recorded with the run it answers. */
export interface ReplyToRecord {
  readonly idempotency: IdempotencyRequest;
  readonly body: string;
}

/**
 * One user's session while it is in memory: its turns, its committed record, and its room. Whoever holds the turn may
 * call {@link wake}, {@link openDrafts}, {@link openCollections} and {@link commit}; nobody else does.
 */
export class ResidentSession {
  readonly userId: string;
  readonly turns: FairSemaphore;
  readonly figures = new SessionFigures();
  readonly recordedReplies: RecordedReplies;
  /** `undefined` where users may keep as much as they like. */
  readonly dataLimit: UserDataLimit | undefined;
  /** How many sessions are open on it: HTTP requests, mostly. */
  openCount = 0;
  /** How many of the user's executions are on their way: as long as there are any the session goes on. */
  openExecutions = 0;
  readonly #options: ResidentSessionOptions;
  #record: SessionRecord | undefined;
  #room: Room | undefined;
  #waking: Promise<Room> | undefined;

  constructor(options: ResidentSessionOptions) {
    this.userId = options.key.userId;
    this.turns = new FairSemaphore(1, options.maxQueuedRuns);
    this.recordedReplies = new RecordedReplies(options.store, options.key, options.idempotencyLimits);
    this.dataLimit = UserDataLimit.of(options.store, options.key, options.maxBytesPerUser);
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
    return this.#record !== undefined && this.#record.expiresAtMs <= nowMs && this.openExecutions === 0;
  }

  /** The room, if record and room are in memory and the session had not expired when the caller came; else {@link wake} is due. */
  awakeRoom(arrivedAtMs: number): Room | undefined {
    return this.#record === undefined || this.hasExpired(arrivedAtMs) ? undefined : this.#room;
  }

  /**
   * Makes sure that record and room are in memory, and that the session had not expired when the caller came: one that
   * had begins anew, in a new room. After a failure nothing half-made is kept. A caller may stop waiting; whoever has the
   * next turn joins what is going on.
   *
   * @param occasion What it is woken up for.
   */
  wake(arrivedAtMs: number, occasion: WakingOccasion = {}): Promise<Room> {
    this.#waking ??= this.#wake(arrivedAtMs, occasion).finally(() => {
      this.#waking = undefined;
    });
    return this.#waking;
  }

  async #wake(arrivedAtMs: number, { run, admitNew }: WakingOccasion): Promise<Room> {
    const { store, records, furnishings, key, wakes } = this.#options;
    const startedAtMs = furnishings.clock.monotonicMs();
    let origin: "stored" | "new" | undefined;
    if (this.hasExpired(arrivedAtMs)) {
      this.#forget();
      await this.#emptyRoom(furnishings.releaseTimeoutMs, true);
    }
    if (this.#record === undefined) {
      const stored = await store.load(key);
      if (stored === undefined) {
        admitNew?.();
        this.dataLimit?.begin();
        await this.#emptyRoom(furnishings.releaseTimeoutMs, true);
      }
      this.#record = stored === undefined ? records.create(store.nowMs()) : await records.read(stored);
      origin = stored === undefined ? "new" : "stored";
    }
    this.#room ??= await furnishRoom(furnishings, this.userId, run?.logFields());
    if (origin !== undefined) {
      wakes.record(origin, furnishings.clock.monotonicMs() - startedAtMs);
    }
    return this.#room;
  }

  /** Drafts of the committed states for one run. */
  openDrafts(): StateDrafts {
    return this.#options.records.drafts(this.#woken());
  }

  /**
   * The collections as they stand, for one run.
   *
   * @param assertActive Throws CALL_ENDED when the run is over.
   */
  openCollections(assertActive: () => void): RunCollections {
    const { store, records, key } = this.#options;
    const record = this.#woken();
    return new RunCollections({
      itemsOf: (component) => records.itemsOf(component),
      contentOf: (items) => contentOf(record, items),
      readStored: (items, from, count) => readStoredItems({ store, key }, items, from, count),
      assertActive,
    });
  }

  /**
   * Makes a run's changes durable, and only then true in memory. After a failure memory is as it was; where the outcome
   * is unknown the record is read from disk again before the next run.
   *
   * @throws STATE_TOO_LARGE where the user would have too much; the store's errors.
   */
  async commit(changes: RunChanges, reply?: ReplyToRecord, more?: readonly RecordChange[]): Promise<void> {
    const { store, records, key } = this.#options;
    const before = this.#woken();
    const { commit, next, changedTexts } = records.prepare(key, before, changes, store.nowMs());
    const recording = reply && this.recordedReplies.record(reply.idempotency, reply.body, next.revision);
    const recorded = recording === undefined ? commit : withRecords(commit, recording.records);
    const whole = more === undefined ? recorded : withRecords(recorded, more);
    const admitted = this.dataLimit?.admit(before, next, whole.records);
    const addedBytes = admitted instanceof Promise ? await admitted : admitted;
    try {
      await store.commit(whole);
      this.#record = next;
      recording?.confirm();
      for (const text of changedTexts) {
        text.release();
      }
    } catch (error) {
      this.#forgetWhatIsUnknown(error);
      throw error;
    } finally {
      this.dataLimit?.settle(addedBytes ?? 0);
    }
  }

  /** Changes records beside the session. Resolves to whether there is a session they can be changed in. */
  changeRecords(changes: readonly RecordChange[], holdsTurn: boolean): Promise<boolean> {
    const { store, key } = this.#options;
    // Whoever is at work in a session that has expired meanwhile, or waits to be, is going to commit in it.
    return store.changeRecords(key, changes, holdsTurn || this.openExecutions > 0 || this.turns.isTaken);
  }

  /** Stores the session as it is, so that there is one to change the records of. No run is counted. */
  async storeWithRecords(changes: readonly RecordChange[]): Promise<void> {
    const { store, records, key } = this.#options;
    const record = this.#woken();
    const { commit, next } = records.prepare(key, record, { states: [], collections: undefined }, store.nowMs());
    const { runsCompleted } = record;
    try {
      await store.commit(withRecords({ ...commit, runsCompleted }, changes));
      this.#record = { ...next, runsCompleted };
    } catch (error) {
      this.#forgetWhatIsUnknown(error);
      throw error;
    }
  }

  /**
   * Ends the session, by whatever `change` does to it in the store; then nothing of it is in memory any more, and its
   * components have been told that it is over. When the change fails, memory is as it was; where its outcome is unknown,
   * the record is read from disk again.
   */
  async end(change: () => Promise<void>): Promise<DisposalReport> {
    try {
      await change();
    } catch (error) {
      if (AlcoveError.is(error) && error.code === "OUTCOME_UNKNOWN") {
        this.#forget();
      }
      throw error;
    }
    this.#forget();
    return this.#emptyRoom(this.#options.furnishings.releaseTimeoutMs, true);
  }

  /** Resolves when a room that is being built for a run that was given up is there, or has failed. */
  async hasSettled(): Promise<void> {
    await this.#waking?.catch(() => undefined);
  }

  /**
   * Leaves memory: releases what the room's components acquired, and if the session is over tells them so before, within
   * the time for each. The stored session stays as it is.
   */
  async leave(timeoutMs: number): Promise<DisposalReport> {
    if (this.#waking === undefined) {
      return this.#emptyRoom(timeoutMs, this.hasExpired(this.#options.store.nowMs()));
    }
    // A room that is still being built is left as soon as it is there, even when that is after the time.
    const leaving = new DisposalStack();
    leaving.add(async () => {
      await this.#waking?.catch(() => undefined);
      await this.#emptyRoom(timeoutMs, false);
    });
    return leaving.dispose(timeoutMs);
  }

  async #emptyRoom(timeoutMs: number, isOver: boolean): Promise<DisposalReport> {
    const room = this.#room;
    this.#room = undefined;
    if (room === undefined) {
      return { errors: [], unfinished: 0, owners: [] };
    }
    const ended = isOver ? await room.endings.dispose(timeoutMs) : undefined;
    const released = await room.releases.dispose(timeoutMs);
    return {
      errors: [...(ended?.errors ?? []), ...released.errors],
      unfinished: (ended?.unfinished ?? 0) + released.unfinished,
      owners: [...new Set([...(ended?.owners ?? []), ...released.owners])],
    };
  }

  #forgetWhatIsUnknown(error: unknown): void {
    if (AlcoveError.is(error) && (error.code === "OUTCOME_UNKNOWN" || error.code === "STORE_CONFLICT")) {
      this.#forget();
    }
  }

  #forget(): void {
    this.#record = undefined;
    this.recordedReplies.forget();
    this.dataLimit?.forget();
  }

  #woken(): SessionRecord {
    if (this.#record === undefined) {
      throw new TypeError(`The session has to be woken up first.`);
    }
    return this.#record;
  }
}

function withRecords(commit: SessionCommit, records: readonly RecordChange[]): SessionCommit {
  return { ...commit, records: commit.records === undefined ? records : [...commit.records, ...records] };
}
