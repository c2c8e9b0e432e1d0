import { defineFunction, z } from "@alcove/plugin-api";
import { startTestAlcove, type TestAlcove } from "@alcove/testing";
import { describe, expect, it, vi } from "vitest";
import todo from "./todo.js";
import todoAssistant from "./todo-assistant.js";

// The first start loads the whole of Alcove.
vi.setConfig({ testTimeout: 60_000 });

const toldTime = "2026-11-20T17:00:00.000+01:00";
const clock = defineFunction({
  input: z.object({}),
  output: z.object({ datetime: z.string() }),
  build: () => () => ({ datetime: toldTime }),
});

function startAssistant(list: Readonly<Record<string, unknown>> = {}) {
  return startTestAlcove({
    plugins: [
      { id: "todo", functions: { per_user_todo_assistant: todoAssistant }, functionGroups: { per_user_todo: todo } },
      { id: "clock", functions: { clock } },
    ],
    config: {
      functions: { current_datetime: { _type: "clock" } },
      function_groups: { todo: { _type: "per_user_todo", ...list } },
      workflow: { _type: "per_user_todo_assistant" },
    },
  });
}

/** The functions the workflow has called, in their order. */
function called({ events }: TestAlcove): string[] {
  return events
    .filter(({ payload }) => payload.eventType === "FUNCTION_START" && payload.name !== "<workflow>")
    .map(({ payload }) => payload.name);
}

describe("the to-do assistant", () => {
  it("stamps what is added and completed with the time it is told", async () => {
    await using alcove = await startAssistant();
    const alice = alcove.user("alice");
    await alice.run({ command: "ADD", text: "tea" });
    expect(await alice.run({ command: "complete", id: 1 })).toEqual({
      success: true,
      message: "Completed item 1",
      items: [{ id: 1, text: "tea", done: true, added_at: toldTime, completed_at: toldTime }],
    });
  });

  it("tells what is due by the time it is told, or by another", async () => {
    await using alcove = await startAssistant();
    const alice = alcove.user("alice");
    await alice.run({ command: "add", text: "now", due_at: "2026-11-20T16:00:00Z" });
    await alice.run({ command: "add", text: "tomorrow" });
    await alice.run({ command: "schedule", id: 2, due_at: "2026-11-21T16:00:00Z" });
    expect(await alice.run({ command: "due" })).toMatchObject({ items: [{ text: "now" }] });
    expect(await alice.run({ command: "due", due_at: "2026-11-22T00:00:00Z" })).toMatchObject({
      items: [{ text: "now" }, { text: "tomorrow" }],
    });
    expect(await alice.run({ command: "schedule", id: 1 })).toMatchObject({ message: "Item 1 is not due any more" });
  });

  it("asks nobody for the time when it only looks, schedules or removes", async () => {
    await using alcove = await startAssistant();
    for (const input of [{ command: "list" }, { command: "schedule", id: 3 }, { command: "remove", id: 3 }]) {
      await alcove.user("alice").run(input);
    }
    expect(called(alcove)).toEqual(["todo__list", "todo__schedule", "todo__remove"]);
  });

  it("asks for an id before it calls anything", async () => {
    await using alcove = await startAssistant();
    for (const command of ["schedule", "complete", "remove"]) {
      expect(await alcove.user("alice").run({ command })).toEqual({
        success: false,
        message: `An id is required for '${command}'`,
        items: [],
      });
    }
    expect(called(alcove)).toEqual([]);
  });

  it("says so when its list leaves a command out", async () => {
    await using alcove = await startAssistant({ include: ["list"] });
    expect(await alcove.user("alice").run({ command: "remove", id: 1 })).toEqual({
      success: false,
      message: "The to-do list todo does not offer 'remove'",
      items: [],
    });
  });
});
