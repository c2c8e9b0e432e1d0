import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@alcove/plugin-api";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sessionEntryKey } from "./entry-keys.js";
import type { RecordChange, SessionCommit, SessionKey } from "./session-store.js";
import type { SqliteAdapter } from "./sqlite-adapter.js";
import { openSqliteConnection } from "./sqlite-connection.js";
import { openSqliteSessionStore, type SqliteSessionStore } from "./sqlite-session-store.js";
import { withAdapter } from "./test-support/adapter-beneath.js";

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
  const logger = { ...silentLogger, error };
  ({ store, adapter } = await withAdapter(() => openSqliteSessionStore({ path, clock, logger })));
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
    const name = fc.constantFrom("a", "a/b", "b", 'c"\\', "\u0000");
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

  it("of a removed session are removed with it, however many there are", async () => {
    await store.commit(commitOf(alice, 0, many(2_500)));
    await store.commit(commitOf(bob, 0, many(2)));
    expect(await store.remove(alice)).toBe(true);
    expect([await countOf("records"), await countOf("left_rooms")]).toEqual([[{ count: 2 }], [{ count: 0 }]]);
  });

  it("of an expired session are removed in bounded steps, and none is left", async () => {
    await store.commit(commitOf(alice, 0, many(1_500)));
    wallMs += 60_000;
    await store.commit(commitOf(bob, 0, many(2)));
    expect([await store.sweep(1_000), await countOf("records")]).toEqual([1_000, [{ count: 503 }]]);
    expect(await store.sweep(1_000)).toBe(501);
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
    expect(await store.pageRecordNames(alice, { prefix: "", direction: "forward", limit: 9 })).toEqual(["a", "b"]);
    expect(await store.readRecord(alice, "b")).toBe("fine");
    expect(await store.readRecord(bob, "other")).toBe("bob");
    await store.commit(commitOf(alice, 1, [{ kind: "remove", name: "a" }]));
    expect(await store.readRecord(alice, "a")).toBeUndefined();
  });

  it("in large ranges that are removed are out of sight at once, whatever is put there meanwhile, and swept in steps", async () => {
    const nameOf = (index: number): string => `item/${String(index).padStart(3, "0")}`;
    // Half of them are so large that they are not deleted at once.
    const range = fc
      .oneof(fc.tuple(fc.nat(400), fc.nat(400)), fc.tuple(fc.nat(60), fc.integer({ min: 340, max: 400 })))
      .map(([one, other]): RecordChange => ({ kind: "remove-range", from: nameOf(one), to: nameOf(other) }));
    const change = fc.oneof(
      { weight: 3, arbitrary: range },
      { weight: 2, arbitrary: fc.nat(399).map((index) => put(nameOf(index), "again")) },
      { weight: 1, arbitrary: fc.nat(399).map((index): RecordChange => ({ kind: "remove", name: nameOf(index) })) },
    );
    const action = fc.record({
      do: fc.constantFrom("commit", "commit", "commit", "commit", "sweep", "restart", "remove"),
      changes: fc.array(change, { maxLength: 4 }),
      page: fc.record({
        from: fc.option(fc.nat(399).map(nameOf), { nil: undefined }),
        direction: fc.constantFrom("forward" as const, "backward" as const),
        limit: fc.constantFrom(1, 7, 1_000),
      }),
    });
    const all = Array.from({ length: 400 }, (_, index) => put(nameOf(index)));
    let round = 0;
    let largest = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 12 }), async (actions) => {
        round += 1;
        const key = { application: `round-${round}`, userId: "u" };
        const model = new Map<string, unknown>();
        let revision = 0;
        const commit = async (changes: readonly RecordChange[]): Promise<void> => {
          await store.commit(commitOf(key, revision, changes));
          applyTo(model, changes);
          revision += 1;
        };
        await commit(all);
        for (const { do: what, changes, page } of actions) {
          if (what === "commit") {
            await commit(changes);
          } else if (what === "sweep") {
            await store.sweep(100);
          } else if (what === "restart") {
            await store.close();
            await open();
          } else {
            await store.remove(key);
            model.clear();
            revision = 0;
            await commit(all.slice(0, 5));
          }
          const [left] = (await adapter.query("SELECT count(*) AS count FROM left_ranges")) as { count: number }[];
          largest = Math.max(largest, left?.count ?? 0);
          const { from, direction, limit } = page;
          const names = [...model.keys()].sort();
          const ordered = direction === "forward" ? names : names.reverse();
          const wanted = ordered.filter(
            (name) => from === undefined || (direction === "forward" ? name >= from : name <= from),
          );
          const found = await store.pageRecords(key, { prefix: "item/", direction, limit, ...(from && { from }) });
          expect(found.map(({ name, value }) => [name, value])).toEqual(
            wanted.slice(0, limit).map((name) => [name, model.get(name)]),
          );
          const one = from ?? nameOf(0);
          expect(await store.readRecord(key, one)).toEqual(model.get(one));
        }
        while ((await store.sweep(1_000)) === 1_000) {}
        const rest = await store.pageRecords(key, { prefix: "", direction: "forward", limit: 1_000 });
        expect(rest.map(({ name, value }) => [name, value])).toEqual(
          [...model].sort(([one], [other]) => (one < other ? -1 : 1)),
        );
        expect([await countOf("records"), await countOf("left_ranges")]).toEqual([
          [{ count: model.size }],
          [{ count: 0 }],
        ]);
        await store.remove(key);
        while ((await store.sweep(1_000)) === 1_000) {}
      }),
      { numRuns: 40 },
    );
    expect(largest).toBeGreaterThan(1);
  }, 60_000);

  it("are cleared in one commit, however many they are, without others waiting for their deletion", async () => {
    await store.commit(commitOf(alice, 0, many(3_000)));
    await store.commit(
      commitOf(alice, 1, [{ kind: "remove-range", from: "item/", to: "item0" }, put("item/5", "new")]),
    );
    expect(await countOf("records")).toEqual([{ count: 3_000 }]);
    expect(await store.pageRecords(alice, { prefix: "", direction: "backward", limit: 9 })).toEqual([
      { name: "item/5", value: "new" },
    ]);
    const steps = vi.spyOn(adapter, "deleteExpired");
    let swept = 0;
    let inStep = 0;
    do {
      inStep = await store.sweep(500);
      swept += inStep;
    } while (inStep === 500);
    expect(swept).toBe(2_999);
    expect(Math.max(...steps.mock.calls.map(([{ limit }]) => limit))).toBeLessThanOrEqual(512);
    expect([await countOf("records"), await countOf("left_ranges")]).toEqual([[{ count: 1 }], [{ count: 0 }]]);
  });

  it("in large ranges that overlap are swept in one go, also where the last record of all goes alone", async () => {
    await store.commit(commitOf(alice, 0, many(3_000)));
    await store.commit(
      commitOf(
        alice,
        1,
        ["item/11", "item/10", "item/1"].map((from) => ({ kind: "remove-range", from, to: "item/3" })),
      ),
    );
    expect(await countOf("left_ranges")).toEqual([{ count: 3 }]);
    const names = Array.from({ length: 3_000 }, (_, index) => `item/${index}`);
    const left = names.filter((name) => name >= "item/1" && name < "item/3").length;
    const inStep = async (limit: number) => adapter.deleteExpired({ expiredAtMs: 0, limit, except: [] });
    expect([await inStep(left - 1), await inStep(1), await inStep(1)]).toEqual([left - 1, 1, 0]);
    expect(await countOf("left_ranges")).toEqual([{ count: 0 }]);
  });

  it("that are put by the hundred where a large range was removed take no longer for that", async () => {
    const everything: RecordChange = { kind: "remove-range", from: "", to: "~" };
    await store.commit(commitOf(alice, 0, many(20_000)));
    await store.commit(commitOf(alice, 1, [everything]));
    await store.commit(commitOf(alice, 2, many(20_000)));
    await store.commit(commitOf(alice, 3, [everything, ...many(20_000)]));
    expect([await countOf("records"), await countOf("left_ranges")]).toEqual([[{ count: 20_000 }], [{ count: 0 }]]);
    expect(await store.readRecord(alice, "item/19999")).toBe("item/19999");
    expect(await store.sweep(10)).toBe(0);
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

describe("a database of an earlier version", () => {
  const toVersion1 = [
    "DROP TABLE records",
    "ALTER TABLE entries DROP COLUMN room",
    "DROP TABLE left_rooms",
    "DROP TABLE left_ranges",
  ];
  const toVersion2 = [
    "DROP TABLE left_ranges",
    "ALTER TABLE records RENAME TO version3",
    "DROP INDEX records_by_expiry",
    "CREATE TABLE records(room INTEGER NOT NULL, name TEXT NOT NULL, expires_at INTEGER, value TEXT NOT NULL, PRIMARY KEY(room, name)) WITHOUT ROWID",
    "INSERT INTO records SELECT room, name, expires_at, value FROM version3",
    "DROP TABLE version3",
    "CREATE INDEX records_by_expiry ON records(expires_at) WHERE expires_at IS NOT NULL",
    "CREATE TRIGGER room_is_left_by_deletion AFTER DELETE ON entries WHEN EXISTS (SELECT 1 FROM records WHERE room = OLD.room) BEGIN INSERT OR IGNORE INTO left_rooms VALUES (OLD.room); END",
    "CREATE TRIGGER room_is_left_by_replacement AFTER UPDATE OF room ON entries WHEN OLD.room IS NOT NEW.room AND EXISTS (SELECT 1 FROM records WHERE room = OLD.room) BEGIN INSERT OR IGNORE INTO left_rooms VALUES (OLD.room); END",
  ];

  it.each([
    [1, toVersion1, undefined],
    [2, toVersion2, "kept"],
    [3, ["DROP INDEX records_signposts"], "kept"],
    [4, ["DROP INDEX records_signposts"], "kept"],
  ])(
    "is brought up to date as it is opened, with everything in it: version %i",
    async (version, statements, record) => {
      await store.commit(commitOf(alice, 0, [put("a", "kept"), { kind: "put", name: "b", json: "1", expiresAtMs: 5 }]));
      await store.commit(commitOf(bob, 0));
      const schemaOf = (): Promise<unknown> =>
        adapter.query("SELECT sql FROM sqlite_schema ORDER BY name") as Promise<unknown>;
      const newSchema = await schemaOf();
      await store.close();
      const connection = await openSqliteConnection(path, 100);
      const triggers = ["DROP TRIGGER room_is_left_by_deletion", "DROP TRIGGER room_is_left_by_replacement"];
      const witness = version < 4 ? ["DROP INDEX entries_witness"] : [];
      const older = [...(version < 3 ? triggers : []), ...witness, ...statements];
      for (const statement of [...older, `PRAGMA user_version = ${version}`]) {
        await connection.query(statement);
      }
      await connection.close();
      await open();
      expect(await schemaOf()).toEqual(newSchema);
      expect((await store.load(alice))?.revision).toBe(1);
      expect(await store.readRecord(alice, "a")).toBe(record);
      await store.commit(commitOf(alice, 1, [put("a", 1)]));
      await store.commit(commitOf(bob, 1, [put("a", 2)]));
      expect([await store.readRecord(alice, "a"), await store.readRecord(bob, "a")]).toEqual([1, 2]);
      expect(await store.remove(alice)).toBe(true);
      await store.sweep(10);
      expect(await countOf("records")).toEqual([{ count: 1 }]);
    },
  );
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
