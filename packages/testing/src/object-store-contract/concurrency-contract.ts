import assert from "node:assert/strict";
import { type ContractSentence, listedKeys, objectOf, sentence, textOf, untilEnd } from "./contract-room.js";

/** What holds when several are at work at once. */
export const concurrencyContract: readonly ContractSentence[] = [
  sentence("with ifAbsent an object that is there stays as it is", async ({ driver }) => {
    assert.equal(await driver.put("a", objectOf("first", { ifAbsent: true }), untilEnd()), true);
    assert.equal(await driver.put("a", objectOf("second", { ifAbsent: true }), untilEnd()), false);
    assert.equal(await textOf(driver, "a"), "first");
    await driver.delete("a", untilEnd());
    assert.equal(await driver.put("a", objectOf("third", { ifAbsent: true }), untilEnd()), true);
    assert.equal(await textOf(driver, "a"), "third");
  }),

  sentence("of many who put with ifAbsent at once one succeeds, and it is that one's object", async ({ driver }) => {
    const attempts = Array.from({ length: 20 }, (_, index) =>
      driver.put("a/b", objectOf(`by ${index}`, { ifAbsent: true }), untilEnd()),
    );
    const outcomes = await Promise.all(attempts);
    assert.equal(outcomes.filter(Boolean).length, 1);
    assert.equal(await textOf(driver, "a/b"), `by ${outcomes.indexOf(true)}`);
  }),

  sentence("an object is never seen half-put", async ({ driver }) => {
    const texts = ["a", "b", "c"].map((letter) => letter.repeat(200_000));
    await driver.put("a", objectOf(texts[0] ?? ""), untilEnd());
    const seen: (string | undefined)[] = [];
    let isPutting = true;
    const reading = (async () => {
      while (isPutting) {
        seen.push(await textOf(driver, "a"));
      }
    })();
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(texts.map((text) => driver.put("a", objectOf(text), untilEnd())));
    }
    isPutting = false;
    await reading;
    assert.ok(seen.length > 0);
    assert.deepEqual(
      seen.filter((text) => text === undefined || !texts.includes(text)).map((text) => text?.length),
      [],
    );
    assert.deepEqual(await listedKeys(driver), ["a"]);
  }),

  sentence("neighbours that come and go at once do not disturb each other", async ({ driver }) => {
    const keys = Array.from({ length: 12 }, (_, index) => `deep/er/${index}/leaf`);
    await Promise.all(
      keys.map(async (key) => {
        for (let round = 0; round < 5; round += 1) {
          await driver.put(key, objectOf(`${key} ${round}`), untilEnd());
          await driver.delete(key, untilEnd());
        }
        await driver.put(key, objectOf(key), untilEnd());
      }),
    );
    assert.deepEqual(await listedKeys(driver, { prefix: "deep/" }), [...keys].sort());
  }),
];
