import { testPlugin } from "@alcove/testing";
import { describe, test } from "vitest";
import assistant from "./assistant.js";
import notepad from "./notepad.js";
import preferences from "./preferences.js";

describe("the notepad, the preferences and the assistant", { timeout: 60_000 }, () => {
  testPlugin(test, {
    plugin: {
      id: "per-user-assistant",
      functions: { per_user_notepad: notepad, per_user_preferences: preferences, per_user_assistant: assistant },
    },
    config: { per_user_assistant: { notepad_name: "per_user_notepad", preferences_name: "per_user_preferences" } },
    examples: {
      per_user_notepad: [{ action: "add", content: "first" }, { action: "list" }],
      per_user_preferences: [
        { action: "set", key: "theme", value: "light" },
        { action: "get", key: "theme" },
      ],
      per_user_assistant: [{ command: "note", action: "add", param1: "second" }, { command: "stats" }],
    },
    earlierStates: { per_user_notepad: [{ version: 1, value: { notes: ["kept"] } }] },
  });
});
