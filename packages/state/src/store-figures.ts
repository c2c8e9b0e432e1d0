import type { ErrorCode } from "@alcove/plugin-api";
import { Distribution, durationBoundsMs } from "./distribution.js";

/** The latest attempt of a store to write anything. */
export interface WriteAttempt {
  /** Why it failed; `undefined` when what was written is durable. */
  readonly failure: ErrorCode | undefined;
  /** When it ended, on the process's monotonic clock (`performance.now()`). */
  readonly atMs: number;
}

/** What a store has done since it was opened, for whoever watches it. Nothing in it belongs to a user. */
export interface StoreFigures {
  /** How many commits are stored. */
  readonly commits: number;
  /** How many commits failed, by the code their caller was given. */
  readonly commitFailures: ReadonlyMap<ErrorCode, number>;
  /** How many reading accesses failed, likewise. */
  readonly readFailures: ReadonlyMap<ErrorCode, number>;
  /** How many commits were written at once. */
  readonly batchSizes: Distribution;
  /** How long it took to make a batch durable, in milliseconds. */
  readonly batchDurationsMs: Distribution;
  /** `undefined` before the first. */
  readonly lastWrite: WriteAttempt | undefined;
}

const batchSizeBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** Counts for {@link StoreFigures}. */
export class StoreCounters implements StoreFigures {
  readonly commitFailures = new Map<ErrorCode, number>();
  readonly readFailures = new Map<ErrorCode, number>();
  readonly batchSizes = new Distribution(batchSizeBounds);
  readonly batchDurationsMs = new Distribution(durationBoundsMs);
  #commits = 0;
  #lastFailure: ErrorCode | undefined;
  #lastWriteAtMs: number | undefined;

  get commits(): number {
    return this.#commits;
  }

  get lastWrite(): WriteAttempt | undefined {
    return this.#lastWriteAtMs === undefined ? undefined : { failure: this.#lastFailure, atMs: this.#lastWriteAtMs };
  }

  /** Counts a commit that is stored. */
  committed(): void {
    this.#commits += 1;
  }

  /** Counts a commit that failed. */
  commitFailed(code: ErrorCode): void {
    add(this.commitFailures, code);
  }

  /** Counts a reading access that failed. */
  readFailed(code: ErrorCode): void {
    add(this.readFailures, code);
  }

  /** Counts a batch that is durable. @param commits How many it held; 0 when it was the store's own entry only. */
  written(commits: number, startedAtMs: number): void {
    const endedAtMs = performance.now();
    this.#lastFailure = undefined;
    this.#lastWriteAtMs = endedAtMs;
    if (commits > 0) {
      this.batchSizes.record(commits);
      this.batchDurationsMs.record(endedAtMs - startedAtMs);
    }
  }

  /** Notes that an attempt to write failed. */
  writeFailed(code: ErrorCode): void {
    this.#lastFailure = code;
    this.#lastWriteAtMs = performance.now();
  }
}

function add(counts: Map<ErrorCode, number>, code: ErrorCode): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
}
