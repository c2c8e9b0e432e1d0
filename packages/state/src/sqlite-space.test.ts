import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RecordChange, SessionCommit } from "./session-store.js";
import { openSqliteSessionStore, type SqliteSessionStore } from "./sqlite-session-store.js";

const megabyte = 1024 * 1024;

let folder = "";
let path = "";
let wallMs = 0;
let store: SqliteSessionStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "alcove-space-"));
  path = join(folder, "sessions.sqlite");
  wallMs = 1_800_000_000_000;
  store = await openSqliteSessionStore({ path, clock: { nowMs: () => wallMs, monotonicMs: () => 0 } });
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

function commitOf(
  userId: string,
  expectedRevision: number,
  characters: number,
  records: RecordChange[] = [],
): SessionCommit {
  return {
    key: { application: "test", userId },
    expectedRevision,
    createdAtMs: wallMs,
    lastActivityAtMs: wallMs,
    expiresAtMs: wallMs + 60_000,
    runsCompleted: 1,
    components: new Map([["notes", { version: 1, json: JSON.stringify("x".repeat(characters)) }]]),
    records,
  };
}

const sizeOf = (file: string): number => statSync(file).size;

async function sweepAll(limit: number): Promise<void> {
  while ((await store.sweep(limit)) === limit) {}
}

describe("the size of the SQLite files", { timeout: 60_000 }, () => {
  it("gets smaller again once sessions and their records are swept", async () => {
    const records = Array.from({ length: 20 }, (_, index): RecordChange => {
      return { kind: "put", name: `item/${index}`, json: JSON.stringify("y".repeat(2_000)) };
    });
    const users = Array.from({ length: 400 }, (_, index) => `user-${index}`);
    await Promise.all(users.map((userId) => store.commit(commitOf(userId, 0, 10_000, records))));
    await store.close();
    expect(sizeOf(path)).toBeGreaterThan(20 * megabyte);
    store = await openSqliteSessionStore({ path, clock: { nowMs: () => wallMs, monotonicMs: () => 0 } });
    wallMs += 60_000;
    await sweepAll(256);
    expect(sizeOf(path)).toBeLessThan(3 * megabyte);
  });

  it("has a log that stays short under constant load, and is cut off after a huge commit", async () => {
    let longest = 0;
    for (let round = 0; round < 60; round += 1) {
      const users = Array.from({ length: 64 }, (_, index) => `user-${index}`);
      await Promise.all(users.map((userId) => store.commit(commitOf(userId, round, 10_000))));
      longest = Math.max(longest, sizeOf(`${path}-wal`));
    }
    // 60 rounds of 64 states of 10 kB are 38 MB, all of which went through the log.
    expect(longest).toBeLessThan(8 * megabyte);
    await store.commit(commitOf("huge", 0, 15 * megabyte));
    expect(sizeOf(`${path}-wal`)).toBeGreaterThan(10 * megabyte);
    await store.commit(commitOf("user-0", 60, 10));
    await store.commit(commitOf("user-0", 61, 10));
    expect(sizeOf(`${path}-wal`)).toBeLessThanOrEqual(8 * megabyte);
  });
});
