import assert from "node:assert/strict";
import type { SessionStore } from "@alcove/state";
import {
  assertFails,
  type ContractSentence,
  commitOf,
  sentence,
  sessionOf,
  storedState,
  timeoutMs,
} from "./contract-case.js";

/** When a session is gone, and that it stays gone. */
export const expiryContract: readonly ContractSentence[] = [
  sentence("a session lives to the millisecond before its expiry, and no longer", async ({ store, clock }) => {
    const key = sessionOf("alice");
    await store.commit(commitOf(store, key));
    clock.advance(timeoutMs - 1);
    assert.ok(await store.load(key));
    assert.equal(await store.count(), 1);
    clock.advance(1);
    assert.equal(await store.load(key), undefined);
    assert.equal(await store.count(), 0);
  }),

  sentence("a new session takes the place of an expired one", async ({ store, clock }) => {
    const key = sessionOf("alice");
    await store.commit(commitOf(store, key, { state: "old" }));
    await store.commit(commitOf(store, key, { expectedRevision: 1, state: "old" }));
    await assertFails("STORE_CONFLICT", store.commit(commitOf(store, key)));
    clock.advance(timeoutMs);
    const [, loaded] = await Promise.all([store.commit(commitOf(store, key, { state: "new" })), store.load(key)]);
    assert.notEqual(loaded?.components.get("notes")?.state, "old");
    assert.equal(await storedState(store, key), "new");
    assert.equal((await store.load(key))?.revision, 1);
  }),

  sentence("a run that outlasts its session's expiry can commit, unless that was swept", async ({ store, clock }) => {
    const [busy, idle] = [sessionOf("busy"), sessionOf("idle")];
    await store.commit(commitOf(store, busy));
    await store.commit(commitOf(store, idle));
    clock.advance(timeoutMs);
    assert.equal(await store.sweep(10, [busy]), 1);
    await store.commit(commitOf(store, busy, { expectedRevision: 1, state: "done" }));
    await assertFails("STORE_CONFLICT", store.commit(commitOf(store, idle, { expectedRevision: 1 })));
    assert.equal(await storedState(store, busy), "done");
    assert.equal(await store.load(idle), undefined);
  }),

  sentence("the store's time never runs backwards", async ({ store, clock }) => {
    const startMs = store.nowMs();
    clock.set(startMs - 3_600_000);
    assert.equal(store.nowMs(), startMs);
    clock.advance(1_000);
    assert.equal(store.nowMs(), startMs + 1_000);
    clock.set(startMs + 7_200_000);
    assert.equal(store.nowMs(), startMs + 7_200_000);
    clock.set(startMs);
    assert.equal(store.nowMs(), startMs + 7_200_000);
  }),

  sentence("a clock that is set back brings no expired session back", async ({ store, clock }) => {
    const key = sessionOf("alice");
    await store.commit(commitOf(store, key));
    clock.set(store.nowMs() + timeoutMs);
    assert.equal(await store.load(key), undefined);
    clock.set(store.nowMs() - 3_600_000);
    assert.equal(await store.load(key), undefined);
    assert.equal(await store.count(), 0);
  }),

  sentence("a sweep removes the longest expired first, in steps, and leaves none behind", async ({ store, clock }) => {
    await commitEverySecond(store, clock.advance, 25);
    await store.commit(commitOf(store, sessionOf("alive"), { expiresAtMs: store.nowMs() + 10 * timeoutMs }));
    clock.advance(2 * timeoutMs);
    assert.equal(await store.sweep(10), 10);
    await assertFails("STORE_CONFLICT", store.commit(commitOf(store, sessionOf("user-9"), { expectedRevision: 1 })));
    await store.commit(commitOf(store, sessionOf("user-10"), { expectedRevision: 1 }));
    assert.equal(await store.sweep(10), 10);
    assert.equal(await store.sweep(10), 4);
    assert.equal(await store.sweep(10), 0);
    assert.equal(await store.count(), 2);
  }),

  sentence("a sweep spares what is committed while it runs", async ({ store, clock }) => {
    const users = Array.from({ length: 30 }, (_, index) => sessionOf(`user-${index}`));
    await Promise.all(users.map((key) => store.commit(commitOf(store, key))));
    clock.advance(timeoutMs);
    const renewed = users.map((key) => store.commit(commitOf(store, key, { state: "renewed" })));
    const swept = store.sweep(100);
    await Promise.all(renewed);
    assert.equal(await swept, 0);
    assert.equal(await store.count(), users.length);
  }),
];

async function commitEverySecond(store: SessionStore, advance: (ms: number) => void, users: number): Promise<void> {
  for (let user = 0; user < users; user += 1) {
    await store.commit(commitOf(store, sessionOf(`user-${user}`)));
    advance(1_000);
  }
}
