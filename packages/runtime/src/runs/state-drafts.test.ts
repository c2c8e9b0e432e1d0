import { freeze } from "immer";
import { describe, expect, it } from "vitest";
import { StateDrafts } from "./state-drafts.js";

const committed = () => [freeze({ notes: ["a"] }, true), freeze({ count: 0 }, true)];

describe("the drafts of a run", () => {
  it("leave the committed values as they are, and yield only what changed", () => {
    const values = committed();
    const drafts = new StateDrafts(values);
    (drafts.draftOf(0) as { notes: string[] }).notes.push("b");
    drafts.draftOf(1);
    expect(drafts.finish()).toEqual([{ slot: 0, value: { notes: ["a", "b"] } }]);
    expect(values).toEqual([{ notes: ["a"] }, { count: 0 }]);
  });

  it("are the same for every call in the run", () => {
    const drafts = new StateDrafts(committed());
    expect(drafts.draftOf(1)).toBe(drafts.draftOf(1));
    drafts.discard();
  });

  it("yield nothing once they are discarded, and are revoked", () => {
    const drafts = new StateDrafts(committed());
    const draft = drafts.draftOf(1) as { count: number };
    draft.count = 1;
    drafts.discard();
    expect(drafts.finish()).toEqual([]);
    expect(() => draft.count).toThrow(TypeError);
  });

  it("are revoked when the run ends", () => {
    const drafts = new StateDrafts(committed());
    const draft = drafts.draftOf(1) as { count: number };
    drafts.finish();
    expect(() => draft.count).toThrow(TypeError);
  });
});
