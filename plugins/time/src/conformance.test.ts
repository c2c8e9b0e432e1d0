import { testPlugin } from "@alcove/testing";
import { describe, test } from "vitest";
import currentDatetime from "./current-datetime.js";
import userTime from "./user-time.js";

describe("the clocks", { timeout: 60_000 }, () => {
  testPlugin(test, {
    plugin: {
      id: "time",
      functions: { current_datetime: currentDatetime },
      functionGroups: { per_user_time: userTime },
    },
    examples: { per_user_time__set_timezone: [{ timezone: "Asia/Tokyo" }, { timezone: "Europe/Berlin" }] },
  });
});
