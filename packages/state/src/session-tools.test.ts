import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@alcove/plugin-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createKeyvSessionStore } from "./create-keyv-session-store.js";
import type { SessionCommit, SessionKey, SessionStore } from "./session-store.js";
import type { ListedSession, SessionStoreTools, VerifiedEntry } from "./session-store-tools.js";
import { openSqliteConnection } from "./sqlite-connection.js";
import { openSqliteSessionStore } from "./sqlite-session-store.js";

let folder = "";
let path = "";
let store: SessionStore & SessionStoreTools;
let stores: SessionStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alcove-tools-"));
  path = join(folder, "sessions.sqlite");
});

afterEach(async () => {
  await Promise.all(stores.map((opened) => opened.close()));
  stores = [];
  rmSync(folder, { recursive: true });
});

async function open(file: string = path): Promise<SessionStore & SessionStoreTools> {
  store = await openSqliteSessionStore({ path: file, clock: systemClock });
  stores.push(store);
  return store;
}

function commitOf(key: SessionKey, expectedRevision = 0): SessionCommit {
  const nowMs = Date.now();
  return {
    key,
    expectedRevision,
    createdAtMs: nowMs,
    lastActivityAtMs: nowMs,
    expiresAtMs: nowMs + 3_600_000,
    runsCompleted: expectedRevision + 1,
    components: new Map([["notes", { version: 3, json: '{"__proto__":1,"list":["✓"]}' }]]),
    collections: new Map([["notes/list", { first: 2, next: 5 }]]),
    records: [
      { kind: "put", name: "a/\u0000", json: `${expectedRevision}` },
      { kind: "put", name: "short", json: "2", expiresAtMs: nowMs + 1_000_000 },
    ],
  };
}

const keyOf = (userId: string, application = "one"): SessionKey => ({ application, userId });

/** Changes the file as no store would. */
async function tamper(...statements: string[]): Promise<void> {
  await store.close();
  const connection = await openSqliteConnection(path, 100);
  for (const statement of statements) {
    await connection.query(statement);
  }
  await connection.close();
  await open();
}

describe.each([
  ["an SQLite file", () => open()],
  [
    "a Map",
    async () => {
      store = await createKeyvSessionStore({ keyvAdapter: new Map(), clock: systemClock });
      stores.push(store);
      return store;
    },
  ],
])("the list of sessions in %s", (_, openIt) => {
  it("gives all of them in pages, or those of one application, with their figures", async () => {
    await openIt();
    const long = "long".repeat(100);
    const users = ["alice", "bob", "c/d", "é", long];
    await Promise.all(users.map((userId) => store.commit(commitOf(keyOf(userId)))));
    await store.commit(commitOf(keyOf("other", "two")));
    const listed: ListedSession[] = [];
    let page: ListedSession[];
    do {
      const after = listed.at(-1)?.entry;
      page = await store.list({ application: "one", limit: 2, ...(after === undefined ? {} : { after }) });
      listed.push(...page);
    } while (page.length === 2);
    expect(listed.map(({ key }) => key?.userId).sort()).toEqual([...users].sort());
    expect(listed.every(({ figures, damaged }) => figures?.revision === 1 && damaged === undefined)).toBe(true);
    expect(listed.every(({ bytes }) => bytes > 100)).toBe(true);
    expect(await store.list({ limit: 100 })).toHaveLength(6);
    expect(await store.verify(() => undefined)).toEqual({ entries: 18, damaged: 0 });
  });

  it("exports a session with its records, and imports it, here or elsewhere, but never over another", async () => {
    await openIt();
    const key = keyOf("alice");
    await store.commit(commitOf(key));
    const text = (await store.exportSession(key)) ?? "";
    expect(await store.exportSession(keyOf("nobody"))).toBeUndefined();
    await expect(store.importSession(text)).rejects.toMatchObject({ code: "STORE_CONFLICT" });
    const original = await store.load(key);
    await store.remove(key);
    expect(await store.importSession(text)).toEqual(key);
    expect(await store.load(key)).toEqual(original);
    expect(JSON.stringify((await store.load(key))?.components.get("notes")?.state)).toBe(
      '{"__proto__":1,"list":["✓"]}',
    );
    expect([await store.readRecord(key, "a/\u0000"), await store.readRecord(key, "short")]).toEqual([0, 2]);
    expect(await store.exportSession(key)).toBe(text);
    for (const other of ["", "{}", "null", text.replace("created_at", "created")]) {
      await expect(store.importSession(other)).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
    }
  });
});

describe("a damaged session or record", () => {
  it("is marked in the list and by verify, and can be removed", async () => {
    await open();
    for (const userId of ["alice", "bob", "carol"]) {
      await store.commit(commitOf(keyOf(userId)));
    }
    await tamper(
      "UPDATE entries SET value = replace(value, '✓', '?') WHERE key LIKE '%alice'",
      "UPDATE records SET value = 'x' WHERE name = 'short' AND room = (SELECT room FROM entries WHERE key LIKE '%bob')",
    );
    const [alice, bob] = await store.list({ limit: 10 });
    expect(alice).toMatchObject({
      key: keyOf("alice"),
      figures: undefined,
      damaged: expect.stringContaining("checksum"),
    });
    expect(bob?.damaged).toBeUndefined();
    const damaged: VerifiedEntry[] = [];
    const outcome = await store.verify((entry) => entry.damaged !== undefined && damaged.push(entry));
    expect(outcome).toEqual({ entries: 7, damaged: 2 });
    expect(damaged.map(({ entry, kind }) => [entry, kind])).toEqual([
      ["session/one/alice", "session"],
      ["session/one/bob/short", "record"],
    ]);
    await expect(store.exportSession(keyOf("bob"))).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
    expect(await store.remove(keyOf("alice"))).toBe(true);
    expect(await store.remove(keyOf("bob"))).toBe(true);
    expect(await store.verify(() => undefined)).toEqual({ entries: 3, damaged: 0 });
  });
});

describe("a backup", () => {
  it("is a complete store of one moment, made while commits go on, and owner-only", async () => {
    await open();
    const users = Array.from({ length: 200 }, (_, index) => keyOf(`user-${index}`));
    await Promise.all(users.map((key) => store.commit(commitOf(key))));
    const file = join(folder, "copy.sqlite");
    let revision = 1;
    let isDone = false;
    const copied = store.backup(file).then(() => {
      isDone = true;
    });
    // Each user's commit follows the one before it, so in no moment is a later one ahead of an earlier one.
    while (!isDone && revision < 500) {
      for (const key of users.slice(0, 3)) {
        await store.commit(commitOf(key, revision));
      }
      revision += 1;
    }
    await copied;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.new`)).toBe(false);
    const copy = await open(file);
    expect(await copy.verify(() => undefined)).toEqual({ entries: 600, damaged: 0 });
    const revisions = await Promise.all(users.slice(0, 3).map(async (key) => (await copy.load(key))?.revision ?? 0));
    expect(revisions).toEqual([...revisions].sort((one, other) => other - one));
    expect((revisions[0] ?? 0) - (revisions[2] ?? 0)).toBeLessThanOrEqual(1);
    for (const [index, key] of users.slice(0, 3).entries()) {
      expect(await copy.readRecord(key, "a/\u0000")).toBe((revisions[index] ?? 0) - 1);
    }
  });

  it("is never written over a file, and leaves nothing behind when it fails", async () => {
    await open();
    const file = join(folder, "there.sqlite");
    writeFileSync(file, "precious");
    await expect(store.backup(file)).rejects.toMatchObject({ code: "STORE_FAILED" });
    await expect(store.backup(join(file, "below"))).rejects.toMatchObject({ code: "STORE_FAILED" });
    await expect(store.backup(join(folder, "nowhere", "x"))).rejects.toMatchObject({ code: "STORE_FAILED" });
    await store.commit(commitOf(keyOf("alice")));
    expect(existsSync(`${file}.new`)).toBe(false);
  });
});
