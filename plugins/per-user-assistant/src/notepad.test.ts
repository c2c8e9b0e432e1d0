import { startTestAlcove, type TestAlcove } from "@alcove/testing";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import notepad, { notepadOutput } from "./notepad.js";

// The first start loads the whole of Alcove.
vi.setConfig({ testTimeout: 60_000 });

function startNotepad(maxNotes: number) {
  return startTestAlcove({
    plugins: [{ id: "per-user-assistant", functions: { per_user_notepad: notepad } }],
    config: { functions: { notepad: { _type: "per_user_notepad", max_notes: maxNotes } } },
  });
}

function notepadOf(alcove: TestAlcove, name = "alice") {
  return (action: string, content = "") => alcove.user(name).call("notepad", { action, content }, notepadOutput);
}

describe("the notepad", () => {
  it("keeps notes in the order in which they were added", async () => {
    await using alcove = await startNotepad(10);
    const call = notepadOf(alcove);
    await call("add", "second thoughts");
    await call("add", " ");
    expect(await call("list")).toEqual({
      success: true,
      message: "Found 2 notes",
      notes: ["second thoughts", " "],
      count: 2,
    });
  });

  it("asks for a content before it looks at the limit", async () => {
    await using alcove = await startNotepad(1);
    const call = notepadOf(alcove);
    await call("add", "full");
    expect((await call("add", "")).message).toBe("Content is required for 'add' action");
    expect(await call("add", "more")).toEqual({
      success: false,
      message: "Maximum notes (1) reached",
      notes: [],
      count: 1,
    });
  });

  it("takes actions in any case, without trimming them", async () => {
    await using alcove = await startNotepad(10);
    const call = notepadOf(alcove);
    expect((await call("COUNT")).message).toBe("You have 0 notes");
    expect((await call(" Count")).message).toBe("Unknown action:  count. Use 'add', 'list', 'clear', or 'count'");
  });

  it("begins anew after it was cleared", async () => {
    await using alcove = await startNotepad(2);
    const call = notepadOf(alcove);
    await call("add", "one");
    await call("add", "two");
    expect(await call("clear")).toEqual({ success: true, message: "Cleared 2 notes", notes: [], count: 0 });
    expect((await call("add", "three")).count).toBe(1);
    expect((await call("list")).notes).toEqual(["three"]);
  });

  it("never keeps more than max_notes, and counts what it keeps", async () => {
    const maxNotes = 3;
    await using alcove = await startNotepad(maxNotes);
    let users = 0;
    const action = fc.oneof(
      fc.record({ action: fc.constant("add"), content: fc.string() }),
      fc.record({ action: fc.constantFrom("list", "clear", "count", "?"), content: fc.string() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action), async (actions) => {
        users += 1;
        const call = notepadOf(alcove, `user-${users}`);
        for (const { action: name, content } of actions) {
          const { count } = await call(name, content);
          expect(count).toBe((await call("list")).notes.length);
          expect(count).toBeLessThanOrEqual(maxNotes);
        }
      }),
    );
  });
});
