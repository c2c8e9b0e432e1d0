import { readdirSync, readFileSync } from "node:fs";
import { definePerUserFunction, functionGroupRef, z } from "@alcove/plugin-api";
import { createKeyvSessionStore } from "@alcove/state";
import { describe, expect, it } from "vitest";
import memory from "../../plugins/conversation-memory/src/conversation-memory.js";
import assistant from "../../plugins/per-user-assistant/src/assistant.js";
import notepad from "../../plugins/per-user-assistant/src/notepad.js";
import preferences from "../../plugins/per-user-assistant/src/preferences.js";
import currentDatetime from "../../plugins/time/src/current-datetime.js";
import userTime from "../../plugins/time/src/user-time.js";
import todo from "../../plugins/todo/src/todo.js";
import todoAssistant from "../../plugins/todo/src/todo-assistant.js";
import { call, Workbench } from "./support/test-application.js";

// Entries as released versions wrote them: the session's key on the first line, its envelope on the second, and so on for
// its records. They are never written anew; a release adds its own.
const folder = new URL("golden-snapshots/", import.meta.url);
const alice = "7b031fd4-714b-598e-b755-a517d069edc5";

/** A workflow that calls the members of one group. */
const caller = definePerUserFunction({
  config: z.object({ group: functionGroupRef() }),
  input: z.object({ member: z.string(), input: z.unknown() }),
  output: z.unknown(),
  build:
    ({ config }) =>
    ({ member, input }, context) =>
      config.group.functions[member]?.invoke(input, context),
});

const plugins = [
  { id: "caller", functions: { caller } },
  { id: "conversation-memory", functionGroups: { per_user_conversation_memory: memory } },
  {
    id: "per-user-assistant",
    functions: { per_user_notepad: notepad, per_user_preferences: preferences, per_user_assistant: assistant },
  },
  { id: "time", functions: { current_datetime: currentDatetime }, functionGroups: { per_user_time: userTime } },
  { id: "todo", functions: { per_user_todo_assistant: todoAssistant }, functionGroups: { per_user_todo: todo } },
];

const assistantConfig = `
general: { application: config }
functions:
  notepad: { _type: per_user_notepad }
  preferences: { _type: per_user_preferences }
workflow: { _type: per_user_assistant }
`;
const todoConfig = `
general: { application: todo }
functions:
  current_datetime: { _type: current_datetime }
function_groups:
  todo: { _type: per_user_todo }
workflow: { _type: per_user_todo_assistant, todo_name: todo, current_datetime_name: current_datetime }
`;
const memoryConfig = `
general: { application: memory }
function_groups:
  memory: { _type: per_user_conversation_memory }
workflow: { _type: caller, group: memory }
`;
const timeConfig = `
general: { application: time }
function_groups:
  clock: { _type: per_user_time }
workflow: { _type: caller, group: clock }
`;

function entriesOf(name: string): [key: string, text: string][] {
  const lines = readFileSync(new URL(name, folder), "utf8").trimEnd().split("\n");
  return lines.flatMap((text, index): [string, string][] => (index % 2 === 1 ? [[lines[index - 1] ?? "", text]] : []));
}

/** Starts an application on a store that holds one snapshot, a minute after it was written. */
async function startOn(name: string, yaml: string) {
  const bench = await Workbench.create(plugins);
  const entries = entriesOf(name);
  bench.clock.set(Number(/"last_activity_at":(\d+)/.exec(entries[0]?.[1] ?? "")?.[1]) + 60_000);
  const store = await createKeyvSessionStore({ keyvAdapter: new Map(entries), clock: bench.clock });
  return { bench, store, runtime: (await bench.start(yaml, { store })).runtime };
}

describe("a snapshot of a released version", () => {
  it("is tested here, whichever it is", () => {
    expect(readdirSync(folder).sort()).toEqual([
      "conversation-memory-0.1.0.txt",
      "per-user-assistant-0.1.0-collection.txt",
      "per-user-assistant-0.1.0.txt",
      "time-0.1.0.txt",
      "todo-0.1.0-due.txt",
      "todo-0.1.0.txt",
    ]);
  });

  it("of the assistant 0.1.0 gives back its notes, preferences and counter", async () => {
    const { bench, runtime, store } = await startOn("per-user-assistant-0.1.0.txt", assistantConfig);
    await using _closing = bench;
    expect(await call(runtime, alice, { command: "note", action: "list" })).toMatchObject({
      data: { notes: ['Milk, "eggs" & ünï✓', "second note"], count: 2, commands_executed: 5 },
    });
    const listed = await call(runtime, alice, { command: "pref", action: "list" });
    expect(JSON.stringify(listed)).toContain(
      '"preferences":{"10":"ten","theme":"dark","language":"en","notifications":"enabled","__proto__":"odd"}',
    );
    await call(runtime, alice, { command: "note", action: "add", param1: "third" });
    expect(await call(runtime, alice, { command: "note", action: "count" })).toMatchObject({ data: { count: 3 } });
    const session = await store.load({ application: "config", userId: alice });
    expect(session?.components.get("functions.notepad:per-user-assistant/per_user_notepad")).toEqual({
      version: 2,
      state: {},
    });
    expect([...(session?.collections ?? [])]).toEqual([
      ["functions.notepad:per-user-assistant%2Fper_user_notepad/notes", { first: 1, next: 4 }],
    ]);
  });

  it("of the assistant 0.1.0, after its notes had become a collection, gives them back, and goes on", async () => {
    const { bench, runtime } = await startOn("per-user-assistant-0.1.0-collection.txt", assistantConfig);
    await using _closing = bench;
    expect(await call(runtime, alice, { command: "note", action: "list" })).toMatchObject({
      data: { notes: ['Milk, "eggs" & ünï✓', "second note"], count: 2, commands_executed: 6 },
    });
    await call(runtime, alice, { command: "note", action: "add", param1: "third" });
    expect(await call(runtime, alice, { command: "note", action: "list" })).toMatchObject({
      data: { notes: ['Milk, "eggs" & ünï✓', "second note", "third"], count: 3 },
    });
  });

  it("of the to-do list 0.1.0 gives back its items, and ids go on", async () => {
    const { bench, runtime } = await startOn("todo-0.1.0.txt", todoConfig);
    await using _closing = bench;
    expect(await call(runtime, alice, { command: "list" })).toMatchObject({
      items: [
        {
          id: 1,
          text: "water the plants",
          done: true,
          added_at: "2026-11-20T18:28:34.433+00:00",
          completed_at: "2026-11-20T18:28:34.456+00:00",
        },
        { id: 2, text: "call home", done: false, added_at: "2026-11-20T18:28:34.447+00:00" },
      ],
    });
    expect(await call(runtime, alice, { command: "add", text: "third" })).toMatchObject({ items: [{ id: 3 }] });
    const scheduled = await call(runtime, alice, { command: "schedule", id: 2, due_at: "2026-11-20T18:00:00Z" });
    expect(scheduled).toMatchObject({ items: [{ id: 2, text: "call home", due_at: "2026-11-20T18:00:00Z" }] });
  });

  it("of the to-do list 0.1.0, after its items had got due times, gives them back", async () => {
    const { bench, runtime } = await startOn("todo-0.1.0-due.txt", todoConfig);
    await using _closing = bench;
    expect(await call(runtime, alice, { command: "due", due_at: "2026-11-30T03:15:00Z" })).toMatchObject({
      message: "1 items due by 2026-11-30T03:15:00Z",
      items: [{ id: 1, text: "water the plants", due_at: "2026-11-30T09:00:00+05:45" }],
    });
    expect(await call(runtime, alice, { command: "list" })).toMatchObject({ message: "2 items, 2 open" });
  });

  it("of the clock 0.1.0 goes by the time zone its user has chosen", async () => {
    const { bench, runtime } = await startOn("time-0.1.0.txt", timeConfig);
    await using _closing = bench;
    expect(await call(runtime, alice, { member: "get_timezone", input: {} })).toEqual({
      timezone: "Asia/Kathmandu",
      is_own: true,
    });
  });

  it("of the memory 0.1.0 gives back what was said, and its summary", async () => {
    const { bench, runtime } = await startOn("conversation-memory-0.1.0.txt", memoryConfig);
    await using _closing = bench;
    expect(await call(runtime, alice, { member: "recall", input: {} })).toEqual({
      turns: [
        { sequence: 2, role: "assistant", content: 'Milk, "eggs" & ünï✓', at: "2026-11-29T17:20:02.000Z" },
        { sequence: 3, role: "user", content: "Tea?", at: "2026-11-29T17:20:03.000Z" },
      ],
      summary: "user: Good morning.",
    });
    expect(await call(runtime, alice, { member: "append", input: { role: "user", content: "Yes" } })).toEqual({
      sequence: 4,
      count: 3,
    });
  });
});
