import { silentLogger, systemClock } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import todoAssistant from "./todo-assistant.js";

const noItems = { success: true, message: "done", items: [] };

/** A built workflow whose group has the given members; they, and the clock, write down what they were sent. */
async function buildAssistant(members: readonly string[]) {
  const sent: unknown[] = [];
  const handle = (name: string, answer: unknown) => ({
    name,
    invoke(input: unknown) {
      sent.push([name, input]);
      return Promise.resolve(answer);
    },
  });
  const built = await todoAssistant.build({
    name: "workflow",
    config: {
      todo_name: { name: "todo", functions: Object.fromEntries(members.map((name) => [name, handle(name, noItems)])) },
      current_datetime_name: handle("current_datetime", { datetime: "2026-11-20T17:00:00.000+01:00" }),
    },
    services: {},
    logger: silentLogger,
    clock: systemClock,
    onDispose: () => undefined,
    onSessionEnd: () => undefined,
    userId: "alice",
  });
  const say = (input: Record<string, unknown>): unknown =>
    built.invoke?.(todoAssistant.input.parse(input) as never, {} as never);
  return { say, sent };
}

describe("the to-do assistant", () => {
  it("stamps what is added and completed with the time it is told", async () => {
    const { say, sent } = await buildAssistant(["add", "complete"]);
    await say({ command: "ADD", text: "tea" });
    await say({ command: "complete", id: 3 });
    expect(sent).toEqual([
      ["current_datetime", {}],
      ["add", { text: "tea", at: "2026-11-20T17:00:00.000+01:00" }],
      ["current_datetime", {}],
      ["complete", { id: 3, at: "2026-11-20T17:00:00.000+01:00" }],
    ]);
  });

  it("asks nobody for the time when it only looks or removes", async () => {
    const { say, sent } = await buildAssistant(["list", "remove"]);
    await say({ command: "list" });
    await say({ command: "remove", id: 3 });
    expect(sent).toEqual([
      ["list", {}],
      ["remove", { id: 3 }],
    ]);
  });

  it("asks for an id before it calls anything", async () => {
    const { say, sent } = await buildAssistant(["complete", "remove"]);
    for (const command of ["complete", "remove"]) {
      expect(await say({ command })).toEqual({
        success: false,
        message: `An id is required for '${command}'`,
        items: [],
      });
    }
    expect(sent).toEqual([]);
  });

  it("says so when its list leaves a command out", async () => {
    const { say } = await buildAssistant(["list"]);
    expect(await say({ command: "remove", id: 1 })).toEqual({
      success: false,
      message: "The to-do list todo does not offer 'remove'",
      items: [],
    });
  });
});
