import { defineFunction, definePerUserFunction, z } from "@alcove/plugin-api";
import type { Runtime } from "@alcove/runtime";
import { describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

let arrived: (() => void) | undefined;
let goOn: (() => void) | undefined;

const input = z.object({ does: z.enum(["count", "fail", "wait"]).default("count") });
const output = z.object({ count: z.number() });

async function act(does: z.output<typeof input>["does"]): Promise<void> {
  if (does === "fail") {
    throw new RangeError("told to");
  }
  if (does === "wait") {
    await new Promise<void>((resolve) => {
      goOn = resolve;
      arrived?.();
    });
  }
}

const plugin = {
  id: "counter",
  functions: {
    counter: definePerUserFunction({
      input,
      output,
      streamOutput: output,
      state: { version: 1, schema: output, initial: () => ({ count: 0 }) },
      build: () => ({
        async invoke({ does }, { state }) {
          await act(does);
          state.count += 1;
          return { count: state.count };
        },
        async *stream({ does }, { state }) {
          yield { count: state.count };
          await act(does);
          state.count += 1;
          yield { count: state.count };
        },
      }),
    }),
    shared: defineFunction({
      input,
      output,
      build:
        () =>
        async ({ does }) =>
          act(does).then(() => ({ count: 1 })),
    }),
  },
};
const config = (general = "") => `general: { per_user_workflow_timeout: 60${general} }\nworkflow: { _type: counter }\n`;

const arrival = (): Promise<void> =>
  new Promise((resolve) => {
    arrived = resolve;
  });

async function stream(runtime: Runtime, userId: string, value: unknown): Promise<unknown[]> {
  const session = runtime.sessions.session({ userId });
  try {
    const chunks: unknown[] = [];
    for await (const chunk of session.run(value).stream()) {
      chunks.push(chunk);
    }
    return chunks;
  } finally {
    session.close();
  }
}

const figuresOf = (runtime: Runtime) =>
  Object.fromEntries(
    runtime.sessions
      .residents()
      .map(({ userId, errorCount, cancelledCount, streamCount, totalRuns }) => [
        userId,
        { errorCount, cancelledCount, streamCount, totalRuns },
      ]),
  );

describe("the figures of a runtime", () => {
  it("count runs by how they were asked for and how they ended, in all and for each user", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config());
    await call(runtime, "alice", {});
    await call(runtime, "alice", {});
    await call(runtime, "bob", {});
    await stream(runtime, "bob", {});
    await expect(call(runtime, "alice", { does: "fail" })).rejects.toThrow();
    await expect(stream(runtime, "alice", { does: "fail" })).rejects.toThrow();
    await expect(stream(runtime, "bob", { does: "fail" })).rejects.toThrow();
    // Nothing begins for an input that is refused.
    await expect(call(runtime, "alice", { does: "dance" })).rejects.toMatchObject({ code: "INPUT_INVALID" });

    expect(runtime.figures.runs.ended).toEqual({
      single: { completed: 3, failed: 1, cancelled: 0 },
      stream: { completed: 1, failed: 2, cancelled: 0 },
    });
    expect(figuresOf(runtime)).toEqual({
      alice: { errorCount: 2, cancelledCount: 0, streamCount: 1, totalRuns: 2 },
      bob: { errorCount: 1, cancelledCount: 0, streamCount: 2, totalRuns: 2 },
    });
    expect(runtime.figures.runs.durationsMs.single.cumulativeCounts().at(-1)).toBe(4);
    expect(runtime.figures.runs.durationsMs.stream.cumulativeCounts().at(-1)).toBe(3);
    expect(runtime.figures.runsInFlight()).toBe(0);
  });

  it("count whoever gives up as cancelled: single runs, streams that are left, and runs in the queue", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config());
    const session = runtime.sessions.session({ userId: "alice" });
    const running = session.run({ does: "wait" });
    const result = running.result();
    await arrival();
    const queued = session.run({});
    const queuedResult = queued.result();
    expect(runtime.figures.runs.waiting).toBe(1);
    expect(runtime.figures.runsInFlight()).toBe(2);
    queued.abort();
    await expect(queuedResult).rejects.toMatchObject({ code: "RUN_ABORTED" });
    expect(runtime.figures.runs.waiting).toBe(0);
    running.abort();
    goOn?.();
    await expect(result).rejects.toMatchObject({ code: "RUN_ABORTED" });
    for await (const _chunk of session.run({}).stream()) {
      break;
    }
    session.close();

    expect(runtime.figures.runs.ended).toEqual({
      single: { completed: 0, failed: 0, cancelled: 2 },
      stream: { completed: 0, failed: 0, cancelled: 1 },
    });
    expect(figuresOf(runtime)).toEqual({
      alice: { errorCount: 0, cancelledCount: 3, streamCount: 1, totalRuns: 0 },
    });
    expect(runtime.figures.runs.waitsMs.cumulativeCounts().at(-1)).toBe(1);
  });

  it("tell who came into memory and why others left it, and what was swept", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime, store } = await bench.start(config(", max_resident_users: 1"));
    await call(runtime, "alice", {});
    await call(runtime, "bob", {});
    await call(runtime, "alice", {});
    expect(runtime.figures.wakes.count).toEqual({ new: 2, stored: 1 });
    expect(runtime.figures.evictions).toEqual({ limit: 2, expired: 0, idle: 0, heap: 0, operator: 0 });
    expect(runtime.figures.residents()).toBe(1);
    expect(await runtime.sessions.evict("alice")).toBe(true);
    expect(runtime.figures.evictions.operator).toBe(1);
    await call(runtime, "alice", {});
    bench.clock.advance(60_000);
    await runtime.sweep();
    expect(runtime.figures.residents()).toBe(0);
    expect(runtime.figures.evictions).toEqual({ limit: 2, expired: 1, idle: 0, heap: 0, operator: 1 });
    expect(runtime.figures.sweeps).toEqual({ completed: 1, failed: 0, removedEntries: 2 });
    expect(store.figures.commits).toBe(4);
    await store.close();
    await expect(runtime.sweep()).rejects.toMatchObject({ code: "STORE_CLOSED" });
    expect(runtime.figures.sweeps).toMatchObject({ completed: 1, failed: 1 });
  });

  it("count a reply that came from an earlier run once, and no run for it", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config());
    const session = runtime.sessions.session({ userId: "alice" });
    for (const isReplayed of [false, true]) {
      expect(await session.run({}).reply({ key: "k", fingerprint: "f" })).toMatchObject({ isReplayed });
    }
    session.close();
    expect(runtime.figures.runs.replays).toBe(1);
    expect(runtime.figures.runs.ended.single).toEqual({ completed: 1, failed: 0, cancelled: 0 });
  });

  it("count the runs of a shared workflow, which wait for a slot only", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start("general: { max_concurrency: 1 }\nworkflow: { _type: shared }");
    const first = call(runtime, undefined, { does: "wait" });
    await arrival();
    const second = call(runtime, undefined, {});
    await expect.poll(() => runtime.figures.runs.waiting).toBe(1);
    goOn?.();
    await Promise.all([first, second]);
    await expect(call(runtime, undefined, { does: "fail" })).rejects.toThrow();
    expect(runtime.figures.runs.ended.single).toEqual({ completed: 2, failed: 1, cancelled: 0 });
    expect(runtime.figures.runs.waiting).toBe(0);
  });
});
