import { AlcoveError } from "@alcove/plugin-api";
import type { RecordChange } from "@alcove/state";
import type { RunKind, RunOutcome } from "../figures/run-figures.js";
import { Run } from "../runs/run.js";
import type { RunAbort } from "../runs/run-abort.js";
import type { BeginRunRequest, InteractiveExecution, InteractiveRequest, RunHost, RunLease } from "../runs/run-host.js";
import type { RunSurroundings } from "./run-surroundings.js";

/** Runs of a shared entry: no session, no turns, nothing to commit. */
export class SharedRunHost implements RunHost {
  readonly clock: RunHost["clock"];
  readonly hub: RunHost["hub"];
  readonly userId: string | undefined;
  readonly #surroundings: RunSurroundings;

  constructor(surroundings: RunSurroundings, userId: string | undefined) {
    this.clock = surroundings.clock;
    this.hub = surroundings.hub;
    this.userId = userId;
    this.#surroundings = surroundings;
  }

  get isTimeLimited(): boolean {
    return this.#surroundings.deadlines !== undefined;
  }

  async begin({ facts, events, abort, idempotency }: BeginRunRequest): Promise<RunLease> {
    if (idempotency !== undefined) {
      throw new AlcoveError(
        "IDEMPOTENCY_UNSUPPORTED",
        "A shared workflow cannot take an idempotency key: it keeps no replies.",
      );
    }
    const { activeRuns, deadlines, sharedFunctions: functions, logger, clock, assertOpen } = this.#surroundings;
    assertOpen();
    activeRuns.enter(abort);
    deadlines?.enter(abort);
    try {
      await this.#takeSlot(abort);
    } catch (error) {
      deadlines?.exit(abort);
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
      objects: this.#surroundings.objects,
      sessionBegunAtMs: undefined,
      redact: this.#surroundings.redact,
    });
    return new SharedLease(this.#surroundings, run, (records) => this.#store(records));
  }

  interactiveExecution(request: InteractiveRequest): InteractiveExecution {
    return this.#surroundings.executions.interactive(this.userId, request);
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

  async #store(records: readonly RecordChange[]): Promise<void> {
    if (this.userId !== undefined) {
      await this.#surroundings.executions.records(this.userId).change(records, { mayBegin: true, holdsTurn: false });
    }
  }
}

/** A run of a shared workflow: it holds a slot, and its place among the runs a shutdown waits for. */
class SharedLease implements RunLease {
  readonly run: Run;
  readonly recordedReply = undefined;
  readonly #surroundings: RunSurroundings;
  readonly #store: (records: readonly RecordChange[]) => Promise<void>;
  #isHolding = true;

  constructor(surroundings: RunSurroundings, run: Run, store: (records: readonly RecordChange[]) => Promise<void>) {
    this.#surroundings = surroundings;
    this.run = run;
    this.#store = store;
  }

  assertRecordable(): void {
    // Nothing is ever recorded.
  }

  async commit(_result: unknown, records: readonly RecordChange[] | undefined): Promise<void> {
    this.run.end();
    try {
      if (records !== undefined) {
        await this.#store(records);
      }
    } finally {
      this.park();
    }
  }

  rollback(): void {
    this.run.end();
    this.park();
  }

  park(): void {
    if (this.#isHolding) {
      this.#isHolding = false;
      this.#surroundings.deadlines?.exit(this.run.abort);
      this.#surroundings.slots.release();
      this.#surroundings.activeRuns.exit(this.run.abort);
    }
  }

  async unpark(): Promise<boolean> {
    const { assertOpen, activeRuns, slots } = this.#surroundings;
    assertOpen();
    activeRuns.enter(this.run.abort);
    try {
      await slots.acquire(this.run.abort);
    } catch (error) {
      activeRuns.exit(this.run.abort);
      throw error;
    }
    this.#isHolding = true;
    this.#surroundings.deadlines?.enter(this.run.abort);
    return true;
  }

  hasChanged(): boolean {
    return false;
  }
}
