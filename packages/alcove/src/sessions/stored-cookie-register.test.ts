import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteSessionStore, type SqliteSessionStore } from "@alcove/state";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StoredCookieRegister } from "./stored-cookie-register.js";

const clock = { nowMs: () => Date.UTC(2026, 10, 20), monotonicMs: () => 0 };
const users = ["alice", "bob"];

let folder: string;
let store: SqliteSessionStore;
let register: StoredCookieRegister;

async function open(): Promise<void> {
  store = await openSqliteSessionStore({ path: join(folder, "store.sqlite"), clock });
  register = new StoredCookieRegister(store, "app");
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "alcove-cookies-"));
  await open();
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe("the stored register of issued cookies", () => {
  it("never lowers what it was told, across restarts, whatever is told at the same time, and keeps one entry a user", async () => {
    const change = fc.record({
      user: fc.constantFrom(...users),
      generation: fc.oneof({ weight: 6, arbitrary: fc.nat(30) }, fc.constant(Number.POSITIVE_INFINITY)),
    });
    const step = fc.record({ changes: fc.array(change, { maxLength: 5 }), isRestarted: fc.boolean() });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        round += 1;
        const nameOf = (user: string): string => `${user}-${round}`;
        const model = new Map(users.map((user) => [user, 0]));
        for (const { changes, isRestarted } of steps) {
          await Promise.all(
            changes.map(({ user, generation }) =>
              Number.isFinite(generation)
                ? register.endEarlier(nameOf(user), generation)
                : register.revoke(nameOf(user)),
            ),
          );
          for (const { user, generation } of changes) {
            model.set(user, Math.max(generation, model.get(user) ?? 0));
          }
          if (isRestarted) {
            await store.close();
            await open();
          }
          for (const user of users) {
            expect([user, await register.oldestValid(nameOf(user))]).toEqual([user, model.get(user)]);
          }
        }
      }),
      { numRuns: 25 },
    );
    const entries = await store.list({ application: "\0revoked\0app", limit: 1_000 });
    expect(entries.length).toBeLessThanOrEqual(users.length * round);
  }, 60_000);

  it("knows nothing of other applications' users", async () => {
    await register.revoke("alice");
    expect(await new StoredCookieRegister(store, "other").oldestValid("alice")).toBe(0);
  });

  it("says at once what it has looked up before", async () => {
    expect(register.oldestValid("alice")).toBeInstanceOf(Promise);
    await register.oldestValid("alice");
    expect(register.oldestValid("alice")).toBe(0);
    await register.endEarlier("alice", 2);
    await register.oldestValid("alice");
    expect(register.oldestValid("alice")).toBe(2);
  });

  it("refuses what it cannot read", async () => {
    const nowMs = store.nowMs();
    await store.commit({
      key: { application: "\0revoked\0app", userId: "alice" },
      expectedRevision: 0,
      createdAtMs: nowMs,
      lastActivityAtMs: nowMs,
      expiresAtMs: nowMs + 1_000,
      runsCompleted: 0,
      components: new Map([["oldest_valid", { version: 1, json: '"all"' }]]),
    });
    await expect(register.oldestValid("alice")).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
    await expect(register.endEarlier("alice", 3)).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
  });
});
