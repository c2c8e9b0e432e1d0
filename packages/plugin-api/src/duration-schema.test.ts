import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { duration, durationOrZero } from "./duration-schema.js";

const hour = { longestMs: 3_600_000, words: "one hour" };
const config = z.object({
  timeout: duration(hour).prefault("10s"),
  pause: duration().default(250).describe("How long to wait"),
  grace: durationOrZero(hour).optional(),
});

function messages(input: object): string[] {
  return config.safeParse(input).error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];
}

describe("a duration in the configuration of a component", () => {
  it("is written as elsewhere in a configuration, and yields milliseconds", () => {
    expect(config.parse({ timeout: "1m30s", pause: 2.5, grace: "PT5M" })).toEqual({
      timeout: 90_000,
      pause: 2_500,
      grace: 300_000,
    });
    expectTypeOf<z.output<typeof config>>().toEqualTypeOf<{
      timeout: number;
      pause: number;
      grace?: number | undefined;
    }>();
  });

  it("has the default of its field where it is left out", () => {
    expect(config.parse({})).toEqual({ timeout: 10_000, pause: 250 });
  });

  it("may be none only where the field says so", () => {
    expect([0, "0", "0s", "PT0S"].map((grace) => config.parse({ grace }).grace)).toEqual([0, 0, 0, 0]);
    expect(messages({ timeout: 0, grace: "0" })).toEqual(["timeout must be longer than zero"]);
  });

  it("is refused with what is wrong with it", () => {
    expect(messages({ timeout: "soon", pause: "200y", grace: "61m" })).toEqual([
      "timeout must be a duration: a number of seconds, 10m, 1h30m, 250ms, 00:10:00 or PT10M",
      "pause must be a duration: a number of seconds, 10m, 1h30m, 250ms, 00:10:00 or PT10M",
      "grace must not be longer than one hour",
    ]);
  });
});
