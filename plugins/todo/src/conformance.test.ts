import { testPlugin } from "@alcove/testing";
import { describe, test } from "vitest";
import todo from "./todo.js";

describe("the group", { timeout: 60_000 }, () => {
  testPlugin(test, {
    plugin: { id: "todo", functionGroups: { per_user_todo: todo } },
    examples: {
      per_user_todo__add: [{ text: "Water the plants" }, { text: "Read" }],
      per_user_todo__complete: [{ id: 1 }],
      per_user_todo__remove: [{ id: 2 }],
    },
  });
});
