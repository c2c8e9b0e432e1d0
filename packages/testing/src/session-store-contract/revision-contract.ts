import assert from "node:assert/strict";
import { assertFails, type ContractSentence, commitOf, sentence, sessionOf, storedState } from "./contract-case.js";

/** How commits follow each other. */
export const revisionContract: readonly ContractSentence[] = [
  sentence("a commit on another revision than the stored one changes nothing", async ({ store }) => {
    const key = sessionOf("alice");
    await assertFails("STORE_CONFLICT", store.commit(commitOf(store, key, { expectedRevision: 1 })));
    assert.equal(await store.load(key), undefined);
    await store.commit(commitOf(store, key, { state: "first" }));
    await store.commit(commitOf(store, key, { expectedRevision: 1, state: "second" }));
    for (const expectedRevision of [0, 1, 3]) {
      await assertFails("STORE_CONFLICT", store.commit(commitOf(store, key, { expectedRevision, state: "wrong" })));
    }
    assert.equal(await storedState(store, key), "second");
    assert.equal((await store.load(key))?.revision, 2);
  }),

  sentence("of two commits on one revision exactly the first is taken", async ({ store }) => {
    const key = sessionOf("alice");
    const outcomes = await Promise.allSettled(
      ["one", "two"].map((state) => store.commit(commitOf(store, key, { state }))),
    );
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["fulfilled", "rejected"],
    );
    assert.equal(await storedState(store, key), "one");
  }),

  sentence("commits nobody waits for take effect in the order they were made", async ({ store }) => {
    const key = sessionOf("alice");
    const revisions = Array.from({ length: 100 }, (_, revision) => revision);
    await Promise.all(
      revisions.map((expectedRevision) =>
        store.commit(commitOf(store, key, { expectedRevision, state: expectedRevision })),
      ),
    );
    assert.equal(await storedState(store, key), 99);
  }),

  sentence("removing and committing keep their order too", async ({ store }) => {
    const key = sessionOf("alice");
    const calls = [];
    for (let round = 0; round < 20; round += 1) {
      calls.push(store.commit(commitOf(store, key, { state: round })), store.remove(key));
    }
    calls.push(store.commit(commitOf(store, key, { state: "last" })));
    await Promise.all(calls);
    assert.equal(await storedState(store, key), "last");
  }),

  sentence("one refused commit does not touch those that are written with it", async ({ store }) => {
    await store.commit(commitOf(store, sessionOf("taken")));
    const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    const neighbours = users.map((userId) => store.commit(commitOf(store, sessionOf(userId), { state: userId })));
    const refused = assertFails("STORE_CONFLICT", store.commit(commitOf(store, sessionOf("taken"))));
    await Promise.all([...neighbours, refused]);
    for (const userId of users) {
      assert.equal(await storedState(store, sessionOf(userId)), userId);
    }
  }),
];
