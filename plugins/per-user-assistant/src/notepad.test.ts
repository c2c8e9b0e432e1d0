import { type Collection, silentLogger, systemClock } from "@alcove/plugin-api";
import { createMemoryCollection } from "@alcove/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import notepad, { notepadOutput, notesCollection } from "./notepad.js";

const memory = (...notes: string[]) => createMemoryCollection(notesCollection, notes);

async function buildNotepad(maxNotes: number, notes: Collection<string> = memory()) {
  const built = await notepad.build({
    name: "notepad",
    config: { max_notes: maxNotes },
    services: {},
    logger: silentLogger,
    clock: systemClock,
    onDispose: () => undefined,
    onSessionEnd: () => undefined,
    userId: "alice",
  });
  return async (action: string, content = "") => {
    const answer: unknown = await built.invoke?.({ action, content } as never, { collections: { notes } } as never);
    return notepadOutput.parse(answer);
  };
}

describe("the notepad", () => {
  it("keeps notes in the order in which they were added", async () => {
    const call = await buildNotepad(10);
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
    const call = await buildNotepad(1, memory("full"));
    expect((await call("add", "")).message).toBe("Content is required for 'add' action");
    expect(await call("add", "more")).toEqual({
      success: false,
      message: "Maximum notes (1) reached",
      notes: [],
      count: 1,
    });
  });

  it("takes actions in any case, without trimming them", async () => {
    const call = await buildNotepad(10);
    expect((await call("COUNT")).message).toBe("You have 0 notes");
    expect((await call(" Count")).message).toBe("Unknown action:  count. Use 'add', 'list', 'clear', or 'count'");
  });

  it("begins anew after it was cleared", async () => {
    const call = await buildNotepad(2, memory("one", "two"));
    expect(await call("clear")).toEqual({ success: true, message: "Cleared 2 notes", notes: [], count: 0 });
    expect((await call("add", "three")).count).toBe(1);
    expect((await call("list")).notes).toEqual(["three"]);
  });

  it("never keeps more than max_notes, and counts what it keeps", async () => {
    const action = fc.oneof(
      fc.record({ action: fc.constant("add"), content: fc.string() }),
      fc.record({ action: fc.constantFrom("list", "clear", "count", "?"), content: fc.string() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action), fc.integer({ min: 1, max: 5 }), async (actions, maxNotes) => {
        const notes = memory();
        const call = await buildNotepad(maxNotes, notes);
        for (const { action: name, content } of actions) {
          expect((await call(name, content)).count).toBe(notes.count);
          expect(notes.count).toBeLessThanOrEqual(maxNotes);
        }
      }),
    );
  });
});
