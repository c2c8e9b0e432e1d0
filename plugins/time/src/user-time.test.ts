import { createFakeClock, startTestAlcove } from "@alcove/testing";
import { describe, expect, it, vi } from "vitest";
import userTime from "./user-time.js";

vi.setConfig({ testTimeout: 60_000 });

async function startClock() {
  return startTestAlcove({
    plugins: [{ id: "time", functionGroups: { per_user_time: userTime } }],
    config: { function_groups: { clock: { _type: "per_user_time", timezone: "Europe/Berlin" } } },
    clock: createFakeClock(Date.UTC(2026, 10, 20, 16)),
  });
}

const berlin = { datetime: "2026-11-20T17:00:00.000+01:00", timezone: "Europe/Berlin" };
const tokyo = { datetime: "2026-11-21T01:00:00.000+09:00", timezone: "Asia/Tokyo" };

describe("the user's own time", () => {
  it("goes by the configured time zone until the user has chosen another, which is kept", async () => {
    await using alcove = await startClock();
    const alice = alcove.user("alice");
    expect(await alice.call("clock__now", {})).toEqual(berlin);
    expect(await alice.call("clock__set_timezone", { timezone: "Asia/Tokyo" })).toEqual({
      timezone: "Asia/Tokyo",
      is_own: true,
    });
    await alcove.restart();
    expect(await alice.call("clock__now", {})).toEqual(tokyo);
    expect(await alcove.user("bob").call("clock__now", {})).toEqual(berlin);
  });

  it("goes by the configured time zone again when the user's own is cleared", async () => {
    await using alcove = await startClock();
    const alice = alcove.user("alice");
    await alice.call("clock__set_timezone", { timezone: "Asia/Tokyo" });
    const configured = { timezone: "Europe/Berlin", is_own: false };
    expect(await alice.call("clock__clear_timezone", {})).toEqual(configured);
    expect(await alice.call("clock__get_timezone", {})).toEqual(configured);
    expect(await alice.call("clock__now", {})).toEqual(berlin);
  });

  it("lets one call name another time zone, and remembers nothing of it", async () => {
    await using alcove = await startClock();
    const alice = alcove.user("alice");
    expect(await alice.call("clock__now", { timezone: "Asia/Tokyo" })).toEqual(tokyo);
    expect(await alice.call("clock__now", {})).toEqual(berlin);
  });

  it("refuses a time zone the IANA database does not know, and keeps the one there was", async () => {
    await using alcove = await startClock();
    const alice = alcove.user("alice");
    await alice.call("clock__set_timezone", { timezone: "Asia/Tokyo" });
    for (const timezone of ["Europe/Atlantis", "+02:00", ""]) {
      await expect(alice.call("clock__set_timezone", { timezone })).rejects.toThrow(
        `Unknown time zone ${JSON.stringify(timezone)}`,
      );
    }
    expect(await alice.call("clock__get_timezone", {})).toEqual({ timezone: "Asia/Tokyo", is_own: true });
  });

  it("forgets a time zone that was chosen in a run that fails", async () => {
    await using alcove = await startClock();
    const alice = alcove.user("alice");
    await alice.callAndFail("clock__set_timezone", { timezone: "Asia/Tokyo" });
    expect(await alice.call("clock__now", {})).toEqual(berlin);
  });
});
