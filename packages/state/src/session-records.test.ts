import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@alcove/plugin-api";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sessionEntryKey } from "./entry-keys.js";
import type { RecordChange, SessionCommit, SessionKey } from "./session-store.js";
import { SqliteAdapter } from "./sqlite-adapter.js";
import { openSqliteConnection } from "./sqlite-connection.js";
import { openSqliteSessionStore, type SqliteSessionStore } from "./sqlite-session-store.js";

let folder = "";
let path = "";
let wallMs = 0;
let store: SqliteSessionStore;
let adapter: SqliteAdapter;
const error = vi.fn();
const clock = { nowMs: () => wallMs, monotonicMs: () => 0 };
const alice: SessionKey = { application: "test", userId: "alice" };
const bob: SessionKey = { application: "test", userId: "bob" };

async function open(): Promise<void> {
  const configure = vi.spyOn(SqliteAdapter.prototype, "configure");
  store = await openSqliteSessionStore({ path, clock, logger: { ...silentLogger, error } });
  adapter = configure.mock.contexts.at(-1) as SqliteAdapter;
  configure.mockRestore();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "alcove-records-"));
  path = join(folder, "sessions.sqlite");
  wallMs = 1_800_000_000_000;
  error.mockClear();
  await open();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  rmSync(folder, { recursive: true });
});

function commitOf(key: SessionKey, expectedRevision: number, records: readonly RecordChange[] = []): SessionCommit {
  return {
    key,
    expectedRevision,
    createdAtMs: wallMs,
    lastActivityAtMs: wallMs,
    expiresAtMs: wallMs + 60_000,
    runsCompleted: expectedRevision + 1,
    components: new Map([["notes", { version: 1, json: `${expectedRevision + 1}` }]]),
    records,
  };
}

const put = (name: string, value: unknown = name): RecordChange => ({ kind: "put", name, json: JSON.stringify(value) });
const many = (count: number): RecordChange[] => Array.from({ length: count }, (_, index) => put(`item/${index}`));
const countOf = async (table: string): Promise<unknown> =>
  (await adapter.query(`SELECT count(*) AS count FROM ${table}`)) as unknown;

describe("records in an SQLite file", () => {
  it("are as a model of plain maps has them, whatever users do, across expiries, removals, sweeps and restarts", async () => {
    const user = fc.constantFrom("u", "u/", "u/a");
    const name = fc.constantFrom("a", "a/b", "b", "c", "\u0000");
    const change: fc.Arbitrary<RecordChange> = fc.oneof(
      fc.record({ kind: fc.constant("put" as const), name, json: fc.integer().map(String) }),
      fc.record({ kind: fc.constant("remove" as const), name }),
      fc.record({ kind: fc.constant("remove-range" as const), from: name, to: name }),
    );
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant("commit"), user, changes: fc.array(change, { maxLength: 4 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("stale", "remove"), user }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("expire", "sweep", "restart"), user }) },
    );
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        round += 1;
        const application = `round-${round}`;
        const model = new Map<string, { revision: number; records: Map<string, unknown> }>();
        for (const action of steps) {
          const key = { application, userId: action.user };
          const known = model.get(action.user);
          if ("changes" in action) {
            await store.commit(commitOf(key, known?.revision ?? 0, action.changes));
            const records = new Map(known?.records);
            applyTo(records, action.changes);
            model.set(action.user, { revision: (known?.revision ?? 0) + 1, records });
          } else if (action.do === "stale") {
            await expect(store.commit(commitOf(key, 99, [put("a", "stale")]))).rejects.toMatchObject({
              code: "STORE_CONFLICT",
            });
          } else if (action.do === "remove") {
            const wasStored = await store.remove(key);
            // One that has expired may still be stored, or be swept already.
            if (model.delete(action.user)) {
              expect(wasStored).toBe(true);
            }
          } else if (action.do === "expire") {
            wallMs += 60_000;
            model.clear();
          } else if (action.do === "sweep") {
            await store.sweep(3);
          } else {
            await store.close();
            await open();
          }
          for (const userId of ["u", "u/", "u/a"]) {
            const page = await store.pageRecords(
              { application, userId },
              { prefix: "", direction: "forward", limit: 50 },
            );
            const expected = [...(model.get(userId)?.records ?? [])].sort(([one], [other]) => (one < other ? -1 : 1));
            expect(page.map(({ name: found, value }) => [found, value])).toEqual(expected);
          }
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it("are found by an index, read without the others, and swept by one", async () => {
    for (const statement of [
      "SELECT value FROM records WHERE room = 1 AND name BETWEEN 'a' AND 'b' ORDER BY name DESC LIMIT 3",
      "SELECT room, name FROM records WHERE expires_at <= 1 ORDER BY expires_at LIMIT 3",
      "SELECT r.room, r.name FROM left_rooms l CROSS JOIN records r ON r.room = l.room ORDER BY l.room LIMIT 3",
    ]) {
      const plan = JSON.stringify(await adapter.query(`EXPLAIN QUERY PLAN ${statement}`));
      expect(plan).not.toContain("SCAN r");
      expect(plan).not.toContain("TEMP B-TREE");
    }
  });

  it("of an ended session are removed in bounded steps, and none is left", async () => {
    await store.commit(commitOf(alice, 0, many(2_500)));
    await store.commit(commitOf(bob, 0, many(2)));
    expect(await store.remove(alice)).toBe(true);
    expect(await countOf("records")).toEqual([{ count: 1_502 }]);
    expect([await store.sweep(1_000), await store.sweep(1_000)]).toEqual([1_000, 500]);
    expect([await countOf("records"), await countOf("left_rooms")]).toEqual([[{ count: 2 }], [{ count: 0 }]]);
  });

  it.each([
    ["changed", "UPDATE records SET value = replace(value, 'one', 'two') WHERE name = 'a'"],
    [
      "another session's",
      "UPDATE records SET value = (SELECT value FROM records WHERE value LIKE '%bob%') WHERE name = 'a'",
    ],
    ["no text", "UPDATE records SET value = zeroblob(9) WHERE name = 'a'"],
  ])("are reported when damaged, and kept, while the session goes on: %s", async (_, statement) => {
    await store.commit(commitOf(alice, 0, [put("a", "one"), put("b", "fine")]));
    await store.commit(commitOf(bob, 0, [put("other", "bob")]));
    await adapter.query(statement);
    await expect(store.readRecord(alice, "a")).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
    await expect(store.pageRecords(alice, { prefix: "", direction: "forward", limit: 9 })).rejects.toMatchObject({
      code: "STATE_UNREADABLE",
    });
    expect(await store.readRecord(alice, "b")).toBe("fine");
    expect(await store.readRecord(bob, "other")).toBe("bob");
    await store.commit(commitOf(alice, 1, [{ kind: "remove", name: "a" }]));
    expect(await store.readRecord(alice, "a")).toBeUndefined();
  });

  it("keep their sessions apart even when the store has forgotten which room it gave last", async () => {
    await store.commit(commitOf(alice, 0, [put("a", "alice")]));
    await adapter.query("UPDATE entries SET value = 'x' WHERE key = 'store/recorded-time'");
    await store.close();
    await open();
    await store.commit(commitOf(bob, 0, [put("b", "bob")]));
    expect(await store.readRecord(bob, "a")).toBeUndefined();
    expect(await store.readRecord(alice, "a")).toBe("alice");
  });
});

describe("a session that is filed under another expiry than its own", () => {
  it("is not swept, but reported, not served, and can be removed", async () => {
    await store.commit(commitOf(alice, 0));
    await store.commit(commitOf(bob, 0));
    await adapter.query("UPDATE entries SET expires_at = 5 WHERE key = ?", sessionEntryKey(alice));
    expect(await store.sweep(10)).toBe(0);
    expect(await store.sweep(10)).toBe(0);
    expect(error).toHaveBeenCalledOnce();
    expect(error.mock.calls[0]?.[1]).toMatchObject({ sessions: 1 });
    await expect(store.load(alice)).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
    await expect(store.readRecord(alice, "a")).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
    const [listed] = await store.list({ limit: 10 });
    expect(listed).toMatchObject({ key: alice, figures: undefined, damaged: expect.stringContaining("filed") });
    expect(await store.remove(alice)).toBe(true);
    expect(await store.load(alice)).toBeUndefined();
    expect((await store.load(bob))?.revision).toBe(1);
  });
});

describe("a database of the version before", () => {
  it("is brought up to date as it is opened, with every session in it", async () => {
    await store.commit(commitOf(alice, 0));
    await store.commit(commitOf(bob, 0));
    await store.close();
    const connection = await openSqliteConnection(path, 100);
    for (const statement of [
      "DROP TABLE records",
      "DROP TABLE left_rooms",
      "DROP TRIGGER room_is_left_by_deletion",
      "DROP TRIGGER room_is_left_by_replacement",
      "ALTER TABLE entries DROP COLUMN room",
      "PRAGMA user_version = 1",
    ]) {
      await connection.query(statement);
    }
    await connection.close();
    await open();
    expect((await store.load(alice))?.revision).toBe(1);
    await store.commit(commitOf(alice, 1, [put("a", 1)]));
    await store.commit(commitOf(bob, 1, [put("a", 2)]));
    expect([await store.readRecord(alice, "a"), await store.readRecord(bob, "a")]).toEqual([1, 2]);
    expect(await countOf("sqlite_schema WHERE name = 'version1'")).toEqual([{ count: 0 }]);
  });
});

function applyTo(records: Map<string, unknown>, changes: readonly RecordChange[]): void {
  for (const change of changes) {
    if (change.kind === "put") {
      records.set(change.name, JSON.parse(change.json));
    } else if (change.kind === "remove") {
      records.delete(change.name);
    } else {
      for (const name of [...records.keys()].filter((known) => known >= change.from && known < change.to)) {
        records.delete(name);
      }
    }
  }
}
