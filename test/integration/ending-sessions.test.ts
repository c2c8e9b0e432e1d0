import { setImmediate as nextTurnOfLoop } from "node:timers/promises";
import { definePerUserFunction, StoreError, z } from "@alcove/plugin-api";
import type { Runtime } from "@alcove/runtime";
import type { SessionStore } from "@alcove/state";
import { describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

const key = { application: "config", userId: "alice" };
const config = "workflow: { _type: counter }";
const longEnoughMs = 20_000;

/** A counter that writes down what becomes of its rooms, and waits in a run until the test opens the gate. */
function counterPlugin(onSessionEndOf: () => void | Promise<void> = () => undefined) {
  const journal: string[] = [];
  let openGate = (): void => undefined;
  let arrive = (): void => undefined;
  const counter = definePerUserFunction({
    input: z.object({ wait: z.boolean().default(false) }),
    output: z.object({ count: z.number() }),
    state: { version: 1, schema: z.object({ count: z.number() }), initial: () => ({ count: 0 }) },
    build({ userId, onDispose, onSessionEnd }) {
      onSessionEnd(() => {
        journal.push(`end of ${userId}`);
        return onSessionEndOf();
      });
      onDispose(() => void journal.push(`-${userId}`));
      return async ({ wait }, { state }) => {
        state.count += 1;
        if (wait) {
          await new Promise<void>((resolve) => {
            openGate = resolve;
            arrive();
          });
        }
        return { count: state.count };
      };
    },
  });
  return {
    plugin: { id: "counter", functions: { counter } },
    journal,
    /** A run of alice that is in the middle of its work, and the way to let it go on. */
    async startWaitingRun(runtime: Runtime) {
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve;
      });
      const result = call(runtime, "alice", { wait: true });
      await arrived;
      return { result, finish: () => openGate() };
    },
  };
}

function endAlice(runtime: Runtime, store: SessionStore, timeoutMs = longEnoughMs): Promise<void> {
  return runtime.sessions.endSession("alice", async () => void (await store.remove(key)), timeoutMs);
}

describe("a session that is ended", () => {
  it("is over for its components, out of memory, and begins anew with the next run", async () => {
    const { plugin, journal } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime, store } = await bench.start(config);
    await call(runtime, "alice", {});
    await call(runtime, "bob", {});
    await endAlice(runtime, store);
    expect(journal).toEqual(["end of alice", "-alice"]);
    expect(runtime.sessions.residents().map(({ userId }) => userId)).toEqual(["bob"]);
    expect(await store.load(key)).toBeUndefined();
    expect(await call(runtime, "alice", {})).toEqual({ count: 1 });
    expect(await call(runtime, "bob", {})).toEqual({ count: 2 });
  });

  it("may be on disk only, or not be there at all", async () => {
    const { plugin, journal } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const first = await bench.start(config);
    await call(first.runtime, "alice", {});
    await first.stop();
    const { runtime, store } = await bench.start(config);
    journal.length = 0;
    await endAlice(runtime, store);
    await endAlice(runtime, store);
    expect(journal).toEqual([]);
    expect(await call(runtime, "alice", {})).toEqual({ count: 1 });
  });

  it("ends after the run in flight, and before the runs that came later; nothing of it comes back", async () => {
    const { plugin, journal, startWaitingRun } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime, store } = await bench.start(config);
    await call(runtime, "alice", {});
    const running = await startWaitingRun(runtime);
    const order: string[] = [];
    const ended = endAlice(runtime, store).then(() => order.push("ended"));
    const later = call(runtime, "alice", {}).then((reply) => order.push(`later ${JSON.stringify(reply)}`));
    await nextTurnOfLoop();
    expect(await store.load(key)).toMatchObject({ runsCompleted: 1 });
    running.finish();
    expect(await running.result).toEqual({ count: 2 });
    await Promise.all([ended, later]);
    expect(order).toContain('later {"count":1}');
    expect(journal).toEqual(["end of alice", "-alice"]);
    expect(await store.load(key)).toMatchObject({ revision: 1, runsCompleted: 1 });
  });

  it("is left alone when the run in flight takes too long", async () => {
    const { plugin, journal, startWaitingRun } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime, store } = await bench.start(config);
    const running = await startWaitingRun(runtime);
    await expect(endAlice(runtime, store, 20)).rejects.toMatchObject({ code: "SESSION_BUSY" });
    running.finish();
    expect(await running.result).toEqual({ count: 1 });
    expect(await call(runtime, "alice", {})).toEqual({ count: 2 });
    expect(journal).toEqual([]);
  });

  it("stays as it is when the store refuses", async () => {
    const { plugin, journal } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config);
    await call(runtime, "alice", {});
    const refused = new StoreError("STORE_FAILED", "The disk is full.");
    await expect(runtime.sessions.endSession("alice", () => Promise.reject(refused), 1_000)).rejects.toBe(refused);
    expect(journal).toEqual([]);
    expect(await call(runtime, "alice", {})).toEqual({ count: 2 });
  });

  it("is read from disk again when nobody knows whether the store has removed it", async () => {
    const { plugin } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime, store } = await bench.start(config);
    await call(runtime, "alice", {});
    const change = async (): Promise<void> => {
      await store.remove(key);
      throw new StoreError("OUTCOME_UNKNOWN", "The disk failed.");
    };
    await expect(runtime.sessions.endSession("alice", change, 1_000)).rejects.toMatchObject({
      code: "OUTCOME_UNKNOWN",
    });
    expect(await call(runtime, "alice", {})).toEqual({ count: 1 });
  });

  it("ends though a component fails at it", async () => {
    const { plugin } = counterPlugin(() => Promise.reject(new TypeError("no")));
    await using bench = await Workbench.create([plugin]);
    const { runtime, store } = await bench.start(config);
    await call(runtime, "alice", {});
    await endAlice(runtime, store);
    expect(await call(runtime, "alice", {})).toEqual({ count: 1 });
  });

  it("is not waited for by a process that stops, which leaves it as it is", async () => {
    const { plugin, startWaitingRun } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime, store } = await bench.start(config);
    await call(runtime, "alice", {});
    const running = await startWaitingRun(runtime);
    const failed = running.result.catch((error: unknown) => error);
    const ended = endAlice(runtime, store).catch((error: unknown) => error);
    await runtime.close({ timeoutMs: 20 });
    expect(await ended).toMatchObject({ code: "SHUTTING_DOWN" });
    running.finish();
    expect(await failed).toMatchObject({ code: "SHUTTING_DOWN" });
    await expect(endAlice(runtime, store)).rejects.toMatchObject({ code: "SHUTTING_DOWN" });
    expect(await store.load(key)).toMatchObject({ runsCompleted: 1 });
  });
});

describe("a session that is replaced", () => {
  it("is read from the store by the next run, though it was in memory", async () => {
    const { plugin, journal } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime, store } = await bench.start(config);
    await call(runtime, "alice", {});
    const stored = await store.load(key);
    const [name = ""] = stored?.components.keys() ?? [];
    const nowMs = store.nowMs();
    const replacement = {
      key,
      expectedRevision: 1,
      createdAtMs: nowMs,
      lastActivityAtMs: nowMs,
      expiresAtMs: nowMs + 60_000,
      runsCompleted: 41,
      components: new Map([[name, { version: 1, json: '{"count":41}' }]]),
    };
    await runtime.sessions.endSession("alice", () => store.commit(replacement), longEnoughMs);
    expect(journal).toEqual(["end of alice", "-alice"]);
    expect(await call(runtime, "alice", {})).toEqual({ count: 42 });
  });
});
