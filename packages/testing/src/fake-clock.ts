import type { Clock } from "@alcove/plugin-api";

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** Lets time pass: wall clock and monotonic clock both move on. */
  advance(durationMs: number): void;
  /** Sets the wall clock, as an administrator would, forwards or backwards; the monotonic clock stays. */
  set(wallClockMs: number): void;
}

/**
 * Makes a {@link FakeClock}.
 *
 * @param startMs the wall clock to begin with; a fixed moment in November 2026 when left out.
 */
export function createFakeClock(startMs: number = Date.UTC(2026, 10, 20, 12)): FakeClock {
  let wallClockMs = startMs;
  let passedMs = 0;
  return {
    nowMs: () => wallClockMs,
    monotonicMs: () => passedMs,
    advance(durationMs) {
      if (!(durationMs >= 0)) {
        throw new TypeError(
          `Time passes forwards: advance(${durationMs}) is not possible. Use set() to move the wall clock back.`,
        );
      }
      wallClockMs += durationMs;
      passedMs += durationMs;
    },
    set(nextMs) {
      wallClockMs = nextMs;
    },
  };
}
