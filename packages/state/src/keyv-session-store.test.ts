import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "@alcove/plugin-api";
import { silentLogger } from "@alcove/plugin-api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createKeyvSessionStore } from "./create-keyv-session-store.js";
import { recordedTimeEntryKey, sessionEntryKey } from "./entry-keys.js";
import { ReopeningConnection } from "./reopening-connection.js";
import type { RecordChange, SessionCommit, SessionKey, SessionStore } from "./session-store.js";
import type { SqliteAdapter } from "./sqlite-adapter.js";
import { openSqliteSessionStore } from "./sqlite-session-store.js";
import { decodeStoreFacts } from "./stored-entry.js";
import { withAdapter } from "./test-support/adapter-beneath.js";

let folder = "";
let wallMs = 0;
let store: SessionStore;
let adapter: SqliteAdapter;

const clock = { nowMs: () => wallMs, monotonicMs: () => 0 };
const someRecords: RecordChange[] = [
  { kind: "put", name: "a", json: "1" },
  { kind: "put", name: "b", json: "2" },
  { kind: "remove", name: "c" },
  { kind: "remove-range", from: "d", to: "e" },
];
const alice: SessionKey = { application: "test", userId: "alice" };
const bob: SessionKey = { application: "test", userId: "bob" };

async function open(logger: Logger = silentLogger): Promise<void> {
  const path = join(folder, "sessions.sqlite");
  ({ store, adapter } = await withAdapter(() => openSqliteSessionStore({ path, clock, logger })));
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "alcove-keyv-"));
  wallMs = 1_800_000_000_000;
  await open();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  rmSync(folder, { recursive: true });
});

function commitOf(key: SessionKey, expectedRevision: number, json = `${expectedRevision + 1}`): SessionCommit {
  return {
    key,
    expectedRevision,
    createdAtMs: wallMs,
    lastActivityAtMs: wallMs,
    expiresAtMs: wallMs + 60_000,
    runsCompleted: expectedRevision + 1,
    components: new Map([["notes", { version: 1, json }]]),
  };
}

const stateOf = async (key: SessionKey): Promise<unknown> => (await store.load(key))?.components.get("notes")?.state;
const user = (index: number): SessionKey => ({ application: "test", userId: `user-${index}` });
const users = (count: number): SessionKey[] => Array.from({ length: count }, (_, index) => user(index));

describe("commits that come together", () => {
  it("share statements, and so fsyncs", async () => {
    const setMany = vi.spyOn(adapter, "setMany");
    await Promise.all(users(300).map((key) => store.commit(commitOf(key, 0))));
    expect(setMany.mock.calls.length).toBeLessThanOrEqual(3);
    expect(await store.count()).toBe(300);
  });

  it("are one statement each time, which SQLite carries out whole or not at all", async () => {
    const spies = [
      vi.spyOn(ReopeningConnection.prototype, "query"),
      vi.spyOn(ReopeningConnection.prototype, "runPrepared"),
    ];
    await Promise.all(users(50).map((key) => store.commit(commitOf(key, 0))));
    await Promise.all(users(50).map((key) => store.commit({ ...commitOf(key, 1), records: someRecords })));
    const commands = spies.flatMap(({ mock }) => mock.calls.map(([statement]) => statement.slice(0, 6)));
    expect(commands.filter((command) => command !== "SELECT")).toEqual(["INSERT", "INSERT"]);
  });

  it("share a statement up to a limit of characters, so that none grows without bound", async () => {
    const setMany = vi.spyOn(adapter, "setMany");
    const json = JSON.stringify("x".repeat(1_000_000));
    await Promise.all(users(9).map((key) => store.commit(commitOf(key, 0, json))));
    const sizes = setMany.mock.calls.map(([entries]) => entries.reduce((size, { value }) => size + value.length, 0));
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...sizes)).toBeLessThan(4_001_000);
    expect(await store.count()).toBe(9);
  });

  it("fail alone when one of them cannot be stored", async () => {
    await adapter.query(
      "CREATE TRIGGER guilty BEFORE INSERT ON entries WHEN NEW.key LIKE '%user-13' BEGIN SELECT RAISE(ABORT, 'guilty'); END",
    );
    const outcomes = await Promise.allSettled(users(40).map((key) => store.commit(commitOf(key, 0))));
    const failed = outcomes.flatMap((outcome, index) => (outcome.status === "rejected" ? [index] : []));
    expect(failed).toEqual([13]);
    expect(outcomes[13]).toMatchObject({ reason: { code: "STORE_FAILED" } });
    expect(await store.count()).toBe(39);
    await adapter.query("DROP TRIGGER guilty");
    await store.commit(commitOf(user(13), 0));
    expect(await store.count()).toBe(40);
  });
});

describe("what goes wrong with Keyv and its SQLite adapter as they come does not go wrong here:", () => {
  it("writes nobody waits for do not overtake each other", async () => {
    const revisions = Array.from({ length: 200 }, (_, revision) => revision);
    await Promise.all(revisions.map((revision) => store.commit(commitOf(alice, revision))));
    expect(await stateOf(alice)).toBe(200);
  });

  it("reading an expired session does not delete a fresh one that is just being stored", async () => {
    for (let round = 0; round < 50; round += 1) {
      await store.commit(commitOf(alice, 0, '"old"'));
      wallMs += 60_000;
      await Promise.all([store.load(alice), store.commit(commitOf(alice, 0, '"new"')), store.load(alice)]);
      expect(await stateOf(alice)).toBe("new");
      wallMs += 60_000;
    }
  });

  it("an expired session is not counted, and is purged without being read", async () => {
    await store.commit(commitOf(alice, 0));
    wallMs += 60_000;
    expect(await store.count()).toBe(0);
    expect(await store.sweep(10)).toBe(1);
    expect(await adapter.query("SELECT key FROM entries WHERE expires_at IS NOT NULL")).toEqual([]);
  });

  it("a sweep records the time it goes by before it removes anything, and removes nothing if it cannot", async () => {
    await store.commit(commitOf(alice, 0));
    wallMs += 60_000;
    const setMany = vi.spyOn(adapter, "setMany").mockRejectedValueOnce(new Error("no"));
    await expect(store.sweep(10)).rejects.toMatchObject({ code: "STORE_FAILED" });
    const deleteExpired = vi.spyOn(adapter, "deleteExpired");
    expect(await store.sweep(10)).toBe(1);
    expect(deleteExpired).toHaveBeenCalledOnce();
    expect(setMany.mock.invocationCallOrder.at(-1)).toBeLessThan(deleteExpired.mock.invocationCallOrder[0] ?? 0);
    const [row] = (await adapter.query("SELECT value FROM entries WHERE key = ?", recordedTimeEntryKey)) as {
      value: string;
    }[];
    expect(decodeStoreFacts(recordedTimeEntryKey, row?.value).timeMs).toBe(wallMs);
  });

  it("no prefix is added to a key, or left out because the key begins with it already", async () => {
    const keys = ["bob", "keyv:bob", "test:bob", "session/test/bob"].map((userId) => ({ application: "keyv", userId }));
    await Promise.all(keys.map((key) => store.commit(commitOf(key, 0, JSON.stringify(key.userId)))));
    for (const key of keys) {
      expect(await stateOf(key)).toBe(key.userId);
    }
    const rows = await adapter.query("SELECT key FROM entries WHERE expires_at IS NOT NULL ORDER BY key");
    expect(rows).toEqual(keys.map((key) => ({ key: sessionEntryKey(key) })).sort((a, b) => (a.key < b.key ? -1 : 1)));
  });

  it("names with the wild cards of SQL, or in another case, stand for nobody else", async () => {
    const names = ["us_r", "user", "USER", "us%", "%"];
    await Promise.all(names.map((userId) => store.commit(commitOf({ application: "a_", userId }, 0))));
    for (const [index, userId] of names.entries()) {
      expect(await store.remove({ application: "a_", userId })).toBe(true);
      expect(await store.count()).toBe(names.length - 1 - index);
    }
    await expect(adapter.clear()).rejects.toMatchObject({ code: "STORE_FAILED" });
  });

  it("a sweep skips nothing while sessions come and go", async () => {
    await Promise.all(users(100).map((key) => store.commit(commitOf(key, 0))));
    wallMs += 60_000;
    const swept: Promise<number>[] = [];
    const changes: Promise<unknown>[] = [];
    for (let step = 0; step < 20; step += 1) {
      swept.push(store.sweep(7));
      changes.push(store.remove(user(step)), store.commit(commitOf({ application: "other", userId: `${step}` }, 0)));
    }
    await Promise.all([...swept, ...changes]);
    expect(await store.count()).toBe(20);
    expect(await store.sweep(100)).toBe(0);
  });

  it("two applications in one store do not see or remove each other's sessions", async () => {
    const keys = ["one", "two"].map((application) => ({ application, userId: "alice" }));
    await Promise.all(keys.map((key) => store.commit(commitOf(key, 0, JSON.stringify(key.application)))));
    const [one = alice, two = alice] = keys;
    await store.remove(one);
    expect([await stateOf(one), await stateOf(two)]).toEqual([undefined, "two"]);
  });

  it("a failing read is an error, not an absent session; a failing write is an error too", async () => {
    await store.commit(commitOf(alice, 0));
    await adapter.query("ALTER TABLE entries RENAME TO elsewhere");
    await expect(store.load(alice)).rejects.toMatchObject({ code: "STORE_FAILED" });
    await expect(store.count()).rejects.toMatchObject({ code: "STORE_FAILED" });
    await expect(store.commit(commitOf(alice, 1))).rejects.toMatchObject({ code: "STORE_FAILED" });
    await expect(store.remove(alice)).rejects.toMatchObject({ code: "STORE_FAILED" });
    await expect(store.sweep(1)).rejects.toMatchObject({ code: "STORE_FAILED" });
    await adapter.query("ALTER TABLE elsewhere RENAME TO entries");
    await store.commit(commitOf(alice, 1));
    expect(await stateOf(alice)).toBe(2);
  });

  it("an adapter that answers false instead of failing is not believed to have stored anything", async () => {
    const entries = new Map<string, unknown>();
    const options = { get: (key: string) => Promise.resolve(entries.get(key)), set: vi.fn(async () => true) };
    const keyvAdapter = {
      ...options,
      opts: {},
      delete: async (key: string) => entries.delete(key),
      clear: async () => entries.clear(),
      on: () => keyvAdapter,
    };
    const other = await createKeyvSessionStore({ keyvAdapter: keyvAdapter as never, clock });
    options.set.mockResolvedValue(false);
    await expect(other.commit(commitOf(alice, 0))).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
  });

  it("a state is stored as its own JSON text, not in a serialiser's dialect", async () => {
    const json = '{"buffer":":base64:AA==","text":":colon","list":[1,"\\ud83d\\ude00"]}';
    await store.commit(commitOf(alice, 0, json));
    const [row] = (await adapter.query("SELECT value FROM entries WHERE revision = 1")) as { value: string }[];
    expect(row?.value).toContain(`"state":${json}}`);
    expect(await stateOf(alice)).toEqual(JSON.parse(json));
  });
});

describe("a damaged entry", () => {
  const damages = [
    ["a changed byte", "UPDATE entries SET value = replace(value, '\"state\":1', '\"state\":2') WHERE key = ?"],
    ["a cut text", "UPDATE entries SET value = substr(value, 1, 60) WHERE key = ?"],
    ["something that is no text", "UPDATE entries SET value = zeroblob(10) WHERE key = ?"],
    ["an empty text", "UPDATE entries SET value = '' WHERE key = ?"],
    [
      "another user's entry",
      "UPDATE entries SET value = (SELECT value FROM entries WHERE key LIKE '%bob') WHERE key = ?",
    ],
  ] as const;

  it.each(damages)("is reported and kept, and nobody else is touched: %s", async (_, statement) => {
    await Promise.all([store.commit(commitOf(alice, 0)), store.commit(commitOf(bob, 0, '"bob"'))]);
    await adapter.query(statement, sessionEntryKey(alice));
    const before = await adapter.query("SELECT * FROM entries WHERE key = ?", sessionEntryKey(alice));
    await expect(store.load(alice)).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
    await expect(store.commit(commitOf(alice, 0))).rejects.toMatchObject({ code: "STORE_CONFLICT" });
    expect(await stateOf(bob)).toBe("bob");
    await store.commit(commitOf(bob, 1));
    expect(await adapter.query("SELECT * FROM entries WHERE key = ?", sessionEntryKey(alice))).toEqual(before);
    expect(await store.remove(alice)).toBe(true);
    expect(await store.load(alice)).toBeUndefined();
  });

  it("of the recorded time does not keep the store from opening, and is reported", async () => {
    // Closing records the time as well, so the damage is done behind that.
    const disconnect = adapter.disconnect.bind(adapter);
    vi.spyOn(adapter, "disconnect").mockImplementationOnce(async () => {
      await adapter.query("UPDATE entries SET value = 'x' WHERE key = ?", recordedTimeEntryKey);
      await disconnect();
    });
    await store.close();
    const error = vi.fn();
    await open({ ...silentLogger, error });
    expect(error).toHaveBeenCalledOnce();
    await store.commit(commitOf(alice, 0));
  });
});

describe("a commit whose fate cannot be known", () => {
  it("says so to all that were written with it, and leaves the truth to be loaded", async () => {
    const failure = Object.assign(new Error("SQLITE_IOERR: disk I/O error"), { code: "SQLITE_IOERR" });
    const setMany = adapter.setMany.bind(adapter);
    vi.spyOn(adapter, "setMany").mockImplementationOnce(async (entries) => {
      await setMany(entries);
      throw failure;
    });
    const outcomes = await Promise.allSettled([alice, bob].map((key) => store.commit(commitOf(key, 0))));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { code: "OUTCOME_UNKNOWN", cause: failure } });
    }
    expect((await store.load(alice))?.revision).toBe(1);
    await store.commit(commitOf(alice, 1));
    expect(await stateOf(alice)).toBe(2);
  });
});
