import { silentLogger, systemClock } from "@alcove/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import notepad, { notepadOutput } from "./notepad.js";

interface Notes {
  notes: string[];
}

async function buildNotepad(maxNotes: number, state: Notes = { notes: [] }) {
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
  return (action: string, content = "") => {
    const answer: unknown = built.invoke?.({ action, content } as never, { state } as never);
    return notepadOutput.parse(answer);
  };
}

describe("the notepad", () => {
  it("keeps notes in the order in which they were added", async () => {
    const call = await buildNotepad(10);
    call("add", "second thoughts");
    call("add", " ");
    expect(call("list")).toEqual({
      success: true,
      message: "Found 2 notes",
      notes: ["second thoughts", " "],
      count: 2,
    });
  });

  it("asks for a content before it looks at the limit", async () => {
    const call = await buildNotepad(1, { notes: ["full"] });
    expect(call("add", "").message).toBe("Content is required for 'add' action");
    expect(call("add", "more")).toEqual({ success: false, message: "Maximum notes (1) reached", notes: [], count: 1 });
  });

  it("takes actions in any case, without trimming them", async () => {
    const call = await buildNotepad(10);
    expect(call("COUNT").message).toBe("You have 0 notes");
    expect(call(" Count").message).toBe("Unknown action:  count. Use 'add', 'list', 'clear', or 'count'");
  });

  it("hands out a copy of the notes", async () => {
    const state = { notes: ["one"] };
    const call = await buildNotepad(10, state);
    call("list").notes.push("planted");
    expect(state.notes).toEqual(["one"]);
  });

  it("never keeps more than max_notes, and counts what it keeps", async () => {
    const action = fc.oneof(
      fc.record({ action: fc.constant("add"), content: fc.string() }),
      fc.record({ action: fc.constantFrom("list", "clear", "count", "?"), content: fc.string() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action), fc.integer({ min: 1, max: 5 }), async (actions, maxNotes) => {
        const state: Notes = { notes: [] };
        const call = await buildNotepad(maxNotes, state);
        for (const { action: name, content } of actions) {
          expect(call(name, content).count).toBe(state.notes.length);
          expect(state.notes.length).toBeLessThanOrEqual(maxNotes);
        }
      }),
    );
  });
});
