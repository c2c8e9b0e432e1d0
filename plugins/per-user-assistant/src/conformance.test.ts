import { testPlugin } from "@alcove/testing";
import { describe, test } from "vitest";
import notepad from "./notepad.js";
import preferences from "./preferences.js";

describe("the notepad and the preferences", { timeout: 60_000 }, () => {
  testPlugin(test, {
    plugin: { id: "per-user-assistant", functions: { per_user_notepad: notepad, per_user_preferences: preferences } },
    examples: {
      per_user_notepad: [{ action: "add", content: "first" }, { action: "list" }],
      per_user_preferences: [
        { action: "set", key: "theme", value: "light" },
        { action: "get", key: "theme" },
      ],
    },
    earlierStates: { per_user_notepad: [{ version: 1, value: { notes: ["kept"] } }] },
  });
});
