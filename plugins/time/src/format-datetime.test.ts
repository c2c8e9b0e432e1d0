import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDatetime } from "./format-datetime.js";

const november = Date.UTC(2026, 10, 20, 16, 57, 0, 5);
const july = Date.UTC(2026, 6, 1, 12);

describe("formatDatetime", () => {
  it.each([
    ["UTC", november, "2026-11-20T16:57:00.005+00:00"],
    ["Europe/Berlin", november, "2026-11-20T17:57:00.005+01:00"],
    ["Europe/Berlin", july, "2026-07-01T14:00:00.000+02:00"],
    ["America/St_Johns", november, "2026-11-20T13:27:00.005-03:30"],
    ["Asia/Kathmandu", july, "2026-07-01T17:45:00.000+05:45"],
    ["Pacific/Kiritimati", november, "2026-11-21T06:57:00.005+14:00"],
  ])("tells the time of %s", (timeZone, epochMs, expected) => {
    expect(formatDatetime(epochMs, timeZone)).toBe(expected);
  });

  it("names the same moment in every time zone", () => {
    const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran");
    const moments = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
    fc.assert(
      fc.property(moments, zones, (epochMs, timeZone) => {
        expect(Date.parse(formatDatetime(epochMs, timeZone))).toBe(epochMs);
      }),
    );
  });
});
