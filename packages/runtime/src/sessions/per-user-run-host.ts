import type { DisposalReport } from "@alcove/plugin-api";
import type { RunKind, RunOutcome } from "../figures/run-figures.js";
import { Run } from "../runs/run.js";
import type { BeginRunRequest, RunHost, RunLease } from "../runs/run-host.js";
import type { StateDrafts } from "../runs/state-drafts.js";
import type { IdempotencyRequest } from "./recorded-replies.js";
import type { Resident } from "./residency.js";
import type { ResidentSession } from "./resident-session.js";
import { RunPermits } from "./run-permits.js";
import type { RunSurroundings } from "./run-surroundings.js";

/** Runs in one user's session. There is one for each resident session, and it stays in memory as long as that does. */
export class PerUserRunHost implements RunHost, Resident {
  readonly workflow: RunHost["workflow"];
  readonly wire: RunHost["wire"];
  readonly clock: RunHost["clock"];
  readonly hub: RunHost["hub"];
  readonly userId: string;
  readonly #surroundings: RunSurroundings;
  readonly resident: ResidentSession;
  readonly #hasLeft: () => Promise<void> | undefined;

  /** @param hasLeft Resolves when an earlier room of the same user has been torn down, if one is being. */
  constructor(surroundings: RunSurroundings, resident: ResidentSession, hasLeft: () => Promise<void> | undefined) {
    this.workflow = surroundings.workflow;
    this.wire = surroundings.wire;
    this.clock = surroundings.clock;
    this.hub = surroundings.hub;
    this.userId = resident.userId;
    this.#surroundings = surroundings;
    this.resident = resident;
    this.#hasLeft = hasLeft;
  }

  get isAwake(): boolean {
    return this.resident.isAwake;
  }

  hasExpired(nowMs: number): boolean {
    return this.resident.hasExpired(nowMs);
  }

  leave(timeoutMs: number): Promise<DisposalReport> {
    return this.resident.leave(timeoutMs);
  }

  async begin({ facts, events, abort, idempotency }: BeginRunRequest): Promise<RunLease> {
    const { logger, clock, storeNowMs } = this.#surroundings;
    const arrivedAtMs = storeNowMs();
    const permits = new RunPermits(this.#surroundings, this.resident, abort);
    try {
      const turn = permits.takeTurn();
      if (turn !== undefined) {
        await turn;
      }
      const leaving = this.#hasLeft();
      if (leaving !== undefined) {
        await abort.race(leaving);
      }
      const room = this.resident.awakeRoom(arrivedAtMs) ?? (await abort.race(this.resident.wake(arrivedAtMs, events)));
      const recordedReply = idempotency && (await this.resident.recordedReplies.find(idempotency));
      // Only now, so that no slot is held while a room is built.
      const slot = permits.takeSlot();
      if (slot !== undefined) {
        await slot;
      }
      abort.assertNotAborted();
      const drafts = this.resident.openDrafts();
      const { userId } = this;
      const run = new Run({
        facts,
        events,
        abort,
        userId,
        logger,
        clock,
        functions: room.functions,
        drafts,
        collections: this.resident,
      });
      return new PerUserLease({ run, drafts, resident: this.resident, permits, idempotency, recordedReply });
    } catch (error) {
      permits.release();
      throw error;
    }
  }

  recordEnd(kind: RunKind, outcome: RunOutcome, latencyMs: number): void {
    this.resident.figures.record(kind, outcome, latencyMs);
    this.#surroundings.figures.record(kind, outcome, latencyMs);
  }

  recordReplay(): void {
    this.#surroundings.figures.recordReplay();
  }
}

interface PerUserLeaseParts {
  readonly run: Run;
  readonly drafts: StateDrafts;
  readonly resident: ResidentSession;
  readonly permits: RunPermits;
  readonly idempotency: IdempotencyRequest | undefined;
  readonly recordedReply: string | undefined;
}

class PerUserLease implements RunLease {
  readonly #parts: PerUserLeaseParts;

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

  async commit(result: unknown): Promise<void> {
    const { run, drafts, resident, permits, idempotency } = this.#parts;
    run.end();
    try {
      const changes = { states: drafts.finish(), collections: run.collectionChanges() };
      // The slot is given back before the commit, so that commits of many users still meet in one batch.
      permits.releaseSlot();
      const reply = idempotency === undefined ? undefined : { idempotency, body: String(result) };
      const { trace } = run.events;
      await (trace === undefined
        ? resident.commit(changes, reply)
        : trace.commit(() => resident.commit(changes, reply)));
    } finally {
      permits.release();
    }
  }

  rollback(): void {
    const { run, drafts, permits } = this.#parts;
    run.end();
    drafts.discard();
    permits.release();
  }
}
