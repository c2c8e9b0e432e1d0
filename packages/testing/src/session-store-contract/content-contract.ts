import assert from "node:assert/strict";
import type { CommittedComponentState, SessionKey } from "@alcove/state";
import { assertFails, type ContractSentence, commitOf, sentence, sessionOf, storedState } from "./contract-case.js";

/** Keys that an unescaped key, a pattern or a fold of case would mix up. */
const awkwardKeys: readonly SessionKey[] = [
  ["a", "b"],
  ["a/b", ""],
  ["", "a/b"],
  ["a:b", "c"],
  ["a", "b:c"],
  ["a_b", "x"],
  ["a%b", "x"],
  ["a%005fb", "x"],
  ["A", "B"],
  ["å", "b"],
  ["a\u0000", "b"],
  ["a", "\ud800"],
  ["a", "\udfff"],
  ["a", "__proto__"],
  ["a", "long".repeat(500)],
  ["a", `${"long".repeat(500)}!`],
].map(([application = "", userId = ""]) => ({ application, userId }));

/** What a store has to keep, and whose. */
export const contentContract: readonly ContractSentence[] = [
  sentence("a session nobody has committed is not there", async ({ store }) => {
    assert.equal(await store.load(sessionOf("nobody")), undefined);
    assert.equal(await store.remove(sessionOf("nobody")), false);
    assert.equal(await store.count(), 0);
  }),

  sentence("a committed session is loaded as it was committed", async ({ store, clock }) => {
    const key = sessionOf("alice");
    const createdAtMs = store.nowMs();
    await store.commit(commitOf(store, key));
    clock.advance(1_500);
    const components = new Map([
      ["zebra", { version: 3, json: '{"b":1,"a":[1.5,"\\u0000 \\ud83d\\ude00 ✓",null,true]}' }],
      ["__proto__", { version: 1, json: '"plain"' }],
      ["10", { version: 2, json: "{}" }],
    ]);
    const collections = new Map([
      ["zebra/stripes", { first: 3, next: 9_007_199_254_740_991 }],
      ["__proto__", { first: 1, next: 1 }],
    ]);
    await store.commit({
      ...commitOf(store, key, { expectedRevision: 1, runsCompleted: 2, createdAtMs }),
      components,
      collections,
    });
    const stored = await store.load(key);
    assert.ok(stored);
    const { components: loaded, ...figures } = stored;
    assert.deepEqual(figures, {
      revision: 2,
      createdAtMs,
      lastActivityAtMs: createdAtMs + 1_500,
      expiresAtMs: createdAtMs + 61_500,
      runsCompleted: 2,
      collections,
    });
    assert.deepEqual(
      [...loaded].map(([name, { version, state }]) => [name, version, JSON.stringify(state)]),
      [...components].map(([name, { version, json }]) => [name, version, JSON.stringify(JSON.parse(json))]),
    );
  }),

  sentence("a key __proto__ in a state stays an ordinary key", async ({ store }) => {
    const key = sessionOf("alice");
    const components = new Map([["notes", { version: 1, json: '{"__proto__":{"admin":true},"x":1}' }]]);
    await store.commit({ ...commitOf(store, key), components });
    const state = await storedState(store, key);
    assert.equal(JSON.stringify(state), '{"__proto__":{"admin":true},"x":1}');
    assert.equal(Object.getPrototypeOf(state), Object.prototype);
  }),

  sentence("what is loaded belongs to the caller alone", async ({ store }) => {
    const key = sessionOf("alice");
    await store.commit(commitOf(store, key, { state: ["kept"] }));
    const state = await storedState(store, key);
    assert.ok(Array.isArray(state));
    state.push("changed in memory only");
    assert.deepEqual(await storedState(store, key), ["kept"]);
  }),

  sentence("keys that look alike are different sessions", async ({ store }) => {
    await Promise.all(awkwardKeys.map((key, index) => store.commit(commitOf(store, key, { state: index }))));
    for (const [index, key] of awkwardKeys.entries()) {
      assert.equal(await storedState(store, key), index);
    }
    for (const [index, key] of awkwardKeys.entries()) {
      assert.equal(await store.remove(key), true);
      assert.equal(await store.count(), awkwardKeys.length - 1 - index);
    }
  }),

  sentence("a state of a megabyte is kept", async ({ store }) => {
    const state = "✓".repeat(350_000);
    await store.commit(commitOf(store, sessionOf("alice"), { state }));
    assert.equal(await storedState(store, sessionOf("alice")), state);
  }),

  sentence("large and small components are kept while others change, grow, shrink and disappear", async ({ store }) => {
    const key = sessionOf("alice");
    const sizes = [1, 3_000, 60_000];
    const names = ["one", "two", "three", "four"];
    let stored = new Map<string, CommittedComponentState>();
    for (let revision = 1; revision <= 24; revision += 1) {
      const next = new Map(stored);
      const name = names[revision % names.length] ?? "";
      const size = sizes[(revision * 7) % sizes.length] ?? 0;
      if (revision % 9 === 8) {
        next.delete(name);
      } else {
        const json = JSON.stringify({ revision, text: "é".repeat(size) });
        next.set(name, { version: 1, json, changedInRevision: revision });
      }
      // Whoever no longer has what was stored before leaves that out.
      const known = revision % 5 === 0 ? {} : { replaces: stored };
      const commit = commitOf(store, key, { expectedRevision: revision - 1 });
      await store.commit({ ...commit, components: next, ...known });
      const loaded = await store.load(key);
      assert.deepEqual(
        Array.from(loaded?.components ?? [], ([found, { state }]) => [found, JSON.stringify(state)]),
        Array.from(next, ([wanted, { json }]) => [wanted, json]),
      );
      for (const [found, { changedInRevision = revision + 1 }] of loaded?.components ?? []) {
        assert.ok(changedInRevision === revision + 1 || changedInRevision === next.get(found)?.changedInRevision);
      }
      stored = next;
    }
    assert.deepEqual(await store.pageRecords(key, { prefix: "", direction: "forward", limit: 100 }), []);
  }),

  sentence("a commit of anything but whole numbers is refused as a mistake of the caller", async ({ store }) => {
    const key = sessionOf("alice");
    const half = new Map([["notes", { first: 1, next: 1.5 }]]);
    const changes = [
      { expiresAtMs: Number.NaN },
      { expectedRevision: -1 },
      { lastActivityAtMs: 1.5 },
      { collections: half },
    ];
    for (const change of changes) {
      await assert.rejects(store.commit(commitOf(store, key, change)), TypeError);
    }
    assert.equal(await store.load(key), undefined);
  }),

  sentence("a removed session is gone, and others are not", async ({ store }) => {
    await store.commit(commitOf(store, sessionOf("a_")));
    await store.commit(commitOf(store, sessionOf("ab")));
    assert.equal(await store.remove(sessionOf("a_")), true);
    assert.equal(await store.remove(sessionOf("a_")), false);
    assert.equal(await store.load(sessionOf("a_")), undefined);
    assert.ok(await store.load(sessionOf("ab")));
    await assertFails("STORE_CONFLICT", store.commit(commitOf(store, sessionOf("a_"), { expectedRevision: 1 })));
  }),
];
