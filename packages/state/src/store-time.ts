import type { Clock } from "@alcove/plugin-api";

/**
 * The store's time: the wall clock, but never earlier than what was known before plus the time that has passed since.
 * So a wall clock that is set back brings no expired session back, and one that is set forward counts as time passed.
 */
export class StoreTime {
  readonly #clock: Clock;
  #knownMs: number;
  #knownAtMonotonicMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#knownMs = Math.floor(clock.nowMs());
    this.#knownAtMonotonicMs = clock.monotonicMs();
  }

  /** Takes over a time that was recorded earlier, in milliseconds: from now on it is no earlier than that. */
  startFrom(recordedMs: number): void {
    if (recordedMs > this.nowMs()) {
      this.#know(recordedMs);
    }
  }

  /** Whole milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number {
    const wallClockMs = Math.floor(this.#clock.nowMs());
    const expectedMs = this.#knownMs + Math.floor(this.#clock.monotonicMs() - this.#knownAtMonotonicMs);
    if (wallClockMs > expectedMs) {
      this.#know(wallClockMs);
      return wallClockMs;
    }
    return expectedMs;
  }

  #know(timeMs: number): void {
    this.#knownMs = timeMs;
    this.#knownAtMonotonicMs = this.#clock.monotonicMs();
  }
}
