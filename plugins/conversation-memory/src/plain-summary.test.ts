import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainSummary } from "./plain-summary.js";

const turn = (content: string) => ({ role: "user" as const, content, at: "2026-11-20T12:00:00.000Z" });

describe("a summary without a model", () => {
  it("goes on where the last one ended", () => {
    const summary = "user: Hello!";
    const turns = [turn("  How are you? I am well.\nReally"), turn("x".repeat(200))];
    expect(plainSummary({ summary, turns, max_characters: 1_000 })).toBe(
      `user: Hello!\nuser: How are you?\nuser: ${"x".repeat(119)}…`,
    );
  });

  it("drops the oldest lines first, and is never too long", () => {
    expect(plainSummary({ summary: "user: a\nuser: b", turns: [turn("c")], max_characters: 15 })).toBe(
      "user: b\nuser: c",
    );
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), fc.integer({ min: 1, max: 300 }), (said, summary, max) => {
        const made = plainSummary({ summary, turns: said.map(turn), max_characters: max });
        expect(made.length).toBeLessThanOrEqual(max);
      }),
    );
  });
});
