import assert from "node:assert/strict";
import { type ContractSentence, listedKeys, objectOf, sentence, textOf, untilEnd } from "./contract-room.js";

/** As long as keys get, in one segment. */
const longest = `long/${"k".repeat(1_019)}`;
const awkward = [
  "a",
  "a/b",
  "a/b/c",
  "a-b",
  "a.b",
  "ab",
  "...",
  ".hidden",
  "-",
  "a=2fb",
  "=2e=2e/=2e=2e/etc",
  "=00",
  "con",
  "a.tmp",
  "a/.tmp",
  longest,
  `${longest.slice(0, -1)}l`,
];

/** Keys lead to their own objects, and lists show them in order. */
export const keyContract: readonly ContractSentence[] = [
  sentence("no two keys lead to the same object, whatever they look like", async ({ driver }) => {
    for (const key of awkward) {
      await driver.put(key, objectOf(`content of ${key}`), untilEnd());
    }
    for (const key of awkward) {
      assert.equal(await textOf(driver, key), `content of ${key}`);
    }
    assert.deepEqual(await listedKeys(driver), [...awkward].sort());
    for (const key of awkward) {
      await driver.delete(key, untilEnd());
    }
    assert.deepEqual(await listedKeys(driver), []);
  }),

  sentence("a list says how large objects are, and when they were put", async ({ driver }) => {
    await driver.put("a", objectOf("four"), untilEnd());
    const [listed] = await driver.list({ prefix: "a", after: undefined, limit: 1 }, untilEnd());
    assert.deepEqual(listed, { key: "a", size: 4, modifiedAtMs: (await driver.stat("a", untilEnd()))?.modifiedAtMs });
  }),

  sentence("a list shows what begins with its prefix, wherever that ends", async ({ driver }) => {
    for (const key of ["a/b/1", "a/b/2", "a/bc", "a/c", "ab", "b"]) {
      await driver.put(key, objectOf(key), untilEnd());
    }
    assert.deepEqual(await listedKeys(driver, { prefix: "a/b/" }), ["a/b/1", "a/b/2"]);
    assert.deepEqual(await listedKeys(driver, { prefix: "a/b" }), ["a/b/1", "a/b/2", "a/bc"]);
    assert.deepEqual(await listedKeys(driver, { prefix: "a" }), ["a/b/1", "a/b/2", "a/bc", "a/c", "ab"]);
    assert.deepEqual(await listedKeys(driver, { prefix: "a/c" }), ["a/c"]);
    assert.deepEqual(await listedKeys(driver, { prefix: "x" }), []);
    assert.deepEqual(await listedKeys(driver, { prefix: "a/b/1/" }), []);
  }),

  sentence("pages show every object once, and go on after any key", async ({ driver }) => {
    const keys = Array.from({ length: 23 }, (_, index) => `p/${String(index).padStart(2, "0")}`);
    for (const key of [...keys, "q"]) {
      await driver.put(key, objectOf(key), untilEnd());
    }
    const seen: string[] = [];
    let page = await listedKeys(driver, { prefix: "p/", limit: 10 });
    while (page.length > 0) {
      assert.ok(page.length <= 10);
      seen.push(...page);
      const after = page.at(-1) ?? "";
      page = await listedKeys(driver, { prefix: "p/", after, limit: 10 });
    }
    assert.deepEqual(seen, keys);
    assert.deepEqual(await listedKeys(driver, { prefix: "p/", after: "p/21-not-there" }), ["p/22"]);
    assert.deepEqual(await listedKeys(driver, { prefix: "p/", after: "a" }), keys);
    assert.deepEqual(await listedKeys(driver, { prefix: "p/", after: "q" }), []);
  }),
];
