import path from "node:path";
import { definePerUserFunction, StoreError, z } from "@alcove/plugin-api";
import { openSqliteSessionStore } from "@alcove/state";
import { describe, expect, it } from "vitest";
import { FailingStore } from "./support/failing-store.js";
import { call, Workbench } from "./support/test-application.js";

const counts = z.object({ count: z.number() });
const started: string[] = [];
const counter = {
  id: "counter",
  functions: {
    counter: definePerUserFunction({
      input: z.object({}),
      output: counts,
      state: { version: 1, schema: counts, initial: () => ({ count: 0 }) },
      build:
        () =>
        (_input, { state, userId }) => {
          started.push(userId);
          state.count += 1;
          return { count: state.count };
        },
    }),
  },
};
const config = "workflow: { _type: counter }";
const key = { application: "config", userId: "alice" };

async function startOnFailingStore(bench: Workbench, yaml = config) {
  const inner = await openSqliteSessionStore({ path: path.join(bench.folder, "sessions.sqlite"), clock: bench.clock });
  const store = new FailingStore(inner);
  const { runtime } = await bench.start(yaml, { store });
  return { inner, store, runtime };
}

describe("a commit the store refuses", () => {
  it("fails the run with the store's own code, changes nothing, and spares the next run a read", async () => {
    await using bench = await Workbench.create([counter]);
    const { runtime, store, inner } = await startOnFailingStore(bench);
    await call(runtime, "alice", {});
    store.interfere(() =>
      Promise.reject(new StoreError("STORE_FAILED", "The disk is full.", { retryAfterSeconds: 5 })),
    );
    await expect(call(runtime, "alice", {})).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: "The disk is full.",
      retryAfterSeconds: 5,
    });
    store.interfere(undefined);
    const loadsBefore = store.loads;
    expect(await call(runtime, "alice", {})).toEqual({ count: 2 });
    expect(store.loads).toBe(loadsBefore);
    expect(await inner.load(key)).toMatchObject({ revision: 2, runsCompleted: 2 });
  });
});

describe("a commit whose outcome is unknown", () => {
  it.each([
    ["was stored all the same", true, 3],
    ["was not stored", false, 2],
  ])("is reported as that, and the next run goes by the disk: it %s", async (_what, isStored, nextCount) => {
    await using bench = await Workbench.create([counter]);
    const { runtime, store } = await startOnFailingStore(bench);
    await call(runtime, "alice", {});
    store.interfere(async (commit) => {
      await (isStored ? commit() : undefined);
      throw new StoreError("OUTCOME_UNKNOWN", "The disk failed half-way.");
    });
    await expect(call(runtime, "alice", {})).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
    store.interfere(undefined);
    expect(await call(runtime, "alice", {})).toEqual({ count: nextCount });
    expect(await call(runtime, "alice", {})).toEqual({ count: nextCount + 1 });
  });
});

describe("a commit that meets another's", () => {
  it("is reported as a conflict, and the next run goes by the disk", async () => {
    await using bench = await Workbench.create([counter]);
    const { runtime, store, inner } = await startOnFailingStore(bench);
    await call(runtime, "alice", {});
    store.interfere(async (commit, wanted) => {
      const [[name = "", state] = []] = [...wanted.components];
      const components = new Map([[name, { version: state?.version ?? 0, json: '{"count":70}' }]]);
      await inner.commit({ ...wanted, components });
      await commit();
    });
    await expect(call(runtime, "alice", {})).rejects.toMatchObject({ code: "STORE_CONFLICT" });
    store.interfere(undefined);
    expect(await call(runtime, "alice", {})).toEqual({ count: 71 });
  });
});

describe("a commit that takes its time", () => {
  it("holds no slot: the function of another user runs meanwhile", async () => {
    await using bench = await Workbench.create([counter]);
    const { runtime, store } = await startOnFailingStore(bench, `general: { max_concurrency: 1 }\n${config}`);
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const committing: string[] = [];
    store.interfere(async (commit, { key: { userId } }) => {
      committing.push(userId);
      await finished;
      await commit();
    });
    started.length = 0;
    const runs = [call(runtime, "alice", {}), call(runtime, "bob", {})];
    try {
      // Whose session is read from the disk first is not decided here.
      await expect.poll(() => [...committing].sort()).toEqual(["alice", "bob"]);
      expect([...started].sort()).toEqual(["alice", "bob"]);
    } finally {
      finish();
    }
    expect(await Promise.all(runs)).toEqual([{ count: 1 }, { count: 1 }]);
  });
});
