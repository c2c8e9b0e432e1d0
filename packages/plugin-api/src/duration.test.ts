import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LONGEST_DURATION_MS, parseDuration } from "./duration.js";

describe("parseDuration", () => {
  it.each([
    [1800, 1_800_000],
    [1.5, 1_500],
    [0.0005, 1],
    ["1800", 1_800_000],
    [" 2.5 ", 2_500],
    ["PT10M", 600_000],
    ["P1DT2H", 93_600_000],
    ["PT1.5S", 1_500],
    ["P1W", 604_800_000],
    ["P2D", 172_800_000],
    ["00:10:00", 600_000],
    ["36:00:00", 129_600_000],
    ["0:00:00.25", 250],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["1h 30m", 5_400_000],
    ["250ms", 250],
    ["90s", 90_000],
    ["2d", 172_800_000],
    ["1.5h", 5_400_000],
    ["1w", 604_800_000],
  ])("reads %j as %i ms", (value, durationMs) => {
    expect(parseDuration(value)).toEqual({ durationMs });
  });

  it.each([
    [0, "longer than zero"],
    [-5, "longer than zero"],
    ["0s", "longer than zero"],
    ["-10m", "longer than zero"],
    ["-PT5M", "longer than zero"],
    ["PT0S", "longer than zero"],
    [Number.NaN, "100 years"],
    [Number.POSITIVE_INFINITY, "100 years"],
    [4e9, "100 years"],
    ["36526d", "100 years"],
    [0.0001, "at least one millisecond"],
    ["P1Y", "years or months"],
    ["P2M", "years or months"],
    ["30m1h", "must be a duration"],
    ["1h1h", "must be a duration"],
    ["10:30", "must be a duration"],
    ["00:60:00", "must be a duration"],
    ["10 minutes", "must be a duration"],
    ["P", "must be a duration"],
    ["PT", "must be a duration"],
    ["P1DT", "must be a duration"],
    ["", "must be a duration"],
    ["soon", "must be a duration"],
    ["1e3", "must be a duration"],
    [true, "must be a duration"],
    [null, "must be a duration"],
    [[1], "must be a duration"],
  ])("refuses %j: %s", (value, words) => {
    expect(parseDuration(value)).toEqual({ fault: expect.stringContaining(words) });
  });

  it.each([0, "0", " 0 ", "0s", "0ms", "0h0m", "PT0S", "00:00:00", "-0s"])(
    "reads %j as zero where that is asked for",
    (value) => {
      expect(parseDuration(value, true)).toEqual({ durationMs: 0 });
      expect(parseDuration(value)).toEqual({ fault: expect.stringContaining("longer than zero") });
    },
  );

  it.each([
    [-1, "must not be negative"],
    ["-1s", "must not be negative"],
    [0.0001, "at least one millisecond"],
    ["soon", "must be a duration"],
  ])("refuses %j where zero is taken, too: %s", (value, words) => {
    expect(parseDuration(value, true)).toEqual({ fault: expect.stringContaining(words) });
  });

  it("takes 100 years, and nothing beyond", () => {
    expect(parseDuration("36525d")).toEqual({ durationMs: LONGEST_DURATION_MS });
    expect(parseDuration(LONGEST_DURATION_MS / 1_000 + 1)).toHaveProperty("fault");
  });

  it("reads every way of writing one length of time alike", () => {
    fc.assert(
      fc.property(fc.nat(99), fc.nat(59), fc.nat(59), (hours, minutes, seconds) => {
        const total = (hours * 60 + minutes) * 60 + seconds;
        fc.pre(total > 0);
        const two = (number: number): string => String(number).padStart(2, "0");
        for (const text of [
          `${hours}h${minutes}m${seconds}s`,
          `PT${hours}H${minutes}M${seconds}S`,
          `${two(hours)}:${two(minutes)}:${two(seconds)}`,
          String(total),
        ]) {
          expect(parseDuration(text)).toEqual({ durationMs: total * 1_000 });
        }
      }),
    );
  });

  it("never throws, and yields whole milliseconds within the limits", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const reading = parseDuration(value);
        if ("fault" in reading) return;
        expect(Number.isInteger(reading.durationMs)).toBe(true);
        expect(reading.durationMs).toBeGreaterThan(0);
        expect(reading.durationMs).toBeLessThanOrEqual(LONGEST_DURATION_MS);
      }),
    );
  });
});
