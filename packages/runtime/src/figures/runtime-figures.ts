import { Distribution, durationBoundsMs } from "@alcove/state";
import type { RunFigures } from "./run-figures.js";

/**
 * Why a session left memory: its time was over, more users came than may stay, nobody used it for too long, the heap
 * was nearly full, or an operator asked for it.
 */
export type EvictionReason = "expired" | "limit" | "idle" | "heap" | "operator";

/** How sessions came into memory. */
export class WakeFigures {
  /** How many, by whether they were stored or began. */
  readonly count = { stored: 0, new: 0 };
  /** How long that took, the building of their components included. */
  readonly durationsMs = new Distribution(durationBoundsMs);

  /** Counts a session that came into memory. */
  record(origin: "stored" | "new", durationMs: number): void {
    this.count[origin] += 1;
    this.durationsMs.record(durationMs);
  }
}

/** What the cleanup of expired sessions did. */
export interface SweepFigures {
  /** Passes that went through. */
  readonly completed: number;
  /** Passes that failed. */
  readonly failed: number;
  /** Entries removed from the store: sessions, and records of theirs. */
  readonly removedEntries: number;
}

/** What a runtime has done since it was started, for whoever watches it. Nothing in it belongs to a user. */
export interface RuntimeFigures {
  /** How runs ended. */
  readonly runs: RunFigures;
  /** How many runs are in flight, those that wait included. */
  readonly runsInFlight: () => number;
  /** How many sessions are in memory. */
  readonly residents: () => number;
  /** How sessions came into memory. */
  readonly wakes: WakeFigures;
  /** How many sessions left memory, by the reason. */
  readonly evictions: Readonly<Record<EvictionReason, number>>;
  /** The cleanups of expired sessions. */
  readonly sweeps: SweepFigures;
}
