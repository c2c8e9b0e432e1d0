import type { DisposalReport } from "@alcove/plugin-api";
import type { RecordChange } from "@alcove/state";
import type { RecordsChangeOptions } from "../executions/execution-ledger.js";
import type { RunKind, RunOutcome } from "../figures/run-figures.js";
import { Run } from "../runs/run.js";
import { RunAbort } from "../runs/run-abort.js";
import type { BeginRunRequest, InteractiveExecution, InteractiveRequest, RunHost, RunLease } from "../runs/run-host.js";
import { PerUserLease } from "./per-user-lease.js";
import type { Resident } from "./residency.js";
import type { ResidentSession } from "./resident-session.js";
import { RunPermits } from "./run-permits.js";
import type { RunSurroundings } from "./run-surroundings.js";

/** Runs in one user's session. There is one for each resident session, and it stays in memory as long as that does. */
export class PerUserRunHost implements RunHost, Resident {
  readonly clock: RunHost["clock"];
  readonly hub: RunHost["hub"];
  readonly userId: string;
  readonly #surroundings: RunSurroundings;
  readonly resident: ResidentSession;
  readonly #hasLeft: () => Promise<void> | undefined;

  /** @param hasLeft Resolves when an earlier room of the same user has been torn down, if one is being. */
  constructor(surroundings: RunSurroundings, resident: ResidentSession, hasLeft: () => Promise<void> | undefined) {
    this.clock = surroundings.clock;
    this.hub = surroundings.hub;
    this.userId = resident.userId;
    this.#surroundings = surroundings;
    this.resident = resident;
    this.#hasLeft = hasLeft;
  }

  get isTimeLimited(): boolean {
    return this.#surroundings.deadlines !== undefined;
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

  async begin({ facts, events, abort, idempotency, admitNewSession }: BeginRunRequest): Promise<RunLease> {
    const { logger, clock, storeNowMs } = this.#surroundings;
    const arrivedAtMs = storeNowMs();
    const permits = new RunPermits(this.#surroundings, this.resident.turns, abort);
    try {
      const turn = permits.takeTurn();
      if (turn !== undefined) {
        await turn;
      }
      permits.startClock();
      const leaving = this.#hasLeft();
      if (leaving !== undefined) {
        await abort.race(leaving);
      }
      const room =
        this.resident.awakeRoom(arrivedAtMs) ??
        (await abort.race(this.resident.wake(arrivedAtMs, { run: events, admitNew: admitNewSession })));
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
        objects: this.#surroundings.objects,
        sessionBegunAtMs: this.resident.record?.createdAtMs,
        redact: this.#surroundings.redact,
      });
      return new PerUserLease({
        run,
        drafts,
        resident: this.resident,
        permits,
        idempotency,
        recordedReply,
        nowMs: storeNowMs,
      });
    } catch (error) {
      permits.release();
      throw error;
    }
  }

  interactiveExecution(request: InteractiveRequest): InteractiveExecution {
    return this.#surroundings.executions.interactive(this.userId, request);
  }

  /**
   * Changes records of the user's session, with no run's commit. Resolves to whether there was, or now is, a session.
   *
   * @throws STATE_TOO_LARGE where it may begin a session and the user would have too much; the store's errors, and whatever a session
   * that has to be begun for it is refused with.
   */
  async changeRecords(changes: readonly RecordChange[], options: RecordsChangeOptions): Promise<boolean> {
    const { dataLimit } = this.resident;
    // What cannot begin a session ends something, or answers a question, and must not fail for want of room.
    const addedBytes = await dataLimit?.admitRecords(changes, options.mayBegin);
    try {
      return await this.#changeAdmitted(changes, options);
    } finally {
      dataLimit?.settle(addedBytes ?? 0);
    }
  }

  async #changeAdmitted(
    changes: readonly RecordChange[],
    { mayBegin, holdsTurn, admitNewSession }: RecordsChangeOptions,
  ): Promise<boolean> {
    const { resident } = this;
    if (await resident.changeRecords(changes, holdsTurn)) {
      return true;
    }
    if (!mayBegin) {
      return false;
    }
    if (holdsTurn) {
      await resident.storeWithRecords(changes);
    } else {
      await this.#beginWithRecords(changes, admitNewSession);
    }
    return true;
  }

  async #beginWithRecords(changes: readonly RecordChange[], admitNewSession?: () => void): Promise<void> {
    const { resident } = this;
    const permits = new RunPermits(this.#surroundings, resident.turns, new RunAbort());
    try {
      await permits.takeTurn();
      await this.#hasLeft();
      // Whoever had the turn may have begun the session.
      if (!(await resident.changeRecords(changes, false))) {
        await resident.wake(this.#surroundings.storeNowMs(), { admitNew: admitNewSession });
        await resident.storeWithRecords(changes);
      }
    } finally {
      permits.release();
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
