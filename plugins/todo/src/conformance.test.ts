import { defineFunction, z } from "@alcove/plugin-api";
import { testPlugin } from "@alcove/testing";
import { describe, test } from "vitest";
import todo from "./todo.js";
import todoAssistant from "./todo-assistant.js";
import todoRoutes from "./todo-routes.js";

const clock = defineFunction({
  input: z.object({}),
  output: z.object({ datetime: z.string() }),
  build: () => () => ({ datetime: "2026-11-20T17:00:00.000+01:00" }),
});

describe("the group, its workflow and its routes", { timeout: 60_000 }, () => {
  testPlugin(test, {
    plugin: {
      id: "todo",
      functions: { per_user_todo_assistant: todoAssistant },
      functionGroups: { per_user_todo: todo },
      httpRoutes: { per_user_todo_routes: todoRoutes },
    },
    otherPlugins: [{ id: "clock", functions: { clock } }],
    otherComponents: { functions: { clock: { _type: "clock" } } },
    config: {
      per_user_todo_assistant: { todo_name: "per_user_todo", current_datetime_name: "clock" },
      per_user_todo_routes: { todo_name: "per_user_todo" },
    },
    examples: {
      per_user_todo__add: [{ text: "Water the plants", due_at: "2026-11-20T16:00:00Z" }, { text: "Read" }],
      per_user_todo__schedule: [{ id: 2, due_at: "2026-11-20T16:00:00Z" }],
      per_user_todo__complete: [{ id: 1 }],
      per_user_todo__remove: [{ id: 2 }],
      per_user_todo_assistant: [{ command: "add", text: "Write" }, { command: "due" }],
      "per_user_todo_routes PUT /items/{id}/completion": [{ params: { id: 4 } }],
      "per_user_todo_routes DELETE /items/{id}": [{ params: { id: 4 } }],
    },
    earlierStates: {
      per_user_todo: [
        { version: 1, value: { next_id: 2, items: [{ id: 1, text: "Read", done: false, added_at: "2026-11-20" }] } },
      ],
    },
  });
});
