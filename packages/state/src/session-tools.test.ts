import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { systemClock } from "@alcove/plugin-api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createKeyvSessionStore } from "./create-keyv-session-store.js";
import { itemRecordName } from "./item-records.js";
import type { SessionCommit, SessionKey, SessionStore } from "./session-store.js";
import type { ListedSession, SessionStoreTools, Verification, VerifiedEntry } from "./session-store-tools.js";
import { openSqliteConnection } from "./sqlite-connection.js";
import { openSqliteSessionStore } from "./sqlite-session-store.js";
import { withAdapter } from "./test-support/adapter-beneath.js";

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
    collections: new Map([["notes/list", { first: 5, next: 5 }]]),
    records: [
      { kind: "put", name: "a/\u0000", json: `${expectedRevision}` },
      { kind: "put", name: "short", json: "2", expiresAtMs: nowMs + 1_000_000 },
    ],
  };
}

const one = { application: "one" };
const keyOf = (userId: string, application = "one"): SessionKey => ({ application, userId });

describe("a session that changes during each attempt to export it", () => {
  /** Exports it, and calls back at the look in the end during which nothing is written. */
  async function exportChanging(atLastLook: () => void, clock = systemClock): Promise<string | undefined> {
    const { store: opened, adapter } = await withAdapter(() => openSqliteSessionStore({ path, clock }));
    stores.push(opened);
    await opened.commit(commitOf(keyOf("alice")));
    const getSession = adapter.getSession.bind(adapter);
    let looks = 0;
    vi.spyOn(adapter, "getSession").mockImplementation(async (entryKey) => {
      looks += 1;
      if (looks === 7) {
        atLastLook();
      } else if (looks % 2 === 0 && looks < 7) {
        await opened.commit(commitOf(keyOf("alice"), looks / 2));
      }
      return getSession(entryKey);
    });
    const text = await opened.exportSession(keyOf("alice"));
    // The store goes on.
    await opened.commit(commitOf(keyOf("bob")));
    return text;
  }

  it("is exported as it was at one moment", async () => {
    const text = await exportChanging(() => undefined);
    expect(JSON.parse(text ?? "")).toMatchObject({ runs_completed: 4, records: [{ value: 3 }, { value: 2 }] });
  });

  it("is not exported when it expires at the last look, and holds up nobody", async () => {
    let aheadMs = 0;
    const clock = { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() + aheadMs };
    const text = await exportChanging(() => {
      aheadMs = 7_200_000;
    }, clock);
    expect([text, aheadMs]).toEqual([undefined, 7_200_000]);
  });
});

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
    await expect(store.importSession(text, one)).rejects.toMatchObject({ code: "SESSION_EXISTS" });
    const original = await store.load(key);
    await store.remove(key);
    expect(await store.importSession(text, one)).toEqual(key);
    expect(await store.load(key)).toEqual(original);
    expect(JSON.stringify((await store.load(key))?.components.get("notes")?.state)).toBe(
      '{"__proto__":1,"list":["✓"]}',
    );
    expect([await store.readRecord(key, "a/\u0000"), await store.readRecord(key, "short")]).toEqual([0, 2]);
    expect(await store.exportSession(key)).toBe(text);
    for (const other of ["", "{}", "null", text.replace("created_at", "created")]) {
      await expect(store.importSession(other, one)).rejects.toMatchObject({ code: "EXPORT_INVALID" });
    }
  });

  it("imports a session into another application, and over another one if told so, of which nothing is left", async () => {
    await openIt();
    await store.commit(commitOf(keyOf("alice")));
    const text = (await store.exportSession(keyOf("alice"))) ?? "";
    expect(await store.importSession(text, { application: "two" })).toEqual(keyOf("alice", "two"));
    expect(await store.readRecord(keyOf("alice", "two"), "short")).toBe(2);
    await store.commit({
      ...commitOf(keyOf("alice"), 1),
      components: new Map([["other", { version: 1, json: "{}" }]]),
      records: [{ kind: "put", name: "later", json: "1" }],
    });
    expect(await store.importSession(text, { ...one, replace: true })).toEqual(keyOf("alice"));
    expect(await store.exportSession(keyOf("alice"))).toBe(text);
    expect(await store.load(keyOf("alice"))).toMatchObject({ revision: 3, runsCompleted: 1 });
    expect(await store.readRecord(keyOf("alice"), "later")).toBeUndefined();
  });

  it.each([
    ["that ends after the end of time", { expires_at: 9e15 }],
    ["that began after it", { created_at: 9e15 }],
    ["of nobody", { user_id: "" }],
    ["with a collection that ends before it begins", { collections: [{ name: "notes", first: 3, next: 2 }] }],
    ["with a component without a state", { components: [{ name: "notes", version: 1 }] }],
  ])("imports no session %s", async (_what, fault) => {
    await openIt();
    await store.commit(commitOf(keyOf("alice")));
    const exported: object = JSON.parse((await store.exportSession(keyOf("alice"))) ?? "");
    await store.remove(keyOf("alice"));
    const damaged = JSON.stringify({ ...exported, ...fault });
    await expect(store.importSession(damaged, one)).rejects.toMatchObject({
      code: "EXPORT_INVALID",
      message: expect.stringContaining(`: ${Object.keys(fault)[0]}`),
    });
    expect(await store.list({ limit: 10 })).toEqual([]);
  });

  it("imports no session whose time is over, and takes the place of one whose is", async () => {
    await openIt();
    const key = keyOf("alice");
    await store.commit({ ...commitOf(key), expiresAtMs: Date.now() - 1 });
    await store.commit(commitOf(keyOf("bob")));
    const text = (await store.exportSession(keyOf("bob")))?.replace('"bob"', '"alice"') ?? "";
    const over = text.replace(/"expires_at":\d+/, '"expires_at":1');
    await expect(store.importSession(over, one)).rejects.toMatchObject({ code: "SESSION_EXPIRED" });
    await store.importSession(text, one);
    expect(await store.load(key)).toMatchObject({ revision: 1 });
  });

  it("describes a session: its figures, its components, and its records by kind", async () => {
    await openIt();
    const key = keyOf("alice");
    expect(await store.describeSession(key)).toBeUndefined();
    const records = ["collection/notes/1", "collection/notes/2", "collection/tags/1", "plain"].map(
      (name) => ({ kind: "put", name, json: "1" }) as const,
    );
    await store.commit({ ...commitOf(key), records });
    const { records: counted = [], ...described } = (await store.describeSession(key)) ?? {};
    expect(described).toMatchObject({
      key,
      entry: "session/one/alice",
      damaged: undefined,
      figures: { revision: 1, runsCompleted: 1, isExpired: false },
      components: [{ name: "notes", version: 3, bytes: 30 }],
    });
    expect(counted.map(({ kind, count, damaged }) => [kind, count, damaged])).toEqual([
      ["collection/notes", 2, 0],
      ["collection/tags", 1, 0],
      ["", 1, 0],
    ]);
    await store.commit({ ...commitOf(keyOf("bob")), expiresAtMs: Date.now() - 1 });
    expect(await store.describeSession(keyOf("bob"))).toMatchObject({ figures: { isExpired: true }, components: [] });
  });

  it("removes a session by its entry, and nothing else", async () => {
    await openIt();
    await store.commit(commitOf(keyOf("alice")));
    for (const entry of ["store/recorded-time", "session/one/alice/short", "session/one", "session/one/nobody", ""]) {
      expect(await store.removeEntry(entry)).toBe(false);
    }
    expect(await store.verify(() => undefined)).toEqual({ entries: 3, damaged: 0 });
    expect(await store.removeEntry("session/one/alice")).toBe(true);
    expect(await store.load(keyOf("alice"))).toBeUndefined();
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
    expect(await store.describeSession(keyOf("alice"))).toMatchObject({
      key: keyOf("alice"),
      figures: undefined,
      damaged: expect.stringContaining("checksum"),
      components: [],
    });
    expect((await store.describeSession(keyOf("bob")))?.records).toContainEqual(
      expect.objectContaining({ kind: "", count: 1, damaged: 1 }),
    );
    const text = ((await store.exportSession(keyOf("carol"))) ?? "").replace('"carol"', '"alice"');
    await expect(store.importSession(text, one)).rejects.toMatchObject({ code: "SESSION_EXISTS" });
    await store.importSession(text, { ...one, replace: true });
    expect(await store.load(keyOf("alice"))).toMatchObject({ revision: 1 });
    expect(await store.remove(keyOf("alice"))).toBe(true);
    expect(await store.remove(keyOf("bob"))).toBe(true);
    expect(await store.verify(() => undefined)).toEqual({ entries: 3, damaged: 0 });
  });
});

describe("an import in the place of a damaged session", () => {
  it("leaves what is there where it cannot be stored, and nothing of it where it can", async () => {
    await open();
    for (const userId of ["alice", "carol"]) {
      await store.commit(commitOf(keyOf(userId)));
    }
    const text = ((await store.exportSession(keyOf("carol"))) ?? "").replace('"carol"', '"alice"');
    await tamper("UPDATE entries SET value = replace(value, '✓', '?') WHERE key LIKE '%alice'");
    const damaged = await store.describeSession(keyOf("alice"));
    const refuse =
      "CREATE TRIGGER refused BEFORE UPDATE ON entries WHEN NEW.revision = 1 BEGIN SELECT RAISE(ABORT, 'no'); END";
    await tamper(refuse);
    await expect(store.importSession(text, { ...one, replace: true })).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(await store.describeSession(keyOf("alice"))).toEqual(damaged);
    await tamper("DROP TRIGGER refused");
    await store.importSession(text, { ...one, replace: true });
    expect(await store.load(keyOf("alice"))).toEqual(await store.load(keyOf("carol")));
    while ((await store.sweep(100)) === 100) {}
    expect(await store.verify(() => undefined)).toEqual({ entries: 6, damaged: 0 });
  });
});

describe("a list of which items are missing", () => {
  const itemAt = (sequence: number) => ({ kind: "put", name: itemRecordName("notes", sequence), json: "1" }) as const;

  async function storeList(userId: string, first: number, next: number): Promise<void> {
    const records = Array.from({ length: next - first }, (_, index) => itemAt(first + index));
    await store.commit({ ...commitOf(keyOf(userId)), collections: new Map([["notes", { first, next }]]), records });
  }

  async function verified(): Promise<[VerifiedEntry[], Verification]> {
    const damaged: VerifiedEntry[] = [];
    const totals = await store.verify((entry) => entry.damaged !== undefined && damaged.push(entry));
    return [damaged, totals];
  }

  it("is reported by verify and in the description of its session, and no other one is", async () => {
    await open();
    await storeList("alice", 3, 8);
    await storeList("bob", 1, 4);
    expect(await verified()).toEqual([[], { entries: 10, damaged: 0 }]);
    await tamper(
      `DELETE FROM records WHERE name IN ('${itemRecordName("notes", 4)}', '${itemRecordName("notes", 7)}')
        AND room = (SELECT room FROM entries WHERE key LIKE '%alice')`,
    );
    const entry = "session/one/alice/collection/notes";
    const damaged = `Of ${entry} 2 items are missing. What is there is kept.`;
    expect(await verified()).toEqual([[{ entry, kind: "record", bytes: 0, damaged }], { entries: 9, damaged: 1 }]);
    const described = await Promise.all(["alice", "bob"].map((userId) => store.describeSession(keyOf(userId))));
    expect(described.map((session) => session?.records)).toEqual([
      [expect.objectContaining({ kind: "collection/notes", count: 3, damaged: 2 })],
      [expect.objectContaining({ kind: "collection/notes", count: 3, damaged: 0 })],
    ]);
  });

  it("is not what one is taken for that is appended to, and cut off, while it is verified", async () => {
    await open();
    await storeList("alice", 0, 300);
    let [first, next] = [0, 300];
    let isVerifying = true;
    const writing = (async () => {
      for (let revision = 1; isVerifying; revision += 1) {
        const records = [{ kind: "remove", name: itemRecordName("notes", first) } as const, itemAt(next)];
        [first, next] = [first + 1, next + 1];
        const collections = new Map([["notes", { first, next }]]);
        await store.commit({ ...commitOf(keyOf("alice"), revision), collections, records });
      }
    })();
    for (let round = 0; round < 10; round += 1) {
      expect((await verified())[0]).toEqual([]);
    }
    isVerifying = false;
    await writing;
  });
});

/** Overwrites bytes of the page of the file where a text lies, as a bad disk would. */
async function damagePage(text: string, bytes: readonly number[]): Promise<void> {
  await store.close();
  const content = readFileSync(path);
  const at = content.indexOf(text);
  expect(at).toBeGreaterThan(0);
  content.set(bytes, at - (at % 4_096));
  writeFileSync(path, content);
  await open();
}

const noSuchPage = [255, 255, 255, 255];

async function damageFound(): Promise<string[]> {
  const found: string[] = [];
  const { damaged } = await store.verify(
    (entry) => entry.damaged !== undefined && found.push(`${entry.kind} ${entry.entry}`),
  );
  expect(damaged).toBe(found.length);
  return found;
}

describe("damage to the pages of the file", () => {
  /** Fills several pages; the text lies on one that is followed by another. */
  const long = (text: string): string => `"${"x".repeat(6_000)}${text}${"x".repeat(6_000)}"`;

  it("where a session lies is the trouble of that session alone", async () => {
    await open();
    for (const userId of ["alice", "bob", "carol"]) {
      await store.commit({
        ...commitOf(keyOf(userId)),
        components: new Map([["a", { version: 1, json: long(userId) }]]),
      });
    }
    await damagePage("xbobx", noSuchPage);
    expect(await damageFound()).toEqual(["session session/one/bob"]);
    await expect(store.load(keyOf("bob"))).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
    expect((await store.list({ limit: 10 })).map(({ damaged }) => damaged === undefined)).toEqual([true, false, true]);
    expect(await store.describeSession(keyOf("bob"))).toMatchObject({ damaged: expect.stringContaining("bob") });
  });

  it("where a record lies is reported, ends no verification, and leaves sessions and other records readable", async () => {
    await open();
    const records = ["1", "2", "3"].map((name) => ({ kind: "put", name, json: long(`record${name}`) }) as const);
    await store.commit({ ...commitOf(keyOf("alice")), records });
    await store.commit({ ...commitOf(keyOf("bob")), records: [] });
    await damagePage("xrecord2x", noSuchPage);
    expect(await damageFound()).toEqual(["pages after 1"]);
    expect((await store.verify(() => undefined)).entries).toBe(4);
    expect(await store.readRecord(keyOf("alice"), "3")).toContain("record3");
    expect(await store.load(keyOf("alice"))).toMatchObject({ revision: 1 });
    expect(await store.load(keyOf("bob"))).toMatchObject({ revision: 1 });
    await expect(store.readRecord(keyOf("alice"), "2")).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
    await expect(store.exportSession(keyOf("alice"))).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
  });

  it("where nobody can tell what lies there is reported, after what comes before it, and the rest is verified", async () => {
    await open();
    const records = Array.from(
      { length: 300 },
      (_, index) => ({ kind: "put", name: `${1_000 + index}`, json: `"record${index}, ${"x".repeat(100)}"` }) as const,
    );
    await store.commit({ ...commitOf(keyOf("alice")), records });
    await store.commit(commitOf(keyOf("bob")));
    await damagePage(`"record150,`, [255]);
    const [damage = "", ...more] = await damageFound();
    expect(more).toEqual([]);
    const lastFound = /^pages after (\d+)$/.exec(damage)?.[1];
    expect(Number(lastFound)).toBeGreaterThan(1_100);
    expect(Number(lastFound)).toBeLessThan(1_150);
    const { entries } = await store.verify(() => undefined);
    // Both sessions, what could be found of alice's records, the place where they end, and bob's two.
    expect(entries).toBe(2 + (Number(lastFound) - 999) + 1 + 2);
    expect((await store.describeSession(keyOf("alice")))?.records).toContainEqual(
      expect.objectContaining({ damaged: 1 }),
    );
  });

  it("in the list of sessions is a line of the list, which belongs to nobody", async () => {
    await open();
    const users = Array.from({ length: 600 }, (_, index) => keyOf(`user-${1_000 + index}`));
    await Promise.all(users.map((key) => store.commit({ ...commitOf(key), records: [] })));
    await store.close();
    const content = readFileSync(path);
    // Keys stand in the table and in its index; this is the leaf of the index with the key of user-1150.
    const pages = Array.from({ length: content.length / 4_096 }, (_, index) =>
      content.subarray(index * 4_096, (index + 1) * 4_096),
    );
    const indexPage = pages.find((page) => page[0] === 0x0a && page.includes("user-1150"));
    indexPage?.set([255]);
    writeFileSync(path, content);
    await open();
    const listed = await store.list({ limit: 1_000 });
    const last = listed.at(-1);
    expect(last).toMatchObject({ key: undefined, damaged: expect.stringContaining("damaged") });
    expect(last?.entry).toBe(`after ${listed.at(-2)?.entry}`);
    expect(listed.slice(0, -1).every(({ damaged }) => damaged === undefined)).toBe(true);
    expect(await store.removeEntry(last?.entry ?? "")).toBe(false);
    expect((await damageFound()).at(-1)).toMatch(/^pages after session\/one\/user-1\d+$/);
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
    for (const place of [file, join(file, "below"), join(folder, "nowhere", "x")]) {
      await expect(store.backup(place)).rejects.toMatchObject({ code: "BACKUP_FAILED" });
    }
    expect(readFileSync(file, "utf8")).toBe("precious");
    await store.commit(commitOf(keyOf("alice")));
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  it("replaces a file if told so, but never one a store has used, its own least of all", async () => {
    await open();
    await store.commit(commitOf(keyOf("alice")));
    const file = join(folder, "there.sqlite");
    writeFileSync(file, "old");
    await store.backup(file, { overwrite: true });
    await expect(store.backup(path, { overwrite: true })).rejects.toMatchObject({ code: "BACKUP_FAILED" });
    const other = `${folder}/./../${basename(folder)}/sessions.sqlite`;
    await expect(store.backup(other, { overwrite: true })).rejects.toMatchObject({ code: "BACKUP_FAILED" });
    await store.commit(commitOf(keyOf("bob")));
    const first = store;
    const copy = await open(file);
    expect(await copy.count()).toBe(1);
    await copy.close();
    await expect(first.backup(file, { overwrite: true })).rejects.toMatchObject({ code: "BACKUP_FAILED" });
  });

  it("is refused while another one is being written to the same file, which is not touched by it", async () => {
    await open();
    const components = new Map([["notes", { version: 3, json: JSON.stringify("x".repeat(1_000_000)) }]]);
    await Promise.all(["alice", "bob", "carol"].map((user) => store.commit({ ...commitOf(keyOf(user)), components })));
    const file = join(folder, "copy.sqlite");
    const written = store.backup(file).then(() => readFileSync(file));
    await expect.poll(() => statSync(`${file}.new`).size, { interval: 1 }).toBeGreaterThan(0);
    const again = store.backup(`${folder}/../${basename(folder)}/copy.sqlite`, { overwrite: true });
    await expect(again).rejects.toMatchObject({ code: "BACKUP_FAILED" });
    expect((await written).equals(readFileSync(file))).toBe(true);
    await store.backup(file, { overwrite: true });
    expect(await (await open(file)).verify(() => undefined)).toEqual({ entries: 9, damaged: 0 });
  });

  it("hinders no connection from being closed: the copy is given up", async () => {
    await open();
    await store.close();
    const connection = await openSqliteConnection(path, 100);
    const copied = connection.copyTo(join(folder, "copy.sqlite")).catch((error: unknown) => error);
    await connection.close();
    expect(await copied).toMatchObject({ code: "SQLITE_ABORT" });
  });
});
