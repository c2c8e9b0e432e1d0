import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addItem, completeItem, dueItems, listItems, removeItem, scheduleItem, type TodoState } from "./todo-list.js";

const now = "2026-11-20T17:00:00.000+01:00";
const later = "2026-11-20T18:00:00.000+01:00";

function emptyList(): TodoState {
  return { next_id: 1, items: [] };
}

describe("the to-do list", () => {
  it("stamps items when they are added and when they are completed", () => {
    const state = emptyList();
    addItem(state, { text: "water the plants", addedAt: now }, 10);
    completeItem(state, 1, later);
    expect(listItems(state)).toEqual({
      success: true,
      message: "1 items, 0 open",
      items: [{ id: 1, text: "water the plants", done: true, added_at: now, completed_at: later }],
    });
  });

  it("keeps the first time at which an item was completed", () => {
    const state = emptyList();
    addItem(state, { text: "once", addedAt: now }, 10);
    completeItem(state, 1, now);
    expect(completeItem(state, 1, later).message).toBe("Item 1 was completed before");
    expect(state.items[0]?.completed_at).toBe(now);
  });

  it("refuses a blank text, an unknown id and more than its maximum, and changes nothing", () => {
    const state = emptyList();
    addItem(state, { text: "the only one", addedAt: now }, 1);
    const before = structuredClone(state);
    expect(addItem(state, { text: "  ", addedAt: now }, 1).message).toBe("A text is required");
    expect(addItem(state, { text: "one more", addedAt: now }, 1).message).toBe("Maximum items (1) reached");
    expect(completeItem(state, 7, now).message).toBe("There is no item 7");
    expect(removeItem(state, 7)).toEqual({ success: false, message: "There is no item 7", items: [] });
    expect(state).toEqual(before);
  });

  it("tells what is due by a moment, the most urgent first, whatever offsets the times have", () => {
    const state = emptyList();
    addItem(state, { text: "without hurry", addedAt: now }, 10);
    addItem(state, { text: "second", addedAt: now, dueAt: "2026-11-21T12:00:00Z" }, 10);
    addItem(state, { text: "first", addedAt: now, dueAt: "2026-11-21T12:30:00+01:00" }, 10);
    addItem(state, { text: "too late", addedAt: now, dueAt: "2026-11-21T12:00:00.001Z" }, 10);
    addItem(state, { text: "done", addedAt: now, dueAt: "2026-11-21T10:00:00Z" }, 10);
    completeItem(state, 5, now);
    const { message, items } = dueItems(state, "2026-11-21T12:00:00Z");
    expect(items.map(({ text }) => text)).toEqual(["first", "second"]);
    expect(message).toBe("2 items due by 2026-11-21T12:00:00Z");
  });

  it("gives an item another due time, or none", () => {
    const state = emptyList();
    addItem(state, { text: "tea", addedAt: now }, 10);
    expect(scheduleItem(state, 1, later)).toEqual({
      success: true,
      message: `Item 1 is due at ${later}`,
      items: [{ id: 1, text: "tea", done: false, added_at: now, due_at: later }],
    });
    expect(scheduleItem(state, 1, undefined).message).toBe("Item 1 is not due any more");
    expect(state.items).toEqual([{ id: 1, text: "tea", done: false, added_at: now }]);
    expect(scheduleItem(state, 2, later)).toEqual({ success: false, message: "There is no item 2", items: [] });
  });

  it("never gives an id twice, whatever is removed", () => {
    const step = fc.oneof(fc.constant("add" as const), fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const state = emptyList();
        const given: number[] = [];
        for (const step of steps) {
          const answer = step === "add" ? addItem(state, { text: "task", addedAt: now }, 5) : removeItem(state, step);
          if (step === "add" && answer.success) {
            given.push(answer.items[0]?.id ?? Number.NaN);
          }
        }
        expect(given).toEqual(given.map((_, index) => index + 1));
      }),
    );
  });
});
