import assert from "node:assert/strict";
import type { FoundSignposts, RecordChange, SessionKey, SessionStore } from "@alcove/state";
import {
  assertFails,
  type ContractSentence,
  commitOf,
  sentence,
  sessionOf,
  storedState,
  timeoutMs,
} from "./contract-case.js";

const put = (name: string, value: unknown = name): RecordChange => ({ kind: "put", name, json: JSON.stringify(value) });
const signpost = (key: SessionKey, id: string): RecordChange =>
  put(`signpost/${id}`, { application: key.application, user_id: key.userId });

async function valuesOf(store: SessionStore, key: SessionKey): Promise<unknown[]> {
  const records = await store.pageRecords(key, { prefix: "", direction: "forward", limit: 100 });
  return records.map(({ value }) => value);
}

async function signpostsOf(store: SessionStore, application: string, limit = 2): Promise<string[]> {
  const found: string[] = [];
  let page: FoundSignposts | undefined;
  do {
    page = await store.pageSignposts({ application, limit, from: page?.next });
    found.push(...page.signposts.map(({ key, name }) => `${key.userId}: ${name}`));
  } while (page.next !== undefined);
  return found.sort();
}

/** What holds of records that are changed on their own, and of those that lead to their session. */
export const recordChangesContract: readonly ContractSentence[] = [
  sentence("records are changed without their session, all or none of them", async ({ store }) => {
    const key = sessionOf("alice");
    await store.commit({ ...commitOf(store, key, { state: "as it was" }), records: [put("a"), put("b"), put("c")] });
    const before = await store.load(key);
    assert.equal(
      await store.changeRecords(key, [
        { kind: "remove", name: "a" },
        { kind: "remove-range", from: "b", to: "c" },
        put("c", "changed"),
        put("d"),
      ]),
      true,
    );
    assert.deepEqual(await valuesOf(store, key), ["changed", "d"]);
    assert.deepEqual(await store.load(key), before);
    await assertFails(
      "STATE_TOO_LARGE",
      store.changeRecords(key, [put("d", "lost"), put("e", "x".repeat(17 * 1024 * 1024))]),
    );
    assert.deepEqual(await valuesOf(store, key), ["changed", "d"]);
    assert.equal(await store.changeRecords(key, []), true);
  }),

  sentence("a change of records and a commit that are under way at once both take effect", async ({ store }) => {
    const key = sessionOf("alice");
    await store.commit(commitOf(store, key));
    await Promise.all([
      store.changeRecords(key, [put("a")]),
      store.commit({ ...commitOf(store, key, { expectedRevision: 1, state: "next" }), records: [put("b")] }),
      store.changeRecords(key, [put("c")]),
    ]);
    assert.deepEqual(await valuesOf(store, key), ["a", "b", "c"]);
    assert.equal(await storedState(store, key), "next");
  }),

  sentence(
    "records of a session that is not there cannot be changed, and none comes of it",
    async ({ store, clock }) => {
      const key = sessionOf("alice");
      assert.equal(await store.changeRecords(key, [put("a")]), false);
      await store.commit(commitOf(store, key));
      assert.deepEqual(await valuesOf(store, key), []);
      assert.equal(await store.changeRecords(sessionOf("bob"), [put("a")]), false);
      clock.advance(timeoutMs);
      assert.equal(await store.changeRecords(key, [put("a")]), false);
      assert.equal(await store.changeRecords(key, [put("b")], true), true);
      const page = { prefix: "", direction: "forward", limit: 9, evenIfSessionExpired: true } as const;
      assert.deepEqual(await store.pageRecords(key, page), [{ name: "b", value: "b" }]);
      await store.remove(key);
      assert.equal(await store.changeRecords(key, [put("a")], true), false);
    },
  ),

  sentence("signposts of an application lead to its sessions, page by page", async ({ store }) => {
    const users = ["alice", "bob", "user/%", "x".repeat(300)].map(sessionOf);
    for (const key of users) {
      await store.commit({ ...commitOf(store, key), records: [put("a"), signpost(key, "1"), signpost(key, "2")] });
    }
    const other = { application: "other", userId: "alice" };
    await store.commit({ ...commitOf(store, other), records: [signpost(other, "1")] });
    const expected = users.flatMap(({ userId }) => [`${userId}: signpost/1`, `${userId}: signpost/2`]).sort();
    for (const limit of [1, 2, 3, 100]) {
      assert.deepEqual(await signpostsOf(store, "contract", limit), expected);
    }
    assert.deepEqual(await signpostsOf(store, "other"), ["alice: signpost/1"]);
  }),

  sentence(
    "a signpost leads nowhere once its session is over, nor to anybody else's session",
    async ({ store, clock }) => {
      const [alice, bob, carol] = [sessionOf("alice"), sessionOf("bob"), sessionOf("carol")];
      await store.commit({ ...commitOf(store, alice), records: [signpost(alice, "1")] });
      await store.commit({ ...commitOf(store, bob), records: [signpost(alice, "2"), put("signpost/3", "nonsense")] });
      await store.commit({ ...commitOf(store, carol), records: [signpost(carol, "4")] });
      await store.remove(carol);
      await store.commit(commitOf(store, carol));
      assert.deepEqual(await signpostsOf(store, "contract"), ["alice: signpost/1"]);
      await store.changeRecords(alice, [{ kind: "remove", name: "signpost/1" }, signpost(alice, "5")]);
      assert.deepEqual(await signpostsOf(store, "contract"), ["alice: signpost/5"]);
      clock.advance(timeoutMs);
      assert.deepEqual(await signpostsOf(store, "contract"), []);
    },
  ),
];

/** What holds of them across the end of a store. */
export const recordChangesRestartContract: readonly ContractSentence[] = [
  sentence("changes of records, and signposts, are kept across a restart", async ({ store, restart }) => {
    const key = sessionOf("alice");
    await store.commit(commitOf(store, key));
    await store.changeRecords(key, [put("a"), signpost(key, "1")]);
    const reopened = await restart();
    assert.equal(await reopened.readRecord(key, "a"), "a");
    assert.deepEqual(await signpostsOf(reopened, "contract"), ["alice: signpost/1"]);
  }),
];
