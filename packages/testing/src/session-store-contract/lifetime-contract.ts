import assert from "node:assert/strict";
import {
  assertFails,
  type ContractSentence,
  commitOf,
  sentence,
  sessionOf,
  storedState,
  timeoutMs,
} from "./contract-case.js";

/** What holds at the end of a store's life. */
export const lifetimeContract: readonly ContractSentence[] = [
  sentence("after close every call fails with STORE_CLOSED, except close", async ({ store }) => {
    const key = sessionOf("alice");
    const commit = commitOf(store, key);
    await Promise.all([store.close(), store.close()]);
    await store.close();
    await assertFails("STORE_CLOSED", store.load(key));
    await assertFails("STORE_CLOSED", store.commit(commit));
    await assertFails("STORE_CLOSED", store.readRecord(key, "a"));
    await assertFails("STORE_CLOSED", store.pageRecords(key, { prefix: "", direction: "forward", limit: 1 }));
    await assertFails("STORE_CLOSED", store.remove(key));
    await assertFails("STORE_CLOSED", store.sweep(1));
    await assertFails("STORE_CLOSED", store.count());
    await assertFails("STORE_CLOSED", store.checkWritable());
  }),
];

/** What holds across the end of a store, and at a second opener. */
export const restartContract: readonly ContractSentence[] = [
  sentence("close finishes what was asked for before it", async ({ store, restart }) => {
    const users = Array.from({ length: 200 }, (_, index) => `user-${index}`);
    const commits = users.map((userId) => store.commit(commitOf(store, sessionOf(userId), { state: userId })));
    const reopened = await restart();
    await Promise.all(commits);
    assert.equal(await reopened.count(), users.length);
    assert.equal(await storedState(reopened, sessionOf("user-199")), "user-199");
  }),

  sentence("revisions go on across a restart", async ({ store, restart }) => {
    const key = sessionOf("alice");
    await store.commit(commitOf(store, key));
    const reopened = await restart();
    await assertFails("STORE_CONFLICT", reopened.commit(commitOf(reopened, key)));
    await reopened.commit(commitOf(reopened, key, { expectedRevision: 1, state: "second" }));
    assert.equal(await storedState(reopened, key), "second");
  }),

  sentence("a session that runs out while the store is closed is gone", async ({ store, clock, restart }) => {
    const [gone, kept] = [sessionOf("gone"), sessionOf("kept")];
    await store.commit(commitOf(store, gone));
    clock.advance(1);
    await store.commit(commitOf(store, kept));
    await store.close();
    clock.advance(timeoutMs - 1);
    const reopened = await restart();
    assert.equal(await reopened.load(gone), undefined);
    assert.ok(await reopened.load(kept));
  }),

  sentence("a clock set back across a restart brings nothing back", async ({ store, clock, restart }) => {
    const key = sessionOf("alice");
    await store.commit(commitOf(store, key));
    clock.advance(timeoutMs);
    // Said to be gone, without anything else being written.
    assert.equal(await store.load(key), undefined);
    const latestMs = store.nowMs();
    await store.close();
    clock.set(latestMs - 3_600_000);
    const reopened = await restart();
    assert.ok(reopened.nowMs() >= latestMs);
    assert.equal(await reopened.load(key), undefined);
  }),

  sentence(
    "an exclusive store is refused to a second opener, and not disturbed by it",
    async ({ store, openAgain }) => {
      if (!store.promises.exclusive) {
        return;
      }
      await store.commit(commitOf(store, sessionOf("alice"), { state: "before" }));
      await assertFails("STORE_HELD", openAgain());
      assert.equal(await storedState(store, sessionOf("alice")), "before");
      await store.commit(commitOf(store, sessionOf("alice"), { expectedRevision: 1, state: "after" }));
      assert.equal(await storedState(store, sessionOf("alice")), "after");
    },
  ),
];
