import { definePerUserFunctionGroup, z } from "@alcove/plugin-api";
import { startTestAlcove } from "@alcove/testing";
import { describe, expect, it } from "vitest";
import todo from "./todo.js";

const config = { function_groups: { todo: { _type: "per_user_todo" } } };
const plugin = { id: "todo", functionGroups: { per_user_todo: todo } };

const start = () => startTestAlcove({ plugins: [plugin], config });

describe("the times of a to-do list", { timeout: 60_000 }, () => {
  it.each(["2026-11-30T18:00:00+01:00", "2026-11-30T17:00:00.000Z"])("may be %s", async (at) => {
    await using alcove = await start();
    const alice = alcove.user("alice");
    expect(await alice.call("todo__add", { text: "tea", at, due_at: at })).toMatchObject({
      items: [{ added_at: at, due_at: at }],
    });
    expect(await alice.call("todo__complete", { id: 1, at })).toMatchObject({ items: [{ completed_at: at }] });
  });

  it.each(["yesterday", "2026-11-30", "2026-11-30T18:00:00", "2026-02-30T18:00:00Z", "2026-11-30T17:00Z", ""])(
    "may not be %j, and nothing is changed",
    async (at) => {
      await using alcove = await start();
      const alice = alcove.user("alice");
      await alice.call("todo__add", { text: "tea" });
      for (const [member, field] of [
        ["add", "at"],
        ["add", "due_at"],
        ["complete", "at"],
        ["schedule", "due_at"],
        ["due", "by"],
      ]) {
        await expect(
          alice.call(`todo__${member}`, { id: 1, text: "milk", [field ?? ""]: at }),
          member,
        ).rejects.toMatchObject({
          details: "InputInvalidError",
          message: expect.stringContaining(
            `${field}: expected a date and time with its offset, such as 2026-12-24T18:00:00+01:00 or 2026-12-24T17:00:00Z, found ${JSON.stringify(at)}`,
          ),
        });
      }
      expect(await alice.call("todo__list", {})).toMatchObject({ items: [{ text: "tea", done: false }] });
    },
  );

  it("that a release before took as any text are kept as they are", async () => {
    const items = [{ id: 1, text: "tea", done: true, added_at: "this morning", completed_at: "around noon" }];
    const earlier = definePerUserFunctionGroup({
      functions: { add: { input: z.object({}), output: z.object({}) } },
      state: { version: 2, schema: z.object({ next_id: z.number(), items: z.array(z.unknown()) }), initial: noItems },
      build: () => ({
        add: (_input, { state }) => {
          Object.assign(state, { next_id: 2, items });
          return {};
        },
      }),
    });
    await using alcove = await startTestAlcove({
      plugins: [{ id: "todo", functionGroups: { per_user_todo: earlier } }],
      config,
    });
    const alice = alcove.user("alice");
    await alice.call("todo__add", {});
    await alcove.restart({ plugins: [plugin] });
    await alice.call("todo__add", { text: "milk", at: "2026-11-30T18:00:00+01:00" });
    expect(await alice.call("todo__list", {})).toMatchObject({ items: [...items, { id: 2, text: "milk" }] });
  });
});

function noItems(): { next_id: number; items: unknown[] } {
  return { next_id: 1, items: [] };
}
