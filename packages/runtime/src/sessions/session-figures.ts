import type { RunKind, RunOutcome } from "../figures/run-figures.js";

/** So many latencies are kept of each user in memory: half a kilobyte, and enough for a p95 that is no outlier. */
const RECENT_LATENCIES = 64;

/** Latencies in milliseconds that half of the runs, 95 % and 99 % of them did not exceed. */
export interface LatencyPercentiles {
  /** Half of them took no longer. */
  readonly p50Ms: number;
  /** 95 % took no longer. */
  readonly p95Ms: number;
  /** 99 % took no longer. */
  readonly p99Ms: number;
}

/** Counts what a session does while it is in memory: the durable count of runs lives in the session's record. */
export class SessionFigures {
  #runs = 0;
  #failed = 0;
  #cancelled = 0;
  #streams = 0;
  #totalLatencyMs = 0;
  // A ring that grows with its use, so that a user who called once costs next to nothing.
  readonly #recentMs: number[] = [];

  /** How many runs failed, on whatever route. */
  get errorCount(): number {
    return this.#failed;
  }

  /** How many runs were given up by their callers. */
  get cancelledCount(): number {
    return this.#cancelled;
  }

  /** How many runs were asked for as streams, whatever became of them. */
  get streamCount(): number {
    return this.#streams;
  }

  /** The mean time from a run's start to its end, waiting included; 0 before the first. */
  get averageLatencyMs(): number {
    return this.#runs === 0 ? 0 : this.#totalLatencyMs / this.#runs;
  }

  /** Of the latest 64 runs; 0 before the first. */
  get latencyPercentiles(): LatencyPercentiles {
    const sorted = [...this.#recentMs].sort((one, other) => one - other);
    const rank = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    return { p50Ms: rank(0.5), p95Ms: rank(0.95), p99Ms: rank(0.99) };
  }

  /** Counts a run that ended. */
  record(kind: RunKind, outcome: RunOutcome, latencyMs: number): void {
    if (kind === "stream") {
      this.#streams += 1;
    }
    if (outcome === "failed") {
      this.#failed += 1;
    } else if (outcome === "cancelled") {
      this.#cancelled += 1;
    }
    this.#recentMs[this.#runs % RECENT_LATENCIES] = latencyMs;
    this.#runs += 1;
    this.#totalLatencyMs += latencyMs;
  }
}
