import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sessionEntryKey } from "./entry-keys.js";
import type { CommittedComponentState, RecordChange, SessionCommit, SessionKey } from "./session-store.js";
import type { SqliteAdapter } from "./sqlite-adapter.js";
import { openSqliteSessionStore, type SqliteSessionStore } from "./sqlite-session-store.js";
import { encodeSession } from "./stored-session.js";
import { withAdapter } from "./test-support/adapter-beneath.js";

type Components = ReadonlyMap<string, CommittedComponentState>;

let folder = "";
let path = "";
let wallMs = 0;
let store: SqliteSessionStore;
let adapter: SqliteAdapter;
const clock = { nowMs: () => wallMs, monotonicMs: () => 0 };
const alice: SessionKey = { application: "test", userId: "alice" };
const bob: SessionKey = { application: "test", userId: "bob" };

async function open(maxSessionBytes?: number): Promise<void> {
  const limit = maxSessionBytes === undefined ? {} : { maxSessionBytes };
  ({ store, adapter } = await withAdapter(() => openSqliteSessionStore({ path, clock, ...limit })));
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "alcove-rows-"));
  path = join(folder, "sessions.sqlite");
  wallMs = 1_800_000_000_000;
  await open();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  rmSync(folder, { recursive: true });
});

const large = (letter: string, characters = 10_000): string => JSON.stringify(letter.repeat(characters));

function commitOf(
  key: SessionKey,
  expectedRevision: number,
  components: Components,
  change: Partial<SessionCommit> = {},
): SessionCommit {
  return {
    key,
    expectedRevision,
    createdAtMs: wallMs,
    lastActivityAtMs: wallMs,
    expiresAtMs: wallMs + 60_000,
    runsCompleted: expectedRevision + 1,
    components,
    ...change,
  };
}

/** Five components of 10,000 characters each, and a small one. */
function fiveLarge(revision: number): Map<string, CommittedComponentState> {
  const names = ["a", "b", "c", "d", "e"];
  const text = (json: string): CommittedComponentState => ({ version: 1, json, changedInRevision: revision });
  return new Map([...names.map((name) => [name, text(large(name))] as const), ["small", text("1")]]);
}

const rowNames = async (): Promise<unknown[]> =>
  ((await adapter.query("SELECT name FROM records ORDER BY room, name")) as { name: string }[]).map(({ name }) => name);

const stateOf = async (key: SessionKey, component: string): Promise<unknown> =>
  (await store.load(key))?.components.get(component)?.state;

describe("a commit that changes one of several large components", () => {
  it("binds that one's text, and no other's", async () => {
    const before = fiveLarge(1);
    await store.commit(commitOf(alice, 0, before));
    const after = new Map(before).set("c", { version: 1, json: large("C"), changedInRevision: 2 });
    const query = vi.spyOn(adapter as unknown as { query: (...all: unknown[]) => unknown }, "query");
    const setMany = vi.spyOn(adapter, "setMany");
    await store.commit(commitOf(alice, 1, after, { replaces: before }));
    const texts = setMany.mock.calls.flatMap(([entries]) =>
      entries.flatMap(({ value, records }) => [value, ...(records?.put.values() ?? [])]),
    );
    const characters = texts.reduce((sum, { length }) => sum + length, 0);
    expect(characters).toBeGreaterThan(10_000);
    expect(characters).toBeLessThan(12_000);
    expect(query).not.toHaveBeenCalled();
    expect(await stateOf(alice, "c")).toBe("C".repeat(10_000));
    expect(await stateOf(alice, "d")).toBe("d".repeat(10_000));
  });

  it("writes a few pages, not the whole session", async () => {
    const before = fiveLarge(1);
    await store.commit(commitOf(alice, 0, before));
    await adapter.query("PRAGMA wal_checkpoint(TRUNCATE)");
    const after = new Map(before).set("c", { version: 1, json: large("c", 10_003), changedInRevision: 2 });
    await store.commit(commitOf(alice, 1, after, { replaces: before }));
    const [log] = (await adapter.query("PRAGMA wal_checkpoint(PASSIVE)")) as { log: number }[];
    expect(log?.log).toBeLessThanOrEqual(8);
  });
});

describe("large components", () => {
  it("are as a model of plain maps has them, whatever changes, with and without what the store is told", async () => {
    const size = fc.constantFrom(1, 1_990, 1_998, 1_999, 2_000, 2_500, 9_000);
    const name = fc.constantFrom("a", "b", "__proto__", "", "\u0000/\u007f", "n".repeat(195));
    const change = fc.record({ name, size, letter: fc.constantFrom("x", "é", "✓") });
    const step = fc.record({
      do: fc.constantFrom("commit", "commit", "commit", "commit without hints", "reload", "stale", "restart", "expire"),
      changes: fc.array(change, { maxLength: 3 }),
      removed: fc.option(name, { nil: undefined }),
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        round += 1;
        const key = { application: `round-${round}`, userId: "alice" };
        let revision = 0;
        let components = new Map<string, CommittedComponentState>();
        let replaces: Components | undefined;
        for (const { do: action, changes, removed } of steps) {
          const next = new Map(components);
          const texts = changes.map((each) => [each.name, JSON.stringify(each.letter.repeat(each.size))] as const);
          for (const [each, json] of texts) {
            next.set(each, { version: 1, json, changedInRevision: revision + 1 });
          }
          next.delete(removed ?? "none");
          if (action === "commit") {
            await store.commit(commitOf(key, revision, next, { replaces }));
          } else if (action === "commit without hints") {
            const bare = Array.from(next, ([each, { version, json }]) => [each, { version, json }] as const);
            await store.commit(commitOf(key, revision, new Map(bare)));
          } else if (action === "stale") {
            // No revision any earlier session of the user ever had: one that has expired may still be stored.
            const outcome = store.commit(commitOf(key, revision + 50, next));
            await expect(outcome).rejects.toMatchObject({ code: "STORE_CONFLICT" });
          } else if (action === "restart") {
            await store.close();
            await open();
          } else if (action === "expire") {
            wallMs += 60_000;
            [revision, components, replaces] = [0, new Map(), undefined];
          }
          if (action.startsWith("commit")) {
            revision += 1;
            components = next;
          }
          const loaded = await store.load(key);
          const found = Array.from(loaded?.components ?? [], ([each, { state }]) => [each, JSON.stringify(state)]);
          expect(found).toEqual(Array.from(components, ([each, { json }]) => [each, json]));
          expect(loaded?.revision ?? 0).toBe(revision);
          expect(await store.pageRecords(key, { prefix: "", direction: "backward", limit: 5 })).toEqual([]);
          if (action === "reload" || action === "commit without hints") {
            const marks = Array.from(components, ([each, { version, json }]) => {
              const known = loaded?.components.get(each)?.changedInRevision;
              return [each, { version, json, changedInRevision: known ?? revision + 1 }] as const;
            });
            components = new Map(marks);
          }
          replaces = components;
        }
        expect(await store.verify(() => undefined)).toMatchObject({ damaged: 0 });
        await store.remove(key);
        while ((await store.sweep(100)) === 100) {}
        expect(await rowNames()).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it("have no row any more when they become small or disappear, and the others keep theirs", async () => {
    const first = fiveLarge(1);
    await store.commit(commitOf(alice, 0, first, { records: [{ kind: "put", name: "item", json: "1" }] }));
    const second = new Map(first).set("b", { version: 1, json: '"short"', changedInRevision: 2 });
    second.delete("d");
    await store.commit(commitOf(alice, 1, second, { replaces: first }));
    expect(await rowNames()).toEqual(["item", "\u007f/a", "\u007f/c", "\u007f/e"]);
    expect([await stateOf(alice, "b"), await stateOf(alice, "d")]).toEqual(["short", undefined]);
    await store.commit(commitOf(alice, 2, new Map()));
    expect(await rowNames()).toEqual(["item"]);
  });

  it("are no records: no page, range or name reaches them", async () => {
    await store.commit(commitOf(alice, 0, fiveLarge(1)));
    const everything: RecordChange[] = [
      { kind: "remove-range", from: "", to: "\uffff".repeat(100) },
      ...["\u007f/a", "/a", "a", "\u007f", "~007f/a"].map((name): RecordChange => ({ kind: "remove", name })),
    ];
    await store.commit(commitOf(alice, 1, fiveLarge(1), { records: everything }));
    expect(await stateOf(alice, "a")).toBe("a".repeat(10_000));
    for (const prefix of ["", "\u007f", "~"]) {
      expect(await store.pageRecords(alice, { prefix, direction: "backward", limit: 9 })).toEqual([]);
    }
    expect(await store.readRecord(alice, "\u007f/a")).toBeUndefined();
  });

  it("count for the limit of a session, also those that did not change", async () => {
    await store.close();
    await open(60_000);
    const before = fiveLarge(1);
    await store.commit(commitOf(alice, 0, before));
    const after = new Map(before).set("f", { version: 1, json: large("f"), changedInRevision: 2 });
    const tooLarge = store.commit(commitOf(alice, 1, after, { replaces: before }));
    await expect(tooLarge).rejects.toMatchObject({ code: "STATE_TOO_LARGE" });
    expect((await store.load(alice))?.revision).toBe(1);
  });

  it("go with their session when it is swept, and with what tools copy of it", async () => {
    await store.commit(commitOf(alice, 0, fiveLarge(1)));
    const text = (await store.exportSession(alice)) ?? "";
    const [listed] = await store.list({ limit: 1 });
    expect(listed?.bytes).toBeGreaterThan(50_000);
    wallMs += 60_000;
    while ((await store.sweep(2)) === 2) {}
    expect(await rowNames()).toEqual([]);
    wallMs -= 60_000;
    const later = text.replace(/"expires_at":\d+/, `"expires_at":${wallMs + 600_000}`);
    await store.importSession(later, { application: "test" });
    expect(await stateOf(alice, "e")).toBe("e".repeat(10_000));
    expect(await rowNames()).toHaveLength(5);
  });
});

describe("a session of format 1, which has large components in its entry", () => {
  it("is read as it is, and written in the new way by its next commit", async () => {
    const components = new Map([["notes", { version: 1, json: large("n") }]]);
    await store.commit(commitOf(alice, 0, components));
    const { text } = encodeSession(sessionEntryKey(alice), commitOf(alice, 0, components), false);
    await adapter.query("DELETE FROM records");
    await adapter.query("UPDATE entries SET value = ? WHERE revision = 1", text.replace('"format":2', '"format":1'));
    const loaded = await store.load(alice);
    expect(loaded?.components.get("notes")).toEqual({
      version: 1,
      state: "n".repeat(10_000),
      changedInRevision: undefined,
    });
    await store.commit(
      commitOf(alice, 1, new Map([["notes", { version: 1, json: large("n"), changedInRevision: 2 }]])),
    );
    expect(await rowNames()).toEqual(["\u007f/notes"]);
    expect((await store.load(alice))?.components.get("notes")?.changedInRevision).toBe(2);
    wallMs += 60_000;
    expect(await store.sweep(100)).toBe(2);
  });

  it("is swept when its time is over, but not when it is filed under another", async () => {
    await store.commit(commitOf(alice, 0, new Map()));
    await store.commit(commitOf(bob, 0, new Map()));
    await adapter.query(`UPDATE entries SET value = replace(value, '"format":2', '"format":1')`);
    await adapter.query("UPDATE entries SET expires_at = 5 WHERE key = ?", sessionEntryKey(bob));
    wallMs += 60_000;
    expect(await store.sweep(100)).toBe(1);
    await expect(store.load(bob)).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
  });
});

describe("the row of a large component", () => {
  const row =
    "(SELECT value FROM records WHERE room = (SELECT room FROM entries WHERE key LIKE '%bob') AND name LIKE '%a')";

  it.each([
    ["missing", "DELETE FROM records WHERE name LIKE '%a' AND room = 1"],
    ["torn", "UPDATE records SET value = substr(value, 1, 4000) || zeroblob(10) WHERE name LIKE '%a' AND room = 1"],
    ["changed", "UPDATE records SET value = replace(value, 'aaaa', 'aaba') WHERE name LIKE '%a' AND room = 1"],
    ["another user's", `UPDATE records SET value = ${row} WHERE name LIKE '%a' AND room = 1`],
    [
      "another component's",
      "UPDATE records SET value = (SELECT value FROM records WHERE name LIKE '%b') WHERE name LIKE '%a' AND room = 1",
    ],
    [
      "of an earlier revision",
      "UPDATE records SET value = (SELECT value FROM earlier) WHERE name LIKE '%a' AND room = 1",
    ],
  ])("is never served when it is %s: the session is reported, kept, and can be removed", async (_, damage) => {
    await store.commit(commitOf(alice, 0, fiveLarge(1)));
    await store.commit(commitOf(bob, 0, fiveLarge(1)));
    await adapter.query("CREATE TEMP TABLE earlier AS SELECT value FROM records WHERE name LIKE '%a' AND room = 1");
    await store.commit(commitOf(alice, 1, fiveLarge(2), { replaces: fiveLarge(1) }));
    await adapter.query(damage);
    const unreadable = { code: "STATE_UNREADABLE", message: expect.stringContaining("the row of its component a") };
    await expect(store.load(alice)).rejects.toMatchObject(unreadable);
    await expect(store.exportSession(alice)).rejects.toMatchObject(unreadable);
    const damaged: string[] = [];
    const outcome = await store.verify((entry) => entry.damaged !== undefined && damaged.push(entry.entry));
    expect([outcome, damaged]).toEqual([{ entries: 2, damaged: 1 }, [sessionEntryKey(alice)]]);
    const [listed] = await store.list({ limit: 5 });
    expect(listed).toMatchObject({ key: alice, figures: undefined, damaged: unreadable.message });
    expect(await stateOf(bob, "a")).toBe("a".repeat(10_000));
    expect(await store.remove(alice)).toBe(true);
    await store.commit(commitOf(alice, 0, new Map()));
    expect((await store.load(alice))?.revision).toBe(1);
  });
});
