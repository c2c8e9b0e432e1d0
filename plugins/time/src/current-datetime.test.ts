import { createFakeClock, startTestAlcove, type TestUser } from "@alcove/testing";
import { describe, expect, it, vi } from "vitest";
import currentDatetime from "./current-datetime.js";

// The first start loads the whole of Alcove.
vi.setConfig({ testTimeout: 60_000 });

async function startClock(configuration: Readonly<Record<string, unknown>> = {}) {
  return startTestAlcove({
    plugins: [{ id: "time", functions: { current_datetime: currentDatetime } }],
    config: { functions: { current_datetime: { _type: "current_datetime", ...configuration } } },
    clock: createFakeClock(Date.UTC(2026, 10, 20, 16)),
  });
}

const ask = (user: TestUser, input: unknown = {}) => user.call("current_datetime", input);

describe("current_datetime", () => {
  it("tells the time of the call's clock, in UTC unless told otherwise", async () => {
    await using alcove = await startClock();
    expect(await ask(alcove.user("alice"))).toEqual({ datetime: "2026-11-20T16:00:00.000+00:00", timezone: "UTC" });
  });

  it("prefers the caller's time zone to the configured one", async () => {
    await using alcove = await startClock({ timezone: "Asia/Tokyo" });
    expect(await ask(alcove.user("alice"))).toEqual({
      datetime: "2026-11-21T01:00:00.000+09:00",
      timezone: "Asia/Tokyo",
    });
    expect(await ask(alcove.user("alice"), { timezone: "Europe/Berlin" })).toEqual({
      datetime: "2026-11-20T17:00:00.000+01:00",
      timezone: "Europe/Berlin",
    });
  });

  it.each(["Europe/Atlantis", "", "+02:00", "UTC; drop"])("refuses the time zone %j by name", async (timezone) => {
    const message = `Unknown time zone ${JSON.stringify(timezone)}: expected a name of the IANA database`;
    await using alcove = await startClock();
    await expect(ask(alcove.user("alice"), { timezone })).rejects.toThrow(message);
    await expect(startClock({ timezone })).rejects.toThrow(message);
  });
});
