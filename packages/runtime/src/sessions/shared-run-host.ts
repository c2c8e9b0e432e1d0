import { AlcoveError } from "@alcove/plugin-api";
import type { RunKind, RunOutcome } from "../figures/run-figures.js";
import { Run } from "../runs/run.js";
import type { RunAbort } from "../runs/run-abort.js";
import type { BeginRunRequest, RunHost, RunLease } from "../runs/run-host.js";
import type { RunSurroundings } from "./run-surroundings.js";

/** Runs of a shared workflow: no session, no turns, nothing to commit. */
export class SharedRunHost implements RunHost {
  readonly workflow: RunHost["workflow"];
  readonly wire: RunHost["wire"];
  readonly clock: RunHost["clock"];
  readonly hub: RunHost["hub"];
  readonly userId: string | undefined;
  readonly #surroundings: RunSurroundings;

  constructor(surroundings: RunSurroundings, userId: string | undefined) {
    this.workflow = surroundings.workflow;
    this.wire = surroundings.wire;
    this.clock = surroundings.clock;
    this.hub = surroundings.hub;
    this.userId = userId;
    this.#surroundings = surroundings;
  }

  async begin({ facts, events, abort, idempotency }: BeginRunRequest): Promise<RunLease> {
    if (idempotency !== undefined) {
      throw new AlcoveError(
        "IDEMPOTENCY_UNSUPPORTED",
        "A shared workflow cannot take an idempotency key: it keeps no replies.",
      );
    }
    const { slots, activeRuns, sharedFunctions: functions, logger, clock, assertOpen } = this.#surroundings;
    assertOpen();
    activeRuns.enter(abort);
    try {
      await this.#takeSlot(abort);
    } catch (error) {
      activeRuns.exit(abort);
      throw error;
    }
    const { userId } = this;
    const run = new Run({
      facts,
      events,
      abort,
      userId,
      logger,
      clock,
      functions,
      drafts: undefined,
      collections: undefined,
    });
    let isOver = false;
    const end = (): void => {
      run.end();
      if (!isOver) {
        isOver = true;
        slots.release();
        activeRuns.exit(abort);
      }
    };
    return {
      run,
      recordedReply: undefined,
      assertRecordable: () => undefined,
      commit: async () => end(),
      rollback: end,
    };
  }

  recordEnd(kind: RunKind, outcome: RunOutcome, latencyMs: number): void {
    this.#surroundings.figures.record(kind, outcome, latencyMs);
  }

  recordReplay(): void {
    this.#surroundings.figures.recordReplay();
  }

  async #takeSlot(abort: RunAbort): Promise<void> {
    const { slots, figures, clock } = this.#surroundings;
    const slot = slots.acquire(abort);
    if (slot === undefined) {
      return;
    }
    const sinceMs = clock.monotonicMs();
    figures.beginWait();
    try {
      await slot;
    } finally {
      figures.endWait(clock.monotonicMs() - sinceMs);
    }
  }
}
