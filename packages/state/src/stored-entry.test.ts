import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SessionCommit } from "./session-store.js";
import { decodeSession, decodeStoreFacts, encodeSession, encodeStoreFacts, readEntryHead } from "./stored-entry.js";

const unreadable = expect.objectContaining({ code: "STATE_UNREADABLE" });
const entryKey = "session/todo/alice";

const commit: SessionCommit = {
  key: { application: "todo", userId: "alice" },
  expectedRevision: 6,
  createdAtMs: 1_000,
  lastActivityAtMs: 2_000,
  expiresAtMs: 3_000,
  runsCompleted: 7,
  components: new Map([["notepad", { version: 2, json: '{"notes":["a","b"]}' }]]),
};

describe("the text of a session's entry", () => {
  it("is plain JSON with the components' own text in it", () => {
    const text = encodeSession(entryKey, commit);
    expect(JSON.parse(text)).toMatchObject({ format: 1, expires_at: 3_000, revision: 7, body: { runs_completed: 7 } });
    expect(text).toContain('"state":{"notes":["a","b"]}');
    expect(readEntryHead(entryKey, text)).toEqual({ expiresAtMs: 3_000, revision: 7 });
  });

  it("gives back every state, byte for byte", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.jsonValue())), (states) => {
        const components = new Map(states.map(([name, state]) => [name, { version: 1, json: JSON.stringify(state) }]));
        const decoded = decodeSession(entryKey, encodeSession(entryKey, { ...commit, components }));
        const found = [...decoded.components].map(([name, { state }]) => [name, JSON.stringify(state)]);
        expect(found).toEqual([...components].map(([name, { json }]) => [name, JSON.stringify(JSON.parse(json))]));
      }),
    );
  });

  it("says nothing of collections where there are none, and else which numbers their items have", () => {
    const collections = new Map([
      ['functions.notepad:a%2Fb/"notes"', { first: 3, next: 7 }],
      ["__proto__", { first: 1, next: 1 }],
    ]);
    expect(encodeSession(entryKey, { ...commit, collections: new Map() })).toBe(encodeSession(entryKey, commit));
    expect(decodeSession(entryKey, encodeSession(entryKey, commit)).collections).toEqual(new Map());
    expect(decodeSession(entryKey, encodeSession(entryKey, { ...commit, collections })).collections).toEqual(
      collections,
    );
  });

  it("is refused when any one character of it was changed, or it was cut short", () => {
    const text = encodeSession(entryKey, commit);
    for (let index = 0; index < text.length; index += 1) {
      const flipped = String.fromCharCode(text.charCodeAt(index) ^ 1);
      expect(() => decodeSession(entryKey, text.slice(0, index) + flipped + text.slice(index + 1))).toThrow(unreadable);
      expect(() => decodeSession(entryKey, text.slice(0, index))).toThrow(unreadable);
    }
  });

  it("is refused under another user's key", () => {
    const text = encodeSession(entryKey, commit);
    expect(() => decodeSession("session/todo/bob", text)).toThrow(unreadable);
  });

  it.each([
    [undefined],
    [null],
    [7],
    [Buffer.from("{}")],
    [""],
    ["{}"],
    [encodeStoreFacts(entryKey, { timeMs: 5, lastRoom: 6 })],
  ])("is not mistaken for %s", (stored) => {
    expect(() => decodeSession(entryKey, stored)).toThrow(unreadable);
  });
});

describe("the entry of the recorded time", () => {
  it("gives back the time, and has neither expiry nor revision", () => {
    const text = encodeStoreFacts("store/recorded-time", { timeMs: 1_795_000_000_000, lastRoom: 7 });
    expect(decodeStoreFacts("store/recorded-time", text)).toEqual({ timeMs: 1_795_000_000_000, lastRoom: 7 });
    expect(readEntryHead("store/recorded-time", text)).toEqual({ expiresAtMs: undefined, revision: undefined });
    expect(() => decodeStoreFacts("store/recorded-time", encodeSession("store/recorded-time", commit))).toThrow(
      unreadable,
    );
  });
});
