import assert from "node:assert/strict";
import type { RecordChange, SessionKey, SessionStore } from "@alcove/state";
import { assertFails, type ContractSentence, commitOf, sentence, sessionOf, timeoutMs } from "./contract-case.js";

const awkwardNames: readonly string[] = [
  "",
  "a",
  "a/b",
  "a b",
  "a\u0000",
  "a~",
  "A",
  "å",
  "z",
  '"\\',
  "%_",
  "__proto__",
  "10",
  "9",
  "\ud800",
  "\udfff",
  "😀",
];

const item = (index: number): string => `collection/notes/${String(index).padStart(10, "0")}`;
const put = (name: string, value: unknown = name): RecordChange => ({ kind: "put", name, json: JSON.stringify(value) });
const items = (count: number): RecordChange[] => Array.from({ length: count }, (_, index) => put(item(index), index));

async function commitRecords(
  store: SessionStore,
  key: SessionKey,
  expectedRevision: number,
  records: readonly RecordChange[],
): Promise<void> {
  await store.commit({ ...commitOf(store, key, { expectedRevision }), records });
}

async function namesOf(store: SessionStore, key: SessionKey, prefix = ""): Promise<string[]> {
  const records = await store.pageRecords(key, { prefix, direction: "forward", limit: 1_000 });
  return records.map(({ name }) => name);
}

/** What is kept beside a session. */
export const recordsContract: readonly ContractSentence[] = [
  sentence("records are kept by any name, in the order of their names", async ({ store }) => {
    const key = sessionOf("alice");
    await commitRecords(
      store,
      key,
      0,
      awkwardNames.map((name) => put(name, { name })),
    );
    for (const name of awkwardNames) {
      assert.deepEqual(await store.readRecord(key, name), { name });
    }
    assert.equal(await store.readRecord(key, "b"), undefined);
    assert.deepEqual(await namesOf(store, key), [...awkwardNames].sort());
    assert.deepEqual(await namesOf(store, key, "a"), awkwardNames.filter((name) => name.startsWith("a")).sort());
    await assert.rejects(store.readRecord(key, "x".repeat(1_001)), TypeError);
  }),

  sentence("pages of records go forward and backward from any name", async ({ store }) => {
    const key = sessionOf("alice");
    await commitRecords(store, key, 0, [put("before"), ...items(25), put("d")]);
    const page = async (direction: "forward" | "backward", from?: string): Promise<unknown[]> => {
      const request = { prefix: "collection/notes/", direction, limit: 10, ...(from === undefined ? {} : { from }) };
      const records = await store.pageRecords(key, request);
      assert.deepEqual(
        await store.pageRecordNames(key, request),
        records.map(({ name }) => name),
      );
      return records.map(({ value }) => value);
    };
    assert.deepEqual(await page("forward"), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(await page("forward", item(20)), [20, 21, 22, 23, 24]);
    assert.deepEqual(await page("backward"), [24, 23, 22, 21, 20, 19, 18, 17, 16, 15]);
    assert.deepEqual(await page("backward", item(3)), [3, 2, 1, 0]);
    assert.deepEqual(await page("forward", item(99)), []);
    assert.deepEqual(await page("forward", "a"), await page("forward"));
  }),

  sentence("changes of records take effect one after the other", async ({ store }) => {
    const key = sessionOf("alice");
    await commitRecords(store, key, 0, items(10));
    await commitRecords(store, key, 1, [
      put(item(0), "replaced"),
      { kind: "remove", name: item(1) },
      { kind: "remove", name: item(2) },
      put(item(2), "back"),
      put(item(5), "gone with the range"),
      { kind: "remove-range", from: item(4), to: item(7) },
      put(item(6), "after the range"),
      { kind: "remove", name: "never there" },
    ]);
    const records = await store.pageRecords(key, { prefix: "", direction: "forward", limit: 100 });
    assert.deepEqual(
      records.map(({ value }) => value),
      ["replaced", "back", 3, "after the range", 7, 8, 9],
    );
  }),

  sentence("a refused commit leaves the records as they were, and its neighbours alone", async ({ store }) => {
    const key = sessionOf("taken");
    await commitRecords(store, key, 0, [put("a", "kept")]);
    const users = Array.from({ length: 20 }, (_, index) => sessionOf(`user-${index}`));
    const neighbours = users.map((user, index) => commitRecords(store, user, 0, [put("a", index)]));
    const refused = [0, 2].map((revision) =>
      assertFails("STORE_CONFLICT", commitRecords(store, key, revision, [put("a", "wrong"), put("b", "wrong")])),
    );
    await Promise.all([...neighbours, ...refused]);
    assert.deepEqual(await namesOf(store, key), ["a"]);
    assert.equal(await store.readRecord(key, "a"), "kept");
    for (const [index, user] of users.entries()) {
      assert.equal(await store.readRecord(user, "a"), index);
    }
  }),

  sentence("no session sees another one's records, however alike their keys are", async ({ store }) => {
    const keys = ["user", "user/", "user/a", "user%", "USER", "user\u0000"].map(sessionOf);
    await Promise.all(keys.map((key, index) => commitRecords(store, key, 0, [put("a", index), put("a/b", index)])));
    for (const [index, key] of keys.entries()) {
      assert.deepEqual(await namesOf(store, key), ["a", "a/b"]);
      assert.equal(await store.readRecord(key, "a/b"), index);
    }
    assert.equal(await store.count(), keys.length);
    await store.remove(sessionOf("user"));
    assert.deepEqual(await namesOf(store, sessionOf("user")), []);
    assert.deepEqual(await namesOf(store, sessionOf("user/")), ["a", "a/b"]);
  }),

  sentence("records go with their session, and do not come back with the next one", async ({ store, clock }) => {
    const key = sessionOf("alice");
    await commitRecords(store, key, 0, items(5));
    await store.remove(key);
    assert.equal(await store.readRecord(key, item(1)), undefined);
    await commitRecords(store, key, 0, [put(item(7), "new")]);
    assert.deepEqual(await namesOf(store, key), [item(7)]);
    clock.advance(timeoutMs);
    assert.equal(await store.readRecord(key, item(7)), undefined);
    assert.deepEqual(await namesOf(store, key), []);
    await commitRecords(store, key, 0, []);
    assert.deepEqual(await namesOf(store, key), []);
    while ((await store.sweep(2)) === 2) {}
    assert.deepEqual(await namesOf(store, key), []);
  }),

  sentence(
    "records of an expired session are read on for a run of it, until the session is swept",
    async ({ store, clock }) => {
      const key = sessionOf("alice");
      await commitRecords(store, key, 0, items(3));
      clock.advance(timeoutMs);
      const page = { prefix: "collection/", direction: "forward", limit: 10, evenIfSessionExpired: true } as const;
      await store.sweep(10, [key]);
      assert.deepEqual(
        (await store.pageRecords(key, page)).map(({ value }) => value),
        [0, 1, 2],
      );
      assert.deepEqual(await namesOf(store, key), []);
      await store.sweep(10);
      assert.deepEqual(await store.pageRecords(key, page), []);
    },
  ),

  sentence("a record with an expiry of its own is gone before its session", async ({ store, clock }) => {
    const key = sessionOf("alice");
    const expiresAtMs = store.nowMs() + 1_000;
    await commitRecords(store, key, 0, [{ kind: "put", name: "short", json: "1", expiresAtMs }, put("long")]);
    clock.advance(999);
    assert.equal(await store.readRecord(key, "short"), 1);
    clock.advance(1);
    assert.equal(await store.readRecord(key, "short"), undefined);
    assert.deepEqual(await namesOf(store, key), ["long"]);
    clock.set(store.nowMs() - 5_000);
    assert.equal(await store.readRecord(key, "short"), undefined);
    assert.equal(await store.sweep(10), 1);
    assert.equal(await store.sweep(10), 0);
    assert.deepEqual(await namesOf(store, key), ["long"]);
  }),

  sentence("a sweep removes a session's many records in steps, and leaves none behind", async ({ store, clock }) => {
    await commitRecords(store, sessionOf("gone"), 0, items(95));
    await store.commit({
      ...commitOf(store, sessionOf("kept"), { expiresAtMs: store.nowMs() + 2 * timeoutMs }),
      records: items(3),
    });
    clock.advance(timeoutMs);
    let removed = 0;
    let removedInStep = 10;
    while (removedInStep === 10) {
      removedInStep = await store.sweep(10);
      removed += removedInStep;
      assert.ok(removedInStep <= 10);
    }
    assert.equal(removed, 96);
    assert.equal((await namesOf(store, sessionOf("kept"))).length, 3);
  }),

  sentence(
    "what is kept of a session is measured in bytes, without what is removed or expired",
    async ({ store, clock }) => {
      const [alice, bob] = [sessionOf("alice"), sessionOf("bob")];
      assert.equal(await store.measure(alice), 0);
      await commitRecords(store, bob, 0, items(5));
      await commitRecords(store, alice, 0, []);
      const empty = await store.measure(alice);
      assert.ok(empty > 0);
      const text = "✓".repeat(1_000);
      await commitRecords(store, alice, 1, [put("a", text), ...items(5_000)]);
      assert.equal(await store.measure(alice, []), 0);
      const large = await store.measure(alice, [put("a"), { kind: "remove", name: "a" }]);
      assert.ok(large > 3_000 && large < 3_200);
      const range: RecordChange = { kind: "remove-range", from: item(0), to: item(5_000) };
      const inRange = await store.measure(alice, [range, { kind: "remove", name: item(7) }]);
      assert.ok(Math.abs(empty + large + inRange - (await store.measure(alice))) < 100);
      await commitRecords(store, alice, 2, [range, put(item(3))]);
      const one = await store.measure(alice, [{ kind: "remove", name: item(3) }]);
      assert.equal(await store.measure(alice, [range]), one);
      await commitRecords(store, alice, 3, [{ ...put("b", text), expiresAtMs: store.nowMs() + 1_000 } as RecordChange]);
      const before = await store.measure(alice);
      clock.advance(1_000);
      assert.ok(before - (await store.measure(alice)) > 3_000);
    },
  ),

  sentence("a text that is larger than a store may hold is refused, and nothing is changed", async ({ store }) => {
    const key = sessionOf("alice");
    await commitRecords(store, key, 0, [put("a", "kept")]);
    const huge = "✓".repeat(6 * 1024 * 1024);
    await assertFails("STATE_TOO_LARGE", store.commit(commitOf(store, key, { expectedRevision: 1, state: huge })));
    await assertFails("STATE_TOO_LARGE", commitRecords(store, key, 1, [put("a", huge)]));
    assert.equal((await store.load(key))?.revision, 1);
    assert.equal(await store.readRecord(key, "a"), "kept");
  }),
];

/** What holds of records across the end of a store. */
export const recordsRestartContract: readonly ContractSentence[] = [
  sentence("records are kept across a restart, and earlier ones stay gone", async ({ store, clock, restart }) => {
    const [alice, bob] = [sessionOf("alice"), sessionOf("bob")];
    await commitRecords(store, alice, 0, items(3));
    clock.advance(timeoutMs - 1);
    await commitRecords(store, bob, 0, items(2));
    await store.close();
    clock.advance(1);
    const reopened = await restart();
    assert.deepEqual(await namesOf(reopened, bob), [item(0), item(1)]);
    await commitRecords(reopened, alice, 0, [put("new")]);
    assert.deepEqual(await namesOf(reopened, alice), ["new"]);
    assert.deepEqual(await namesOf(reopened, bob), [item(0), item(1)]);
  }),

  sentence("a session that begins after a restart gets nobody's records", async ({ store, restart }) => {
    await commitRecords(store, sessionOf("alice"), 0, items(3));
    const reopened = await restart();
    await commitRecords(reopened, sessionOf("bob"), 0, []);
    assert.deepEqual(await namesOf(reopened, sessionOf("bob")), []);
    assert.equal((await namesOf(reopened, sessionOf("alice"))).length, 3);
  }),
];
