import { definePerUserFunction, type PerUserCallContext, z } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

type Context = PerUserCallContext<undefined, { log: z.ZodType }>;
async function withFlow(
  item: z.ZodType,
  code: (context: Context) => unknown,
  use: (ask: () => Promise<unknown>) => Promise<void>,
) {
  const flow = definePerUserFunction({
    input: z.object({}),
    output: z.unknown(),
    collections: { log: { item, version: 1 } },
    build: () => (_input, context) => code(context),
  });
  await using bench = await Workbench.create([{ id: "hostile", functions: { flow } }]);
  const { runtime } = await bench.start("workflow: { _type: flow }");
  await use(() => call(runtime, "alice", {}));
}

describe("an item", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  it.each<[string, z.ZodType, unknown]>([
    ["refers to itself", z.unknown(), cycle],
    ["is a big integer", z.unknown(), 1n],
    ["is nothing", z.unknown(), undefined],
    ["is a function", z.unknown(), () => 1],
    ["holds a date", z.unknown(), { at: new Date(0) }],
    ["is no number", z.unknown(), Number.NaN],
    ["breaks the schema", z.string(), 1],
    ["would be changed by the schema", z.string().trim(), " a "],
  ])("that %s is refused at once, and can be left out", async (_what, item, bad) => {
    let isCaught = false;
    await withFlow(
      item,
      ({ collections }) => {
        try {
          collections.log.append(bad);
        } catch (error) {
          if (!isCaught) {
            throw error;
          }
        }
        return collections.log.count;
      },
      async (ask) => {
        await expect(ask()).rejects.toMatchObject({ code: "STATE_INVALID" });
        isCaught = true;
        expect(await ask()).toBe(0);
      },
    );
  });

  it("belongs to whoever appended it, and to whoever reads it: changing it changes nothing", async () => {
    const mine = { tags: ["first"] };
    const reads: unknown[] = [];
    await withFlow(
      z.object({ tags: z.array(z.string()) }),
      async ({ collections: { log } }) => {
        log.append(mine);
        mine.tags.push("after");
        for (const direction of ["forward", "backward"] as const) {
          const [found] = (await log.page({ direction, limit: 1, from: 1 })).items;
          reads.push(structuredClone(found?.item));
          (found as { item: typeof mine }).item.tags.push("spoiled");
        }
        return null;
      },
      async (ask) => {
        await ask();
        mine.tags = ["first"];
        await ask();
        expect(reads).toEqual(Array.from({ length: 4 }, () => ({ tags: ["first"] })));
      },
    );
  });

  it("is a copy of a draft of state that is appended", async () => {
    const flow = definePerUserFunction({
      input: z.string(),
      output: z.unknown(),
      state: { version: 1, schema: z.object({ list: z.array(z.string()) }), initial: () => ({ list: [] }) },
      collections: { log: { item: z.array(z.string()), version: 1 } },
      build:
        () =>
        async (word, { state, collections: { log } }) => {
          state.list.push(word);
          log.append(state.list);
          state.list.push("later");
          return (await log.page({ direction: "forward", limit: 9 })).items.map(({ item }) => item);
        },
    });
    await using bench = await Workbench.create([{ id: "drafting", functions: { flow } }]);
    const { runtime } = await bench.start("workflow: { _type: flow }");
    expect(await call(runtime, "alice", "a")).toEqual([["a"]]);
    expect(await call(runtime, "alice", "b")).toEqual([["a"], ["a", "later", "b"]]);
  });

  it("may be a date, by a codec", async () => {
    const isoDate = z.codec(z.iso.datetime(), z.date(), {
      decode: (text) => new Date(text),
      encode: (date) => date.toISOString(),
    });
    await withFlow(
      isoDate,
      async ({ collections: { log } }) => {
        log.append(new Date(1_000 * (log.count + 1)));
        return (await log.page({ direction: "forward", limit: 9 })).items.map(({ item }) => (item as Date).getTime());
      },
      async (ask) => {
        expect(await ask()).toEqual([1_000]);
        expect(await ask()).toEqual([1_000, 2_000]);
      },
    );
  });
});

describe("a collection that is kept after its run", () => {
  it("is dead in every way, and cannot get at what later runs do", async () => {
    const kept: Context["collections"]["log"][] = [];
    const late: Promise<unknown>[] = [];
    await withFlow(
      z.string(),
      ({ collections: { log } }) => {
        log.append("item");
        if (kept.length > 0) {
          log.clear();
          log.append("later");
          // Still being read when the run ends.
          late.push(log.page({ direction: "forward", limit: 9 }), log.get(2));
        }
        kept.push(log);
        return log.count;
      },
      async (ask) => {
        expect(await ask()).toBe(1);
        const [log] = kept;
        const ended = { code: "CALL_ENDED" };
        const uses: (() => unknown)[] = [
          () => log?.count,
          () => log?.append("late"),
          () => log?.truncate({ keepLast: 0 }),
          () => log?.clear(),
        ];
        for (const use of uses) {
          expect(use).toThrow(expect.objectContaining(ended));
        }
        await expect(log?.get(1)).rejects.toMatchObject(ended);
        await expect(log?.page({ direction: "forward", limit: 1 })).rejects.toMatchObject(ended);
        await expect(log?.[Symbol.asyncIterator]().next()).rejects.toMatchObject(ended);
        expect(await ask()).toBe(1);
        const outcomes = await Promise.allSettled(late);
        for (const outcome of outcomes) {
          expect(outcome.status === "fulfilled" || outcome.reason.code === "CALL_ENDED").toBe(true);
        }
      },
    );
  });

  it("fails a page that is still being read when the run ends", async () => {
    let late: Promise<unknown> | undefined;
    await withFlow(
      z.string(),
      ({ collections: { log } }) => {
        if (log.count > 0) {
          late = log.page({ direction: "forward", limit: 1 });
          late.catch(() => undefined);
          throw new RangeError("leaves at once");
        }
        return log.append("item");
      },
      async (ask) => {
        await ask();
        await expect(ask()).rejects.toMatchObject({ code: "workflow_error" });
        await expect(late).rejects.toMatchObject({ code: "CALL_ENDED" });
      },
    );
  });
});

describe("a misused collection", () => {
  it.each<[string, (log: Context["collections"]["log"]) => unknown]>([
    ["a page of no items", (log) => log.page({ direction: "forward", limit: 0 })],
    ["a page of half an item", (log) => log.page({ direction: "backward", limit: 0.5 })],
    ["a page from no number", (log) => log.page({ direction: "forward", from: Number.NaN, limit: 1 })],
    ["truncation to less than nothing", (log) => log.truncate({ keepLast: -1 })],
    ["truncation to no number", (log) => log.truncate({ keepLast: Number.NaN })],
  ])("says so: %s", async (_what, use) => {
    await withFlow(
      z.string(),
      async ({ collections }) => use(collections.log),
      async (ask) => {
        await expect(ask()).rejects.toMatchObject({ code: "workflow_error", details: "TypeError" });
      },
    );
  });
});
