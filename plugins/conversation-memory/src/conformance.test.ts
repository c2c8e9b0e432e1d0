import { testPlugin } from "@alcove/testing";
import { describe, test } from "vitest";
import memory from "./conversation-memory.js";

describe("the memory", { timeout: 60_000 }, () => {
  testPlugin(test, {
    plugin: { id: "conversation-memory", functionGroups: { per_user_conversation_memory: memory } },
    config: { per_user_conversation_memory: { max_turns: 2, summarised_at_once: 2 } },
    examples: {
      per_user_conversation_memory__append: ["Hello", "Good day", "How are you?"].map((content) => ({
        role: "user",
        content,
      })),
      per_user_conversation_memory__search: [{ text: "how" }],
    },
  });
});
