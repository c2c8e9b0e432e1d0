import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StoreTime } from "./store-time.js";

function movableClock(startMs: number) {
  const clock = { wallMs: startMs, passedMs: 0, nowMs: () => clock.wallMs, monotonicMs: () => clock.passedMs };
  return clock;
}

describe("StoreTime", () => {
  it("never runs backwards and never falls behind the wall clock, whatever that does", () => {
    const step = fc.record({
      passedMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
      jumpMs: fc.integer({ min: -1e8, max: 1e8 }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const clock = movableClock(1e12);
        const time = new StoreTime(clock);
        let earlierMs = time.nowMs();
        for (const { passedMs, jumpMs } of steps) {
          clock.passedMs += passedMs;
          clock.wallMs += jumpMs;
          const nowMs = time.nowMs();
          expect(Number.isSafeInteger(nowMs)).toBe(true);
          expect(nowMs).toBeGreaterThanOrEqual(earlierMs);
          expect(nowMs).toBeGreaterThanOrEqual(clock.wallMs);
          earlierMs = nowMs;
        }
      }),
    );
  });

  it("goes on from a recorded time that is later than the wall clock, at the pace of the time that passes", () => {
    const clock = movableClock(1_000);
    const time = new StoreTime(clock);
    time.startFrom(5_000);
    expect(time.nowMs()).toBe(5_000);
    clock.passedMs += 1_500.7;
    expect(time.nowMs()).toBe(6_500);
  });

  it("loses no fractions of a millisecond, however often it is asked", () => {
    const clock = movableClock(1_000);
    const time = new StoreTime(clock);
    for (let asked = 0; asked < 1_000; asked += 1) {
      clock.passedMs += 0.25;
      time.nowMs();
    }
    expect(time.nowMs()).toBe(1_250);
  });

  it("takes no notice of a recorded time that is in the past", () => {
    const time = new StoreTime(movableClock(10_000));
    time.startFrom(5_000);
    expect(time.nowMs()).toBe(10_000);
  });
});
