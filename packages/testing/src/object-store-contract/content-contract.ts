import assert from "node:assert/strict";
import { type ContractSentence, objectOf, sentence, textOf, untilEnd } from "./contract-room.js";

/** What is put comes back. */
export const contentContract: readonly ContractSentence[] = [
  sentence("an object comes back as it was put, with its media type and its metadata", async ({ driver }) => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index);
    const metadata = { title: "Grüße, 世界 😀 100%", "page-count": "12", empty: "" };
    const object = objectOf("", { body, contentType: "image/png; q=1", metadata });
    assert.equal(await driver.put("a/picture.png", object, untilEnd()), true);
    const found = await driver.get("a/picture.png", untilEnd());
    assert.deepEqual(found && [...found.body], [...body]);
    assert.deepEqual(found?.metadata, metadata);
    assert.equal(found?.contentType, "image/png; q=1");
    assert.equal(found?.size, 256);
  }),

  sentence("what is known of an object is known without its content", async ({ driver }) => {
    const beforeMs = Date.now();
    await driver.put("a", objectOf("four", { metadata: { kind: "word" } }), untilEnd());
    const { size, contentType, metadata, modifiedAtMs } = (await driver.stat("a", untilEnd())) ?? {};
    assert.deepEqual(
      { size, contentType, metadata },
      { size: 4, contentType: "text/plain", metadata: { kind: "word" } },
    );
    // Stores may round to seconds, and have a clock of their own.
    assert.ok(Math.abs((modifiedAtMs ?? 0) - beforeMs) < 60_000, `modifiedAtMs is ${modifiedAtMs}`);
  }),

  sentence("what was never put is not there", async ({ driver }) => {
    await driver.put("a/b", objectOf("there"), untilEnd());
    for (const key of ["a", "a/b/c", "a/bb", "b"]) {
      assert.equal(await driver.get(key, untilEnd()), undefined);
      assert.equal(await driver.stat(key, untilEnd()), undefined);
    }
  }),

  sentence("an object may be empty, and may be large", async ({ driver }) => {
    const body = new Uint8Array(3_000_001).map((_, index) => index % 251);
    await driver.put("large", objectOf("", { body }), untilEnd());
    await driver.put("empty", objectOf(""), untilEnd());
    const large = await driver.get("large", untilEnd());
    assert.equal(Buffer.compare(large?.body ?? new Uint8Array(), body), 0);
    assert.equal((await driver.get("empty", untilEnd()))?.body.byteLength, 0);
    assert.equal((await driver.stat("empty", untilEnd()))?.size, 0);
  }),

  sentence("a second put replaces all of the first", async ({ driver }) => {
    await driver.put("a", objectOf("the first one", { metadata: { first: "yes" } }), untilEnd());
    await driver.put("a", objectOf("second", { contentType: "text/html" }), untilEnd());
    const found = await driver.get("a", untilEnd());
    assert.equal(await textOf(driver, "a"), "second");
    assert.deepEqual([found?.contentType, found?.metadata, found?.size], ["text/html", {}, 6]);
  }),

  sentence("what comes back is the caller's own", async ({ driver }) => {
    const object = objectOf("original");
    await driver.put("a", object, untilEnd());
    object.body.fill(0);
    (await driver.get("a", untilEnd()))?.body.fill(0);
    assert.equal(await textOf(driver, "a"), "original");
  }),

  sentence("a deleted object is gone, and deleting what is not there is no fault", async ({ driver }) => {
    await driver.put("a/b", objectOf("one"), untilEnd());
    await driver.put("a/c", objectOf("other"), untilEnd());
    await driver.delete("a/b", untilEnd());
    await driver.delete("a/b", untilEnd());
    await driver.delete("never", untilEnd());
    assert.equal(await driver.get("a/b", untilEnd()), undefined);
    assert.equal(await textOf(driver, "a/c"), "other");
  }),
];

/** What is put is there after a restart. */
export const restartContract: readonly ContractSentence[] = [
  sentence("objects outlive the process", async ({ driver, restart }) => {
    await driver.put("a/b", objectOf("kept", { metadata: { kind: "word" } }), untilEnd());
    await driver.put("gone", objectOf("gone"), untilEnd());
    await driver.delete("gone", untilEnd());
    const reopened = await restart();
    assert.equal(await textOf(reopened, "a/b"), "kept");
    assert.deepEqual((await reopened.stat("a/b", untilEnd()))?.metadata, { kind: "word" });
    assert.equal(await reopened.put("a/b", objectOf("other", { ifAbsent: true }), untilEnd()), false);
    assert.equal(await reopened.get("gone", untilEnd()), undefined);
  }),
];
