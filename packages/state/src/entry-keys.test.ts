import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordedTimeEntryKey, sessionEntryKey } from "./entry-keys.js";
import type { SessionKey } from "./session-store.js";

// Small alphabets of troublesome characters, so that near misses are common.
const part = fc.oneof(
  fc.string({
    unit: fc.constantFrom("a", "A", "/", "%", "_", ":", "~", ".", "0", "5", "f", "\u0000", "\ud800", "é"),
    maxLength: 6,
  }),
  fc.string({ unit: "binary", maxLength: 300 }),
);
const sessionKey: fc.Arbitrary<SessionKey> = fc.record({ application: part, userId: part });

describe("sessionEntryKey", () => {
  it("gives different sessions different keys, none of which lies below another", () => {
    fc.assert(
      fc.property(sessionKey, sessionKey, (one, other) => {
        fc.pre(one.application !== other.application || one.userId !== other.userId);
        expect(sessionEntryKey(one)).not.toBe(sessionEntryKey(other));
        expect(sessionEntryKey(one).startsWith(`${sessionEntryKey(other)}/`)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is short ASCII text, whatever the parts are, and never the store's own entry", () => {
    fc.assert(
      fc.property(sessionKey, (key) => {
        expect(sessionEntryKey(key)).toMatch(/^session\/[\w.%~-]{0,120}\/[\w.%~-]{0,120}$/);
        expect(sessionEntryKey(key)).not.toBe(recordedTimeEntryKey);
      }),
    );
  });

  it("leaves ordinary names readable", () => {
    const key = { application: "todo", userId: "7b031fd4-714b-598e-b755-a517d069edc5" };
    expect(sessionEntryKey(key)).toBe("session/todo/7b031fd4-714b-598e-b755-a517d069edc5");
  });

  it("tells long parts apart that begin alike, and a hash from the text of that hash", () => {
    const long = sessionEntryKey({ application: "a", userId: "x".repeat(5_000) });
    const longer = sessionEntryKey({ application: "a", userId: "x".repeat(5_001) });
    expect(long).not.toBe(longer);
    expect(sessionEntryKey({ application: "a", userId: long.slice("session/a/".length) })).not.toBe(long);
  });
});
