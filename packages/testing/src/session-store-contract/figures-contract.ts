import assert from "node:assert/strict";
import { assertFails, type ContractSentence, commitOf, sentence, sessionOf } from "./contract-case.js";

/** What a store tells whoever watches it. */
export const figuresContract: readonly ContractSentence[] = [
  sentence("the figures count what was stored, and what was refused by its code", async ({ store }) => {
    const { figures } = store;
    await Promise.all(["alice", "bob", "carol"].map((userId) => store.commit(commitOf(store, sessionOf(userId)))));
    await assertFails("STORE_CONFLICT", store.commit(commitOf(store, sessionOf("alice"))));
    assert.equal(store.figures, figures);
    assert.equal(figures.commits, 3);
    assert.deepEqual([...figures.commitFailures], [["STORE_CONFLICT", 1]]);
    assert.deepEqual([...figures.readFailures], []);
    assert.equal(figures.batchSizes.sum, 4);
    assert.equal(figures.batchDurationsMs.cumulativeCounts().at(-1), figures.batchSizes.cumulativeCounts().at(-1));
    assert.equal(figures.lastWrite?.failure, undefined);
  }),

  sentence("a store that takes changes says so, and counts no commit for it", async ({ store }) => {
    const askedAtMs = performance.now();
    await store.checkWritable();
    assert.ok((store.figures.lastWrite?.atMs ?? 0) >= askedAtMs);
    assert.equal(store.figures.commits, 0);
    assert.equal(store.figures.batchSizes.sum, 0);
  }),
];
