import { type CollectionDeclaration, z } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { changedCollections } from "./collection-content.js";
import { CollectionFilling } from "./collection-filling.js";
import { CollectionItems } from "./collection-items.js";

const declaration: CollectionDeclaration = { item: z.number(), version: 1 };
const log = new CollectionItems({ declaration, key: "flow/log", title: "collection log of flow", reader: "the test" });
// More than fit on the stack as the arguments of a call.
const many = 200_000;

describe("what changes in a collection", () => {
  it("is stored item by item, however many a run appends", () => {
    const unstored = Array.from({ length: many }, (_, index) => `{"version":1,"item":${index}}`);
    const changed = changedCollections(
      { collections: new Map(), filled: new Map() },
      new Map([[log, { first: 1, next: many + 1, unstored }]]),
    );
    expect(changed?.records).toHaveLength(many);
    expect(changed?.records.at(-1)).toEqual({ kind: "put", name: log.recordName(many), json: unstored.at(-1) });
    expect(changed?.collections.get(log.key)).toEqual({ first: 1, next: many + 1 });
  });

  it("is taken from a migration in the order of its appending, at the same cost for each item", async () => {
    const filling = new CollectionFilling("flow", new Map([["log", log]]));
    for (let item = 0; item < many; item += 1) {
      filling.append("log", { version: 1, item });
    }
    const texts = (await filling.finish()).get(log);
    expect(texts).toHaveLength(many);
    expect(texts?.at(-1)).toBe(`{"version":1,"item":${many - 1}}`);
  });
});
