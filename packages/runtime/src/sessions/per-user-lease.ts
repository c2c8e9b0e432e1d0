import type { RecordChange } from "@alcove/state";
import type { Run } from "../runs/run.js";
import type { RunLease } from "../runs/run-host.js";
import type { StateDrafts } from "../runs/state-drafts.js";
import type { IdempotencyRequest } from "./recorded-replies.js";
import type { ResidentSession } from "./resident-session.js";
import type { RunPermits } from "./run-permits.js";
import type { SessionRecord } from "./session-record.js";

/** What a {@link PerUserLease} is made of. */
export interface PerUserLeaseParts {
  readonly run: Run;
  readonly drafts: StateDrafts;
  readonly resident: ResidentSession;
  readonly permits: RunPermits;
  readonly idempotency: IdempotencyRequest | undefined;
  readonly recordedReply: string | undefined;
  /** The store's time. */
  readonly nowMs: () => number;
}

/** A run in a user's session, with all that it holds. */
export class PerUserLease implements RunLease {
  readonly #parts: PerUserLeaseParts;
  #parkedAt: SessionRecord | undefined;

  constructor(parts: PerUserLeaseParts) {
    this.#parts = parts;
  }

  get run(): Run {
    return this.#parts.run;
  }

  get recordedReply(): string | undefined {
    return this.#parts.recordedReply;
  }

  assertRecordable(bytes: number): void {
    this.#parts.resident.recordedReplies.assertFits(bytes);
  }

  async commit(result: unknown, records: readonly RecordChange[] | undefined): Promise<void> {
    const { run, drafts, resident, permits, idempotency } = this.#parts;
    run.end();
    try {
      const changes = { states: drafts.finish(), collections: run.collectionChanges() };
      // The slot is given back before the commit, so that commits of many users still meet in one batch.
      permits.releaseSlot();
      const reply = idempotency === undefined ? undefined : { idempotency, body: String(result) };
      const { trace } = run.events;
      await (trace === undefined
        ? resident.commit(changes, reply, records)
        : trace.commit(() => resident.commit(changes, reply, records)));
    } finally {
      permits.release();
    }
  }

  park(): void {
    const { resident, permits } = this.#parts;
    this.#parkedAt = resident.record;
    permits.release();
  }

  async unpark(): Promise<boolean> {
    const { run, resident, permits, nowMs } = this.#parts;
    await permits.takeTurn();
    permits.startClock();
    if (!resident.isAwake) {
      await run.abort.race(resident.wake(nowMs()));
    }
    await permits.takeSlot();
    return !this.hasChanged();
  }

  hasChanged(): boolean {
    const [before, after] = [this.#parkedAt, this.#parts.resident.record];
    // What is not in memory is read again before it is compared.
    const isComparable = before !== undefined && after !== undefined;
    return isComparable && (before.revision !== after.revision || before.createdAtMs !== after.createdAtMs);
  }

  rollback(): void {
    const { run, drafts, permits } = this.#parts;
    run.end();
    drafts.discard();
    permits.release();
  }
}
