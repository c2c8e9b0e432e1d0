import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@alcove/plugin-api";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { SessionCommit, SessionKey } from "./session-store.js";
import { openSqliteConnection } from "./sqlite-connection.js";
import { openSqliteSessionStore, type SqliteSessionStore } from "./sqlite-session-store.js";

const pageBytes = 4096;
const filler = "L".repeat(100);
const key = (userId: string): SessionKey => ({ application: "test", userId });

let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alcove-pointer-"));
  path = join(folder, "sessions.sqlite");
});

afterEach(() => rmSync(folder, { recursive: true }));

it("a damaged pointer to a page is told apart from a full disk for everybody it concerns", async () => {
  const others = Array.from({ length: 16 }, (_, index) => `user-${index}`);
  await withStore(async (store) => {
    for (const userId of others) await store.commit(commitOf(userId, 0, "short"));
    await store.commit(commitOf("large", 0, filler.repeat(200)));
  });
  damagePointersToOverflow();

  await withStore(async (store) => {
    await expect(store.load(key("large"))).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
    // Where they grow, SQLite has to move the entry beside them, and to note for its pages where it is now.
    const failures: unknown[] = [];
    for (const userId of others) {
      await store.commit(commitOf(userId, 1, "m".repeat(3000))).catch((error: unknown) => failures.push(error));
    }
    const damage = expect.objectContaining({
      code: "STORE_FAILED",
      cause: expect.objectContaining({ code: "SQLITE_FULL" }),
    });
    expect(failures).not.toEqual([]);
    expect(failures).toEqual(failures.map(() => damage));
    const revisions = await Promise.all(others.map(async (userId) => (await store.load(key(userId)))?.revision));
    expect(revisions.filter((revision) => revision === 1)).toHaveLength(failures.length);
    // What changes in its place goes on.
    await store.commit(commitOf("user-15", 1, "again"));
  });
});

it("a disk that is too full for an upgrade is called full, not damaged, and everything is there when it has room", async (context) => {
  context.skip(process.getuid?.() !== 0, "only root can mount a small file system");
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder]);
  context.skip(mounted.status !== 0, `no small file system can be mounted: ${String(mounted.stderr)}`);
  try {
    const users = Array.from({ length: 2000 }, (_, index) => `user-${index}`);
    await withStore(async (store) => {
      await Promise.all(users.map((userId) => store.commit(commitOf(userId, 0, "m".repeat(400)))));
    });
    await makeVersion1();
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(join(folder, "ballast"), Buffer.alloc(bavail * bsize - 500_000));

    const refused = withStore(async () => undefined);
    await expect(refused).rejects.toMatchObject({ code: "STORE_OPEN_FAILED", cause: { code: "SQLITE_FULL" } });
    await expect(refused).rejects.toThrow(/could not be opened: the disk is full\.$/);
    rmSync(join(folder, "ballast"));
    await withStore(async (store) => {
      const sessions = await Promise.all(users.map((userId) => store.load(key(userId))));
      expect(sessions.filter((session) => session?.revision === 1)).toHaveLength(users.length);
    });
  } finally {
    execFileSync("umount", [folder]);
  }
});

async function makeVersion1(): Promise<void> {
  const connection = await openSqliteConnection(path, 100);
  const triggers = ["room_is_left_by_deletion", "room_is_left_by_replacement"].map((name) => `DROP TRIGGER ${name}`);
  const tables = ["records", "left_rooms", "left_ranges"].map((name) => `DROP TABLE ${name}`);
  const entries = ["DROP INDEX entries_witness", "ALTER TABLE entries DROP COLUMN room"];
  for (const statement of [...triggers, ...tables, ...entries, "PRAGMA user_version = 1"]) {
    await connection.query(statement);
  }
  await connection.close();
}

async function withStore(use: (store: SqliteSessionStore) => Promise<void>): Promise<void> {
  const store = await openSqliteSessionStore({ path, clock: systemClock });
  try {
    await use(store);
  } finally {
    await store.close();
  }
}

function commitOf(userId: string, expectedRevision: number, text: string): SessionCommit {
  const nowMs = Date.now();
  return {
    key: key(userId),
    expectedRevision,
    createdAtMs: nowMs,
    lastActivityAtMs: nowMs,
    expiresAtMs: nowMs + 3_600_000,
    runsCompleted: expectedRevision + 1,
    components: new Map([["notes", { version: 1, json: JSON.stringify(text) }]]),
    records: [],
  };
}

/** Makes every number that leads from a part of the large entry to its next page one beyond the limit of pages. */
function damagePointersToOverflow(): void {
  const content = readFileSync(path);
  const impossible = Buffer.from([0x60, 0, 0, 0]);
  let damaged = 0;
  for (let page = 1; page <= content.length / pageBytes; page += 1) {
    const start = (page - 1) * pageBytes + 4;
    if (content.subarray(start, start + filler.length).toString() !== filler) continue;
    const pointer = Buffer.from("LLLL\0\0\0\0");
    pointer.writeUInt32BE(page, 4);
    const place = content.indexOf(pointer);
    if (place === -1) continue;
    impossible.copy(content, place + 4);
    damaged += 1;
  }
  expect(damaged).toBeGreaterThan(0);
  writeFileSync(path, content);
}
