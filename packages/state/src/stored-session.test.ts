import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SessionCommit, StoredComponentState } from "./session-store.js";
import { decodeStoreFacts, encodeStoreFacts, readEntryHead } from "./stored-entry.js";
import { decodeSession, encodeSession, type FoundSession } from "./stored-session.js";

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

/** What a store would find after the commit, where nothing was stored before. */
function foundAfter(change: Partial<SessionCommit> = {}): { value: string; rows: ReadonlyMap<string, string> } {
  const { text, rows } = encodeSession(entryKey, { ...commit, ...change }, true);
  return { value: text, rows };
}

const withoutRows = (value: unknown): FoundSession => ({ value, rows: new Map() });

describe("the text of a session's entry", () => {
  it("is plain JSON with the components' own text in it", () => {
    const { value: text } = foundAfter();
    expect(JSON.parse(text)).toMatchObject({ format: 2, expires_at: 3_000, revision: 7, body: { runs_completed: 7 } });
    expect(text).toContain('"state":{"notes":["a","b"]}');
    expect(readEntryHead(entryKey, text)).toEqual({ expiresAtMs: 3_000, revision: 7 });
  });

  it("gives back every state, byte for byte", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.jsonValue())), (states) => {
        const components = new Map(states.map(([name, state]) => [name, { version: 1, json: JSON.stringify(state) }]));
        const decoded = decodeSession(entryKey, foundAfter({ components }));
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
    expect(foundAfter({ collections: new Map() }).value).toBe(foundAfter().value);
    expect(decodeSession(entryKey, foundAfter()).collections).toEqual(new Map());
    expect(decodeSession(entryKey, foundAfter({ collections })).collections).toEqual(collections);
  });

  it("is refused when any one character of it was changed, or it was cut short", () => {
    const { value: text } = foundAfter();
    for (let index = 0; index < text.length; index += 1) {
      const flipped = String.fromCharCode(text.charCodeAt(index) ^ 1);
      expect(() =>
        decodeSession(entryKey, withoutRows(text.slice(0, index) + flipped + text.slice(index + 1))),
      ).toThrow(unreadable);
      expect(() => decodeSession(entryKey, withoutRows(text.slice(0, index)))).toThrow(unreadable);
    }
  });

  it("is refused under another user's key", () => {
    const { value: text } = foundAfter();
    expect(() => decodeSession("session/todo/bob", withoutRows(text))).toThrow(unreadable);
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
    expect(() => decodeSession(entryKey, withoutRows(stored))).toThrow(unreadable);
  });
});

describe("a component with more than 2,000 characters of JSON", () => {
  const large = (letter: string, length = 5_000): string => JSON.stringify(letter.repeat(length));
  const components = new Map([
    ["small", { version: 1, json: "1" }],
    ["large", { version: 2, json: large("a") }],
  ]);
  const row = "\u007f/large";

  it("lies in a row of its own, to which the entry refers by its revision", () => {
    const { value, rows } = foundAfter({ components });
    expect(JSON.parse(value).body.components).toEqual([
      { name: "small", version: 1, state: 1 },
      { name: "large", version: 2, row: 7 },
    ]);
    expect([...rows.keys()]).toEqual([row]);
    expect(decodeSession(entryKey, { value, rows }).components).toEqual(
      new Map([
        ["small", { version: 1, state: 1, changedInRevision: undefined }],
        ["large", { version: 2, state: "a".repeat(5_000), changedInRevision: 7 }],
      ]),
    );
  });

  it("is not written again while it does not change, and its row stays as long after a small change", () => {
    const unchanged = { version: 2, json: large("a"), changedInRevision: 5 };
    const later = foundAfter({ components: new Map([["large", unchanged]]) });
    expect(later.rows.size).toBe(0);
    expect(later.value).toContain('"row":5');
    const lengthOf = (json: string): number | undefined =>
      foundAfter({ components: new Map([["large", { version: 2, json }]]) }).rows.get(row)?.length;
    expect(lengthOf(large("b", 5_010))).toBe(lengthOf(large("a")));
  });

  it.each<[string, (rows: Map<string, string>) => void]>([
    ["missing", (rows) => rows.delete(row)],
    ["changed", (rows) => rows.set(row, String(rows.get(row)).replace("aaa", "aba"))],
    ["changed in its padding", (rows) => rows.set(row, String(rows.get(row)).replace(" ", "\t"))],
    ["cut short", (rows) => rows.set(row, String(rows.get(row)).slice(0, 3_000))],
    ["of an earlier revision", (rows) => rows.set(row, rowOf({ expectedRevision: 5 }))],
    ["of a later revision", (rows) => rows.set(row, rowOf({ expectedRevision: 7 }))],
    ["another user's", (rows) => rows.set(row, rowOf({}, "session/todo/bob"))],
    ["the session's entry", (rows) => rows.set(row, foundAfter({ components }).value)],
  ])("is refused when its row is %s", (_, damage) => {
    const { value, rows } = foundAfter({ components });
    const damaged = new Map(rows);
    damage(damaged);
    expect(() => decodeSession(entryKey, { value, rows: damaged })).toThrow(unreadable);
  });

  function rowOf(change: Partial<SessionCommit>, key = entryKey): string {
    return String(encodeSession(key, { ...commit, components, ...change }, true).rows.get(row));
  }

  it("stays in the entry where the store cannot store entry and row as one, or its name is too long for a row's", () => {
    expect(encodeSession(entryKey, { ...commit, components }, false)).toMatchObject({
      rows: new Map(),
      keptRows: undefined,
    });
    const named = encodeSession(
      entryKey,
      { ...commit, components: new Map([["n".repeat(200), { version: 1, json: large("a") }]]) },
      true,
    );
    expect(named.rows.size).toBe(0);
  });

  it("cannot have changed after the commit, or before there was a session", () => {
    for (const changedInRevision of [0, -1, 8, 1.5, Number.NaN]) {
      const impossible = new Map([["large", { version: 2, json: large("a"), changedInRevision }]]);
      expect(() => foundAfter({ components: impossible })).toThrow(TypeError);
    }
  });

  it("leaves a row to be removed only when it is gone or small, as far as can be known", () => {
    const keptAfter = (change: Partial<SessionCommit>): readonly string[] | undefined =>
      encodeSession(entryKey, { ...commit, ...change }, true).keptRows;
    const small = new Map([["large", { version: 2, json: "1" }]]);
    expect(keptAfter({ components, replaces: components })).toBeUndefined();
    expect(keptAfter({ components, replaces: small })).toBeUndefined();
    expect(keptAfter({ components: small, replaces: small })).toBeUndefined();
    expect(keptAfter({ components: small, expectedRevision: 0 })).toBeUndefined();
    expect(keptAfter({ components: small, replaces: components })).toEqual([]);
    expect(keptAfter({ components: new Map(), replaces: components })).toEqual([]);
    expect(keptAfter({ components })).toEqual([row]);
  });
});

describe("a session as an earlier version wrote it", () => {
  const small: StoredComponentState = { version: 1, state: { n: 1 }, changedInRevision: undefined };

  it("in format 1, with everything in its entry, is read", () => {
    const text =
      '{"format":1,"expires_at":3000,"revision":7,"checksum":"1b8b06b9","body":{"created_at":1000,"last_activity_at":2000,"runs_completed":7,"components":[{"name":"small","version":1,"state":{"n":1}}]}}';
    expect(decodeSession(entryKey, withoutRows(text))).toMatchObject({
      revision: 7,
      expiresAtMs: 3_000,
      components: new Map([["small", small]]),
    });
  });

  it("in format 2, with a component row, is read", () => {
    const value =
      '{"format":2,"expires_at":3000,"revision":7,"checksum":"bf653f4f","body":{"created_at":1000,"last_activity_at":2000,"runs_completed":7,"components":[{"name":"small","version":1,"state":{"n":1}},{"name":"large","version":2,"row":7}]}}';
    const text = "ü".repeat(2_100);
    const row = `{"format":2,"expires_at":null,"revision":7,"checksum":"7a203f50","body":{"text":"${text}"}${" ".repeat(449)}}`;
    expect(decodeSession(entryKey, { value, rows: new Map([["\u007f/large", row]]) }).components).toEqual(
      new Map<string, StoredComponentState>([
        ["small", small],
        ["large", { version: 2, state: { text }, changedInRevision: 7 }],
      ]),
    );
  });
});

describe("the entry of the recorded time", () => {
  it("gives back the time, and has neither expiry nor revision", () => {
    const text = encodeStoreFacts("store/recorded-time", { timeMs: 1_795_000_000_000, lastRoom: 7 });
    expect(decodeStoreFacts("store/recorded-time", text)).toEqual({ timeMs: 1_795_000_000_000, lastRoom: 7 });
    expect(readEntryHead("store/recorded-time", text)).toEqual({ expiresAtMs: undefined, revision: undefined });
    expect(() =>
      decodeStoreFacts("store/recorded-time", encodeSession("store/recorded-time", commit, true).text),
    ).toThrow(unreadable);
  });
});
