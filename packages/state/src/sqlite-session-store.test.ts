import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { systemClock } from "@alcove/plugin-api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SessionCommit, SessionStore } from "./session-store.js";
import { openSqliteConnection } from "./sqlite-connection.js";
import { openSqliteSessionStore, type SqliteSessionStore } from "./sqlite-session-store.js";
import { withAdapter } from "./test-support/adapter-beneath.js";

const ordinaryUserId = 65_534;

let folder = "";
let path = "";
let stores: SessionStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alcove-sqlite-"));
  path = join(folder, "sessions.sqlite");
});

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(stores.map((store) => store.close()));
  stores = [];
  rmSync(folder, { recursive: true });
});

async function open(storePath: string = path, description = {}): Promise<SqliteSessionStore> {
  const store = await openSqliteSessionStore({ path: storePath, clock: systemClock, description });
  stores.push(store);
  return store;
}

function commitOf(userId: string, expectedRevision: number, state: unknown = expectedRevision + 1): SessionCommit {
  const nowMs = Date.now();
  return {
    key: { application: "test", userId },
    expectedRevision,
    createdAtMs: nowMs,
    lastActivityAtMs: nowMs,
    expiresAtMs: nowMs + 3_600_000,
    runsCompleted: expectedRevision + 1,
    components: new Map([["notes", { version: 1, json: JSON.stringify(state) }]]),
  };
}

// A child process cannot read TypeScript: it runs the built package, which `npm test` builds first.
const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const evaluate = (script: string): string[] => ["--input-type=module", "--eval", script, path];

/** Runs a module that finds the store's path in `process.argv[1]`, until it ends by itself; gives what it printed. */
function runInOtherProcess(script: string): string {
  return execFileSync(process.execPath, evaluate(script), { cwd: packageFolder, encoding: "utf8", timeout: 20_000 });
}

const writerScript = `
  import { writeSync } from "node:fs";
  import { systemClock } from "@alcove/plugin-api";
  import { openSqliteSessionStore } from "@alcove/state";
  const store = await openSqliteSessionStore({ path: process.argv[1], clock: systemClock });
  await Promise.all(Array.from({ length: 16 }, async (_, user) => {
    const key = { application: "test", userId: "user-" + user };
    for (let revision = (await store.load(key))?.revision ?? 0; ; revision += 1) {
      const now = store.nowMs();
      const json = JSON.stringify({ revision: revision + 1, filling: "x".repeat(2000) });
      await store.commit({ key, expectedRevision: revision, createdAtMs: now, lastActivityAtMs: now,
        expiresAtMs: now + 3600000, runsCompleted: revision + 1, components: new Map([["notes", { version: 1, json }]]) });
      writeSync(1, user + " " + (revision + 1) + "\\n");
    }
  }));
`;

const modeOf = (file: string): number => statSync(file).mode & 0o777;

describe("the file of the SQLite session store", () => {
  it.each(["a new file", "a file of an earlier start"])("is written with fsync at every commit: %s", async (file) => {
    if (file !== "a new file") {
      await (await open()).close();
    }
    const { adapter } = await withAdapter(() => open());
    expect(await adapter.query("PRAGMA synchronous")).toEqual([{ synchronous: 2 }]);
    expect(await adapter.query("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
    expect(await adapter.query("PRAGMA locking_mode")).toEqual([{ locking_mode: "exclusive" }]);
    expect(await adapter.query("PRAGMA auto_vacuum")).toEqual([{ auto_vacuum: 2 }]);
  });

  it("is the owner's alone, with everything beside it, and so is a folder made for it", async () => {
    const nested = join(folder, "made", "for-it", "sessions.sqlite");
    const store = await open(nested);
    await store.commit(commitOf("alice", 0));
    expect(store.place).toBe(nested);
    for (const name of ["", "-wal", ".lock", ".holder.json"]) {
      expect([name, modeOf(nested + name)]).toEqual([name, 0o600]);
    }
    expect(modeOf(join(folder, "made"))).toBe(0o700);
    expect(modeOf(join(folder, "made", "for-it"))).toBe(0o700);
  });

  it("leaves the permissions of a folder that was there before as they are", async () => {
    chmodSync(folder, 0o755);
    await open();
    expect(modeOf(folder)).toBe(0o755);
  });

  it("is begun anew where an empty file or a half-made one was left behind", async () => {
    writeFileSync(path, "");
    writeFileSync(`${path}.new`, "half a database");
    const store = await open();
    await store.commit(commitOf("alice", 0));
    expect(await store.count()).toBe(1);
  });

  it("is refused, and left as it was, when it is another program's database", async () => {
    const connection = await openSqliteConnection(path, 100);
    await connection.query("CREATE TABLE theirs(x)");
    await connection.close();
    const before = readFileSync(path);
    await expect(open()).rejects.toMatchObject({
      code: "STORE_OPEN_FAILED",
      message: expect.stringContaining("not one of Alcove"),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}.holder.json`)).toBe(false);
  });

  it("is refused when it is no database, a folder, or of a later version", async () => {
    writeFileSync(path, "Dear diary, ".repeat(1_000));
    await expect(open()).rejects.toMatchObject({ code: "STORE_OPEN_FAILED" });
    await expect(open(folder)).rejects.toMatchObject({ code: "STORE_OPEN_FAILED" });
    await expect(open(join(path, "below-a-file"))).rejects.toMatchObject({ code: "STORE_OPEN_FAILED" });
    const later = join(folder, "later.sqlite");
    await (await open(later)).close();
    const connection = await openSqliteConnection(later, 100);
    await connection.query("PRAGMA user_version = 99");
    await connection.close();
    await expect(open(later)).rejects.toMatchObject({
      code: "STORE_OPEN_FAILED",
      message: expect.stringContaining("version 99"),
    });
  });

  it("is refused while it cannot be written, and leaves nothing that stands in the way afterwards", async () => {
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) {
      // Whom no file's mode keeps from writing.
      chownSync(folder, ordinaryUserId, ordinaryUserId);
      process.seteuid?.(ordinaryUserId);
    }
    try {
      await (await open()).close();
      chmodSync(path, 0o400);
      await expect(open()).rejects.toMatchObject({
        code: "STORE_OPEN_FAILED",
        message: expect.stringMatching(/could not be opened: EACCES.*sessions\.sqlite'/),
      });
      expect(readdirSync(folder).sort()).toEqual(["sessions.sqlite", "sessions.sqlite.lock"]);
      chmodSync(path, 0o600);
      await (await open()).commit(commitOf("alice", 0));
    } finally {
      if (isRoot) {
        process.seteuid?.(0);
      }
    }
  });

  it("finds expired sessions and counts the others by an index", async () => {
    const { adapter } = await withAdapter(() => open());
    for (const statement of [
      "SELECT rowid FROM entries WHERE expires_at <= 1 ORDER BY expires_at LIMIT 10",
      "SELECT count(*) AS count FROM entries WHERE expires_at > 1",
    ]) {
      const plan = JSON.stringify(await adapter.query(`EXPLAIN QUERY PLAN ${statement}`));
      expect(plan).toContain("entries_by_expiry");
      expect(plan).not.toContain("TEMP B-TREE");
    }
  });
});

describe("the lock of the SQLite session store", () => {
  it("names the holder to a second opener, within about a second", async () => {
    await open(path, { address: "http://127.0.0.1:8000" });
    const startedMs = performance.now();
    const refusal = await open().catch((error: unknown) => error);
    expect(performance.now() - startedMs).toBeLessThan(1_500);
    expect(refusal).toMatchObject({ code: "STORE_HELD", details: { pid: process.pid } });
    expect(String(refusal)).toContain(`process ${process.pid}`);
    expect(String(refusal)).toContain("address http://127.0.0.1:8000");
  });

  it("tells a second opener also what the holder has added since", async () => {
    const store = await open(path, { purpose: "a test" });
    store.announce({ socket: "/somewhere" });
    const refusal = await open().catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      details: { description: { purpose: "a test", socket: "/somewhere" } },
    });
  });

  it("lets exactly one of several racing openers through", async () => {
    for (const round of ["new file", "existing file"]) {
      const outcomes = await Promise.allSettled([open(), open(), open()]);
      const statuses = outcomes.map(({ status }) => status).sort();
      expect([round, ...statuses]).toEqual([round, "fulfilled", "rejected", "rejected"]);
      await Promise.all(stores.map((store) => store.close()));
    }
  });

  it("holds against another process, also by another name of the file", async () => {
    await (await open()).close();
    const store = await open();
    const link = join(folder, "link.sqlite");
    symlinkSync(path, link);
    await expect(open(link)).rejects.toMatchObject({ code: "STORE_HELD" });
    const script = `
      import sqlite3 from "sqlite3";
      const database = new sqlite3.Database(process.argv[1]);
      database.configure("busyTimeout", 0);
      database.all("SELECT count(*) FROM entries", (error) => process.stdout.write(String(error)));
    `;
    expect(runInOtherProcess(script)).toContain("SQLITE_BUSY");
    await store.commit(commitOf("alice", 0));
    expect(await store.count()).toBe(1);
  });

  it("is not held up by what a dead holder left behind", async () => {
    writeFileSync(`${path}.holder.json`, '{"pid":1,"host":"elsewhere","started_at":"2026-01-01","description":{}}');
    writeFileSync(`${path}.lock`, "");
    const store = await open();
    expect(JSON.parse(readFileSync(`${path}.holder.json`, "utf8"))).toMatchObject({ pid: process.pid });
    await store.close();
    expect(existsSync(`${path}.holder.json`)).toBe(false);
  });

  it("says so when a program that is not Alcove has the database open", async () => {
    await (await open()).close();
    const other = await openSqliteConnection(path, 100);
    await other.query("BEGIN");
    await other.query("SELECT * FROM entries");
    await expect(open()).rejects.toMatchObject({
      code: "STORE_HELD",
      message: expect.stringContaining("other than Alcove"),
    });
    await other.close();
    await open();
  });
});

async function killWriterAfter(acknowledgements: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, evaluate(writerScript), {
    cwd: packageFolder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const acknowledged = new Map<string, number>();
  let count = 0;
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const [user, revision] = line.split(" ");
    acknowledged.set(`user-${user}`, Number(revision));
    count += 1;
    if (count === acknowledgements) {
      child.kill("SIGKILL");
    }
  }
  await exited;
  expect(count).toBeGreaterThanOrEqual(acknowledgements);
  return acknowledged;
}

describe("a process that closes its store", () => {
  it("ends, because nothing keeps it alive", () => {
    const script = `
      import { systemClock } from "@alcove/plugin-api";
      import { openSqliteSessionStore } from "@alcove/state";
      const store = await openSqliteSessionStore({ path: process.argv[1], clock: systemClock });
      process.stdout.write("sessions: " + (await store.count()));
      await store.close();
    `;
    expect(runInOtherProcess(script)).toBe("sessions: 0");
  });
});

describe("a process that is killed while it commits", () => {
  it("loses nothing it had acknowledged, leaves nothing half-done, and does not block the next", async () => {
    for (const acknowledgements of [50, 700, 3_000]) {
      const acknowledged = await killWriterAfter(acknowledgements);
      const store = await open();
      expect(await store.count()).toBe(acknowledged.size);
      for (const [userId, revision] of acknowledged) {
        const stored = await store.load({ application: "test", userId });
        expect(stored?.revision).toBeGreaterThanOrEqual(revision);
        expect(stored?.revision).toBeLessThanOrEqual(revision + 1);
        expect(stored?.components.get("notes")?.state).toMatchObject({ revision: stored?.revision });
      }
      await store.close();
    }
  }, 60_000);
});
