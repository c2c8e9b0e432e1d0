import { silentLogger, systemClock } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import currentDatetime from "./current-datetime.js";

async function ask(config: Record<string, unknown>, input: Record<string, unknown>): Promise<unknown> {
  const built = await currentDatetime.build({
    name: "current_datetime",
    config: currentDatetime.config.parse(config),
    services: {},
    logger: silentLogger,
    clock: systemClock,
    onDispose: () => undefined,
    onSessionEnd: () => undefined,
    userId: undefined,
  });
  const clock = { nowMs: () => Date.UTC(2026, 10, 20, 16), monotonicMs: () => 0 };
  return built.invoke?.(currentDatetime.input.parse(input) as never, { clock } as never);
}

describe("current_datetime", () => {
  it("tells the time of the call's clock, in UTC unless told otherwise", async () => {
    expect(await ask({}, {})).toEqual({ datetime: "2026-11-20T16:00:00.000+00:00", timezone: "UTC" });
  });

  it("prefers the caller's time zone to the configured one", async () => {
    expect(await ask({ timezone: "Asia/Tokyo" }, {})).toEqual({
      datetime: "2026-11-21T01:00:00.000+09:00",
      timezone: "Asia/Tokyo",
    });
    expect(await ask({ timezone: "Asia/Tokyo" }, { timezone: "Europe/Berlin" })).toEqual({
      datetime: "2026-11-20T17:00:00.000+01:00",
      timezone: "Europe/Berlin",
    });
  });

  it.each(["Europe/Atlantis", "", "+02:00", "UTC; drop"])("refuses the time zone %j by name", (timezone) => {
    const message = `Unknown time zone ${JSON.stringify(timezone)}: expected a name of the IANA database`;
    expect(currentDatetime.input.safeParse({ timezone }).error?.issues[0]?.message).toContain(message);
    expect(currentDatetime.config.safeParse({ timezone }).error?.issues[0]?.message).toContain(message);
  });
});
