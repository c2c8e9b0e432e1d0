import { silentLogger } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { GuardedAdapter } from "./guarded-adapter.js";
import { SpaceKeeper } from "./space-keeper.js";

/** A keeper of a store in which removing takes so long for each entry; and how many went at once. */
function keeperWhere(millisecondsEach: () => number) {
  let nowMs = 0;
  const sizes: number[] = [];
  let tasks = 0;
  const keeper = new SpaceKeeper({
    adapter: new GuardedAdapter(new Map(), () => 0),
    logger: silentLogger,
    place: "here",
    alone: (task) => {
      tasks += 1;
      return task();
    },
    monotonicMs: () => nowMs,
  });
  const removeFrom = (stored: number) => {
    let left = stored;
    return async (limit: number): Promise<number> => {
      const removed = Math.min(limit, left);
      sizes.push(limit);
      left -= removed;
      nowMs += removed * millisecondsEach();
      return removed;
    };
  };
  return { keeper, sizes, removeFrom, tasks: () => tasks };
}

describe("removing in steps", () => {
  it.each([
    ["quick", 0.001, 512, 512],
    ["of usual length", 0.05, 32, 100],
    ["slow", 1, 1, 5],
    ["longer than a step may take", 80, 1, 1],
  ])("finds how many entries go at once, each step alone, when they are %s", async (_, milliseconds, least, most) => {
    const { keeper, sizes, removeFrom, tasks } = keeperWhere(() => milliseconds);
    expect(await keeper.removeInSteps(10_000, removeFrom(10_000))).toBe(10_000);
    const settled = sizes.slice(-10, -1);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...settled)).toBeLessThanOrEqual(most);
    expect(tasks()).toBe(sizes.length);
  });

  it("gets slower and quicker again as the medium does", async () => {
    let milliseconds = 0.001;
    const { keeper, sizes, removeFrom } = keeperWhere(() => milliseconds);
    await keeper.removeInSteps(5_000, removeFrom(5_000));
    milliseconds = 2;
    await keeper.removeInSteps(2_000, removeFrom(2_000));
    expect(sizes.at(-2)).toBeLessThanOrEqual(2);
    milliseconds = 0.001;
    await keeper.removeInSteps(5_000, removeFrom(5_000));
    expect(sizes.at(-2)).toBe(512);
  });

  it("ends when nothing is left, and never goes beyond the limit", async () => {
    const { keeper, sizes, removeFrom } = keeperWhere(() => 0.01);
    expect(await keeper.removeInSteps(1_000, removeFrom(70))).toBe(70);
    expect(await keeper.removeInSteps(0, removeFrom(70))).toBe(0);
    const before = sizes.length;
    expect(await keeper.removeInSteps(3, removeFrom(70))).toBe(3);
    expect(sizes.slice(before)).toEqual([3]);
  });
});
