import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addItem, completeItem, listItems, removeItem, type TodoState } from "./todo-list.js";

const now = "2026-11-20T17:00:00.000+01:00";
const later = "2026-11-20T18:00:00.000+01:00";

function emptyList(): TodoState {
  return { next_id: 1, items: [] };
}

describe("the to-do list", () => {
  it("stamps items when they are added and when they are completed", () => {
    const state = emptyList();
    addItem(state, "water the plants", now, 10);
    completeItem(state, 1, later);
    expect(listItems(state)).toEqual({
      success: true,
      message: "1 items, 0 open",
      items: [{ id: 1, text: "water the plants", done: true, added_at: now, completed_at: later }],
    });
  });

  it("keeps the first time at which an item was completed", () => {
    const state = emptyList();
    addItem(state, "once", now, 10);
    completeItem(state, 1, now);
    expect(completeItem(state, 1, later).message).toBe("Item 1 was completed before");
    expect(state.items[0]?.completed_at).toBe(now);
  });

  it("refuses a blank text, an unknown id and more than its maximum, and changes nothing", () => {
    const state = emptyList();
    addItem(state, "the only one", now, 1);
    const before = structuredClone(state);
    expect(addItem(state, "  ", now, 1).message).toBe("A text is required");
    expect(addItem(state, "one more", now, 1).message).toBe("Maximum items (1) reached");
    expect(completeItem(state, 7, now).message).toBe("There is no item 7");
    expect(removeItem(state, 7)).toEqual({ success: false, message: "There is no item 7", items: [] });
    expect(state).toEqual(before);
  });

  it("never gives an id twice, whatever is removed", () => {
    const step = fc.oneof(fc.constant("add" as const), fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const state = emptyList();
        const given: number[] = [];
        for (const step of steps) {
          const answer = step === "add" ? addItem(state, "task", now, 5) : removeItem(state, step);
          if (step === "add" && answer.success) {
            given.push(answer.items[0]?.id ?? Number.NaN);
          }
        }
        expect(given).toEqual(given.map((_, index) => index + 1));
      }),
    );
  });
});
