import { createDraft, finishDraft } from "immer";
import { describe, expect, it } from "vitest";
import { detachDrafts } from "./detach-drafts.js";

describe("detaching an output from the drafts of its run", () => {
  it("copies every draft in it, so that it outlives them", () => {
    const draft = createDraft({ notes: ["a"] });
    const output = detachDrafts({ whole: draft, list: [draft.notes], plain: 1 });
    finishDraft(draft);
    expect(output).toEqual({ whole: { notes: ["a"] }, list: [["a"]], plain: 1 });
  });

  it("leaves anything else alone", () => {
    const date = new Date(0);
    expect(detachDrafts(date)).toBe(date);
    expect(detachDrafts("text")).toBe("text");
  });
});
