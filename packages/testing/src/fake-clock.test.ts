import { describe, expect, it } from "vitest";
import { createFakeClock } from "./fake-clock.js";

describe("createFakeClock", () => {
  it("stands still, and moves both clocks when time passes", () => {
    const clock = createFakeClock(1_000);
    expect([clock.nowMs(), clock.nowMs(), clock.monotonicMs()]).toEqual([1_000, 1_000, 0]);
    clock.advance(250);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1_250, 250]);
  });

  it("moves only the wall clock when that is set, backwards too", () => {
    const clock = createFakeClock(1_000);
    clock.advance(10);
    clock.set(5);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([5, 10]);
  });

  it.each([-1, Number.NaN])("does not let time pass by %s", (durationMs) => {
    expect(() => createFakeClock().advance(durationMs)).toThrow(TypeError);
  });
});
