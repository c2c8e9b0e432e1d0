import { definePerUserFunction, definePerUserFunctionGroup, functionRef, z } from "@alcove/plugin-api";
import { openSqliteSessionStore } from "@alcove/state";
import { describe, expect, it } from "vitest";
import {
  all,
  append,
  collectionConfig,
  count,
  fail,
  key,
  type Step,
  startListing,
} from "./support/collection-plugin.js";
import { FailingStore } from "./support/failing-store.js";
import { call, Workbench } from "./support/test-application.js";

describe("a collection", () => {
  it("is read in pages, forward and backward, from any number on", async () => {
    const { bench, run } = await startListing();
    await using _closing = bench;
    expect(await run([append("a", "b", "c", "d", "e")])).toEqual([[1, 2, 3, 4, 5]]);
    const page = (direction: "forward" | "backward", from: number | undefined, limit: number): Step =>
      from === undefined ? { do: "page", direction, limit } : { do: "page", direction, from, limit };
    const [first, second, past, newest, older, oldest] = (await run([
      page("forward", undefined, 2),
      page("forward", 3, 3),
      page("forward", 6, 2),
      page("backward", undefined, 2),
      page("backward", 3, 2),
      page("backward", 1, 2),
    ])) as unknown[];
    const item = (sequence: number) => ({ sequence, item: "abcde"[sequence - 1] });
    expect(first).toEqual({ items: [item(1), item(2)], next: 3 });
    expect(second).toEqual({ items: [item(3), item(4), item(5)], next: undefined });
    expect(past).toEqual({ items: [], next: undefined });
    expect(newest).toEqual({ items: [item(5), item(4)], next: 3 });
    expect(older).toEqual({ items: [item(3), item(2)], next: 1 });
    expect(oldest).toEqual({ items: [item(1)], next: undefined });
  });

  it("never gives a number twice, whatever was dropped", async () => {
    const { bench, run } = await startListing();
    await using _closing = bench;
    await run([append("a", "b", "c")]);
    await run([{ do: "clear" }]);
    expect(await run([append("d"), { do: "truncate", keepLast: 0 }, append("e"), all])).toEqual([
      [4],
      null,
      [5],
      ["e"],
    ]);
    expect(await run([{ do: "get", sequence: 4 }, { do: "get", sequence: 5 }, count])).toEqual([null, "e", 1]);
  });

  it("shows a run what the same run appended and dropped, also in the middle of what is stored", async () => {
    const { bench, run } = await startListing();
    await using _closing = bench;
    await run([append(1, 2, 3, 4)]);
    expect(
      await run([append(5, 6), { do: "truncate", keepLast: 4 }, { do: "page", direction: "backward", limit: 3 }, all]),
    ).toEqual([
      [5, 6],
      null,
      {
        items: [
          { sequence: 6, item: 6 },
          { sequence: 5, item: 5 },
          { sequence: 4, item: 4 },
        ],
        next: 3,
      },
      [3, 4, 5, 6],
    ]);
  });

  it("of thousands of items appended by one run is stored whole, and read whole", async () => {
    const { bench, run } = await startListing();
    await using _closing = bench;
    const items = Array.from({ length: 3_000 }, (_, index) => index);
    await run([append(...items)]);
    expect(await run([all])).toEqual([items]);
  });

  it("is shared by the members of a group", async () => {
    const group = definePerUserFunctionGroup({
      functions: {
        write: { input: z.string(), output: z.number() },
        read: { input: z.object({}), output: z.array(z.string()) },
      },
      collections: { lines: { item: z.string(), version: 1 } },
      build: () => ({
        write: (line, { collections }) => collections.lines.append(line),
        read: async (_input, { collections }) =>
          (await collections.lines.page({ direction: "forward", limit: 9 })).items.map(({ item }) => item),
      }),
    });
    const flow = definePerUserFunction({
      config: z.object({ write: functionRef(), read: functionRef() }),
      input: z.string(),
      output: z.unknown(),
      build:
        ({ config }) =>
        async (line, context) => {
          await config.write.invoke(line, context);
          return config.read.invoke({}, context);
        },
    });
    await using bench = await Workbench.create([
      { id: "grouped", functions: { flow }, functionGroups: { lines: group } },
    ]);
    const { runtime } = await bench.start(
      "function_groups: { lines: { _type: lines } }\nworkflow: { _type: flow, write: lines__write, read: lines__read }",
    );
    expect(await call(runtime, "alice", "one")).toEqual(["one"]);
    expect(await call(runtime, "alice", "two")).toEqual(["one", "two"]);
  });
});

describe("a run with collections", () => {
  it("that fails leaves nothing behind, and drops nothing", async () => {
    const { bench, run, store } = await startListing();
    await using _closing = bench;
    await run([append("kept")]);
    const before = await store.load(key("alice"));
    await expect(run([append("lost"), { do: "clear" }, append("lost too"), fail])).rejects.toMatchObject({
      code: "workflow_error",
    });
    expect(await store.load(key("alice"))).toEqual(before);
    expect(await run([all, append("next")])).toEqual([["kept"], [2]]);
  });

  it("whose commit is refused leaves nothing behind, in memory and on disk", async () => {
    const { bench, store: real, stop } = await startListing();
    await using _closing = bench;
    const store = new FailingStore(real);
    const { runtime } = await bench.start(collectionConfig, { store });
    const run = (steps: Step[]) => call(runtime, "alice", { steps });
    await run([append("kept")]);
    store.interfere(() => Promise.reject(new RangeError("the disk says no")));
    await expect(run([append("lost")])).rejects.toThrow();
    store.interfere(undefined);
    expect(await run([append("next"), all])).toEqual([[2], ["kept", "next"]]);
    await stop();
  });

  it("stores what it changed in one commit, and nothing of what it read", async () => {
    const { bench, store: real } = await startListing();
    await using _closing = bench;
    const commits: unknown[] = [];
    const store = new FailingStore(real);
    const { runtime } = await bench.start(collectionConfig, { store });
    store.interfere((commit, wanted) => {
      commits.push(wanted.records?.map(({ kind }) => kind));
      return commit();
    });
    await call(runtime, "alice", { steps: [append("a", "b"), { do: "truncate", keepLast: 1 }] });
    await call(runtime, "alice", { steps: [{ do: "clear" }, append("c", "d", "e")] });
    await call(runtime, "alice", { steps: [{ do: "clear" }, append("f")] });
    await call(runtime, "alice", { steps: [all, count] });
    expect(commits).toEqual([["put"], ["remove", "put", "put", "put"], ["remove-range", "put"], undefined]);
  });

  it("that outlasts the session's timeout still reads them, and keeps them", async () => {
    const waiters: (() => void)[] = [];
    const flow = definePerUserFunction({
      input: z.object({ waits: z.boolean() }),
      output: z.unknown(),
      collections: { log: { item: z.string(), version: 1 } },
      build:
        () =>
        async ({ waits }, { collections }) => {
          if (waits) {
            await new Promise<void>((resolve) => waiters.push(resolve));
          }
          collections.log.append("more");
          return (await collections.log.page({ direction: "forward", limit: 10 })).items.map(({ item }) => item);
        },
    });
    await using bench = await Workbench.create([{ id: "waiting", functions: { flow } }]);
    const { runtime } = await bench.start("general: { per_user_workflow_timeout: 60 }\nworkflow: { _type: flow }");
    await call(runtime, "alice", { waits: false });
    const waiting = call(runtime, "alice", { waits: true });
    await expect.poll(() => waiters.length).toBe(1);
    bench.clock.advance(61_000);
    await runtime.sweep();
    waiters[0]?.();
    expect(await waiting).toEqual(["more", "more"]);
    expect(await call(runtime, "alice", { waits: false })).toEqual(["more", "more", "more"]);
  });
});

describe("collections", () => {
  it("of one user, one component, one name have nothing to do with any other's", async () => {
    const { bench, run } = await startListing();
    await using _closing = bench;
    await run([append("alice's log")]);
    await run([append("alice's extra")], "alice", "extra");
    await run([append("alice's box")], "alice", "box");
    await run([append("bob's log")], "bob");
    await run([{ do: "clear" }], "alice", "extra");
    expect(await run([all])).toEqual([["alice's log"]]);
    expect(await run([all], "alice", "extra")).toEqual([[]]);
    expect(await run([all], "alice", "box")).toEqual([["alice's box"]]);
    expect(await run([all], "bob")).toEqual([["bob's log"]]);
    expect(await run([all], "carol")).toEqual([[]]);
  });

  it("are still there after a restart, and out of memory before", async () => {
    const { bench, run, runtime, stop } = await startListing();
    await using _closing = bench;
    await run([append("a", "b", "c")]);
    await run([{ do: "truncate", keepLast: 2 }]);
    await Promise.all(["bob", "carol", "dave"].map((user) => run([append(user)], user)));
    expect(runtime.sessions.residents().map(({ userId }) => userId)).not.toContain("alice");
    expect(await run([all])).toEqual([["b", "c"]]);
    await stop();
    const again = await bench.start(collectionConfig);
    expect(await call(again.runtime, "alice", { steps: [all, append("d")] })).toEqual([["b", "c"], [4]]);
  });

  it("expire with their session, leave no record behind, and begin anew", async () => {
    const { bench, run, store, runtime } = await startListing();
    await using _closing = bench;
    await run([append("a", "b")]);
    bench.clock.advance(60_000);
    await runtime.sweep();
    const page = { prefix: "", direction: "forward", limit: 10, evenIfSessionExpired: true } as const;
    expect(await store.pageRecords(key("alice"), page)).toEqual([]);
    expect(await run([count, append("c"), all])).toEqual([0, [1], ["c"]]);
  });

  it("travel with an exported session, and are put back whole in the place of what came later", async () => {
    const { bench, run, stop } = await startListing();
    await using _closing = bench;
    await run([append("a", "b", "c"), { do: "truncate", keepLast: 2 }]);
    await stop();
    const open = () => openSqliteSessionStore({ path: `${bench.folder}/sessions.sqlite`, clock: bench.clock });
    const first = await open();
    const text = (await first.exportSession(key("alice"))) ?? "";
    const changing = await bench.start(collectionConfig, { store: first });
    await call(changing.runtime, "alice", { steps: [append("later"), { do: "truncate", keepLast: 1 }] });
    await changing.stop();
    const second = await open();
    await second.importSession(text, { application: "listing", replace: true });
    const again = await bench.start(collectionConfig, { store: second });
    expect(await call(again.runtime, "alice", { steps: [all, append("d"), all] })).toEqual([
      ["b", "c"],
      [4],
      ["b", "c", "d"],
    ]);
  });

  it("of a component that is no longer configured are kept until the session expires", async () => {
    const { bench, run, stop } = await startListing();
    await using _closing = bench;
    await run([append("in the box")], "alice", "box");
    await stop();
    const other = definePerUserFunction({ input: z.unknown(), output: z.string(), build: () => () => "done" });
    const without = await Workbench.create([{ id: "other", functions: { other } }]);
    await using _closingToo = without;
    const store = await openSqliteSessionStore({ path: `${bench.folder}/sessions.sqlite`, clock: bench.clock });
    const second = await without.start(
      "general: { application: listing, per_user_workflow_timeout: 60 }\nworkflow: { _type: other }",
      { store },
    );
    expect(await call(second.runtime, "alice", {})).toBe("done");
    await second.stop();
    const again = await bench.start(collectionConfig);
    expect(await call(again.runtime, "alice", { of: "box", steps: [all, append("more")] })).toEqual([
      ["in the box"],
      [2],
    ]);
  });
});
