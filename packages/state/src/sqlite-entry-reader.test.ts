import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@alcove/plugin-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sessionEntryKey } from "./entry-keys.js";
import type { SessionKey } from "./session-store.js";
import type { SqliteAdapter } from "./sqlite-adapter.js";
import { SqliteEntryReader } from "./sqlite-entry-reader.js";
import { openSqliteSessionStore, type SqliteSessionStore } from "./sqlite-session-store.js";
import { withAdapter } from "./test-support/adapter-beneath.js";

const key: SessionKey = { application: "test", userId: "alice" };

let folder = "";
let store: SqliteSessionStore;
let adapter: SqliteAdapter;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "alcove-reader-"));
  const path = join(folder, "sessions.sqlite");
  ({ store, adapter } = await withAdapter(() => openSqliteSessionStore({ path, clock: systemClock })));
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** A reader between whose first two queries something happens. */
function readerWith(between: () => Promise<void>): SqliteEntryReader {
  let queries = 0;
  return new SqliteEntryReader({
    async query(statement, parameters = []) {
      queries += 1;
      if (queries === 2) {
        await between();
      }
      return adapter.query(statement, [...parameters]);
    },
  });
}

async function commitFirst(): Promise<void> {
  const nowMs = store.nowMs();
  await store.commit({
    key,
    expectedRevision: 0,
    createdAtMs: nowMs,
    lastActivityAtMs: nowMs,
    expiresAtMs: nowMs + 60_000,
    runsCompleted: 1,
    components: new Map(),
  });
}

describe("an entry that is stored for the first time while it is read", () => {
  it.each(["getSession", "get"] as const)("is found, and not taken for damaged, by %s", async (read) => {
    expect(await readerWith(commitFirst)[read](sessionEntryKey(key))).toBeDefined();
  });

  it.each(["getSession", "get"] as const)("is nothing where it is removed again meanwhile, by %s", async (read) => {
    const reader = readerWith(async () => {
      await commitFirst();
      await store.remove(key);
    });
    expect(await reader[read](sessionEntryKey(key))).toBeUndefined();
  });
});
