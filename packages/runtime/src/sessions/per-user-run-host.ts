import { Run } from "../runs/run.js";
import type { RunAbort } from "../runs/run-abort.js";
import type { BeginRunRequest, RunHost, RunLease } from "../runs/run-host.js";
import type { StateDrafts } from "../runs/state-drafts.js";
import type { Residency } from "./residency.js";
import type { ResidentSession } from "./resident-session.js";
import type { RunSurroundings } from "./run-surroundings.js";

/** Runs in one user's session. There is one for each open session. */
export class PerUserRunHost implements RunHost {
  readonly workflow: RunHost["workflow"];
  readonly wire: RunHost["wire"];
  readonly clock: RunHost["clock"];
  readonly hub: RunHost["hub"];
  readonly userId: string;
  readonly #surroundings: RunSurroundings;
  readonly #residency: Residency<ResidentSession>;

  constructor(surroundings: RunSurroundings, userId: string, residency: Residency<ResidentSession>) {
    this.workflow = surroundings.workflow;
    this.wire = surroundings.wire;
    this.clock = surroundings.clock;
    this.hub = surroundings.hub;
    this.userId = userId;
    this.#surroundings = surroundings;
    this.#residency = residency;
  }

  async begin({ facts, events, abort }: BeginRunRequest): Promise<RunLease> {
    const { sharedFunctions, logger, clock, assertOpen } = this.#surroundings;
    assertOpen();
    const { userId } = this;
    // The run holds the session by itself: whoever opened it may close it while the run goes on.
    const resident = this.#residency.hold(userId);
    const permits = new RunPermits(this.#surroundings, resident, this.#residency, abort);
    try {
      await permits.acquire();
      const leaving = this.#residency.hasLeft(userId);
      if (leaving !== undefined) {
        await leaving;
      }
      const { functions: roomFunctions } = resident.awakeRoom() ?? (await resident.wake());
      const drafts = resident.openDrafts();
      const run = new Run({ facts, events, abort, userId, logger, clock, sharedFunctions, roomFunctions, drafts });
      return new PerUserLease(run, drafts, resident, permits);
    } catch (error) {
      permits.release();
      throw error;
    }
  }

  recordEnd(outcome: "completed" | "failed", latencyMs: number): void {
    this.#residency.find(this.userId)?.figures.record(outcome, latencyMs);
  }
}

/** What a run holds while it works: the session, its place among the active runs, the user's turn, and a slot. */
class RunPermits {
  readonly #surroundings: RunSurroundings;
  readonly #resident: ResidentSession;
  readonly #residency: Residency<ResidentSession>;
  readonly #abort: RunAbort;
  #isHeld = true;
  #isActive = false;
  #hasTurn = false;
  #hasSlot = false;

  /** @param resident A session that is held already; {@link release} gives it back with the rest. */
  constructor(
    surroundings: RunSurroundings,
    resident: ResidentSession,
    residency: Residency<ResidentSession>,
    abort: RunAbort,
  ) {
    this.#surroundings = surroundings;
    this.#resident = resident;
    this.#residency = residency;
    this.#abort = abort;
  }

  /** @throws SESSION_QUEUE_FULL, RUN_ABORTED; {@link release} is due all the same. */
  async acquire(): Promise<void> {
    const { activeRuns, slots } = this.#surroundings;
    activeRuns.enter(this.#abort);
    this.#isActive = true;
    const turn = this.#resident.turns.acquire(this.#abort);
    if (turn !== undefined) {
      await turn;
    }
    this.#hasTurn = true;
    const slot = slots.acquire(this.#abort);
    if (slot !== undefined) {
      await slot;
    }
    this.#hasSlot = true;
  }

  /** Idempotent. */
  releaseSlot(): void {
    if (this.#hasSlot) {
      this.#hasSlot = false;
      this.#surroundings.slots.release();
    }
  }

  /** Gives back whatever is held. Idempotent. */
  release(): void {
    this.releaseSlot();
    if (this.#hasTurn) {
      this.#hasTurn = false;
      this.#resident.turns.release();
    }
    if (this.#isActive) {
      this.#isActive = false;
      this.#surroundings.activeRuns.exit(this.#abort);
    }
    if (this.#isHeld) {
      this.#isHeld = false;
      this.#residency.release(this.#resident);
    }
  }
}

class PerUserLease implements RunLease {
  readonly run: Run;
  readonly #drafts: StateDrafts;
  readonly #resident: ResidentSession;
  readonly #permits: RunPermits;

  constructor(run: Run, drafts: StateDrafts, resident: ResidentSession, permits: RunPermits) {
    this.run = run;
    this.#drafts = drafts;
    this.#resident = resident;
    this.#permits = permits;
  }

  async commit(): Promise<void> {
    this.run.end();
    try {
      const changes = this.#drafts.finish();
      // The slot is given back before the commit, so that commits of many users still meet in one batch.
      this.#permits.releaseSlot();
      await this.#resident.commit(changes);
    } finally {
      this.#permits.release();
    }
  }

  rollback(): void {
    this.run.end();
    this.#drafts.discard();
    this.#permits.release();
  }
}
