import { createMemoryCollection } from "@alcove/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NumberedTurn, recall, search, searchedPerCall, type TurnPage, turnsCollection } from "./turns.js";

function memoryOf(contents: readonly string[]) {
  const at = "2026-11-20T12:00:00.000Z";
  return createMemoryCollection(
    turnsCollection,
    contents.map((content) => ({ role: "user" as const, content, at })),
  );
}

/** All pages, one after the other. */
async function everyPage(read: (from: number | undefined) => Promise<TurnPage>): Promise<NumberedTurn[][]> {
  const pages: NumberedTurn[][] = [];
  let from: number | undefined;
  do {
    const { turns, next } = await read(from);
    pages.push(turns);
    from = next;
  } while (from !== undefined);
  return pages;
}

const contents = fc.array(fc.constantFrom("tea", "a cup of tea", "coffee"), { maxLength: 30 });
const limits = fc.integer({ min: 1, max: 7 });

describe("the pages", () => {
  it("of a recollection, put together, are all turns in their order", async () => {
    await fc.assert(
      fc.asyncProperty(contents, limits, async (said, limit) => {
        const pages = await everyPage((from) => recall(memoryOf(said), { from, limit }));
        expect(
          pages
            .reverse()
            .flat()
            .map(({ content }) => content),
        ).toEqual(said);
      }),
    );
  });

  it("of a search, put together, are all turns that match, the newest first, and none is empty but the last", async () => {
    await fc.assert(
      fc.asyncProperty(contents, limits, async (said, limit) => {
        const pages = await everyPage((from) => search(memoryOf(said), "TEA", { from, limit }));
        expect(pages.flat().map(({ content }) => content)).toEqual(
          said.filter((content) => content.includes("tea")).reverse(),
        );
        expect(pages.slice(0, -1).filter(({ length }) => length !== limit)).toEqual([]);
      }),
    );
  });
});

describe("a search", () => {
  it("reads so many turns and no more, and says where to go on", async () => {
    const turns = memoryOf(["needle", ...Array<string>(searchedPerCall).fill("hay")]);
    const first = await search(turns, "needle", { limit: 5 });
    expect(first).toEqual({ turns: [], next: 1 });
    expect((await search(turns, "needle", { limit: 5, from: first.next })).turns).toMatchObject([{ sequence: 1 }]);
  });
});
