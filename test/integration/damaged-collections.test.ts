import { z } from "@alcove/plugin-api";
import { createKeyvSessionStore } from "@alcove/state";
import { describe, expect, it } from "vitest";
import { all, append, collectionConfig, count, key, type Step, startListing } from "./support/collection-plugin.js";
import { FailingStore } from "./support/failing-store.js";
import { call } from "./support/test-application.js";

describe("a damaged collection", () => {
  const damages: [
    string,
    (name: string) => { kind: "remove"; name: string } | { kind: "put"; name: string; json: string },
  ][] = [
    ["missing", (name) => ({ kind: "remove", name })],
    ["something else", (name) => ({ kind: "put", name, json: '"not an item"' })],
    ["of another shape", (name) => ({ kind: "put", name, json: '{"version":1,"item":7}' })],
  ];
  it.each(damages)(
    "with an item that is %s is never served as a shorter one, and stays as it is",
    async (_what, damage) => {
      const { bench, run, store, stop } = await startListing(z.string());
      await using _closing = bench;
      await run([append("a", "b", "c", "d")]);
      const session = await store.load(key("alice"));
      const [, second] = await store.pageRecords(key("alice"), {
        prefix: "collection/",
        direction: "forward",
        limit: 2,
      });
      await store.commit({
        ...(session as NonNullable<typeof session>),
        key: key("alice"),
        expectedRevision: 1,
        components: new Map(),
        records: [damage(second?.name ?? "")],
      });
      await stop();
      const { runtime } = await bench.start(collectionConfig);
      const again = (steps: Step[]) => call(runtime, "alice", { steps });
      const refusal = {
        code: "STATE_UNREADABLE",
        message: expect.stringMatching(/item 2 of the collection log of workflow/),
      };
      await expect(again([all])).rejects.toMatchObject(refusal);
      await expect(again([{ do: "page", direction: "backward", limit: 3 }])).rejects.toMatchObject(refusal);
      await expect(again([{ do: "get", sequence: 2 }])).rejects.toMatchObject(refusal);
      expect(await again([{ do: "get", sequence: 3 }, count, append("e")])).toEqual(["c", 4, [5]]);
    },
  );

  it("whose entry was changed on the medium names the item, also in the middle of a page, and serves the others", async () => {
    const { bench, stop } = await startListing();
    await using _closing = bench;
    await stop();
    const entries = new Map<string, unknown>();
    const store = await createKeyvSessionStore({ keyvAdapter: entries, clock: bench.clock });
    const { runtime } = await bench.start(collectionConfig, { store });
    const run = (steps: Step[]) => call(runtime, "alice", { steps });
    await run([append("a", "b", "c", "d")]);
    const [name, text] = [...entries].find(([entry]) => entry.endsWith("0000000000000003")) ?? ["", ""];
    entries.set(name, String(text).replace('"c"', '"C"'));
    const refusal = {
      code: "STATE_UNREADABLE",
      message: "The stored item 3 of the collection log of workflow is damaged.",
    };
    await expect(run([all])).rejects.toMatchObject(refusal);
    await expect(run([{ do: "get", sequence: 3 }])).rejects.toMatchObject(refusal);
    expect(
      await run([
        { do: "page", direction: "forward", limit: 2 },
        { do: "get", sequence: 4 },
      ]),
    ).toMatchObject([{ items: [{ item: "a" }, { item: "b" }], next: 3 }, "d"]);
  });
});

describe("a store that fails while a collection is read", () => {
  it("fails the call with the store's code, and the collection is read again afterwards", async () => {
    const { bench, store: real } = await startListing();
    await using _closing = bench;
    const store = new FailingStore(real);
    const { runtime } = await bench.start(collectionConfig, { store });
    const run = (steps: Step[]) => call(runtime, "alice", { steps });
    await run([append("a")]);
    store.failReads(true);
    await expect(run([append("b"), all])).rejects.toMatchObject({ code: "STORE_FAILED" });
    store.failReads(false);
    expect(await run([all])).toEqual([["a"]]);
  });
});
