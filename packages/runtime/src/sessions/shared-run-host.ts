import { AlcoveError } from "@alcove/plugin-api";
import type { RecordChange } from "@alcove/state";
import type { RunKind, RunOutcome } from "../figures/run-figures.js";
import { Run } from "../runs/run.js";
import type { BeginRunRequest, InteractiveExecution, InteractiveRequest, RunHost, RunLease } from "../runs/run-host.js";
import { RunPermits } from "./run-permits.js";
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
    const { sharedFunctions: functions, logger, clock } = this.#surroundings;
    const permits = new RunPermits(this.#surroundings, undefined, abort);
    await takePermits(permits);
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
    return new SharedLease(run, permits, (records) => this.#store(records));
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

  async #store(records: readonly RecordChange[]): Promise<void> {
    if (this.userId !== undefined) {
      await this.#surroundings.executions.records(this.userId).change(records, { mayBegin: true, holdsTurn: false });
    }
  }
}

/** All that a run in no session needs; nothing is held when it rejects. */
async function takePermits(permits: RunPermits): Promise<void> {
  try {
    await permits.takeTurn();
    permits.startClock();
    await permits.takeSlot();
  } catch (error) {
    permits.release();
    throw error;
  }
}

/** A run of a shared workflow, with all that it holds. */
class SharedLease implements RunLease {
  readonly run: Run;
  readonly recordedReply = undefined;
  readonly #permits: RunPermits;
  readonly #store: (records: readonly RecordChange[]) => Promise<void>;

  constructor(run: Run, permits: RunPermits, store: (records: readonly RecordChange[]) => Promise<void>) {
    this.run = run;
    this.#permits = permits;
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
    this.#permits.release();
  }

  async unpark(): Promise<boolean> {
    await takePermits(this.#permits);
    return true;
  }

  hasChanged(): boolean {
    return false;
  }
}
