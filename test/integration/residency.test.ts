import { definePerUserFunction, z } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

/** A counter that writes down what becomes of its rooms, and can be made to wait in the middle of a call. */
function counterPlugin(options: { residency?: "session" | "dormant" } = {}) {
  const journal: string[] = [];
  const gates = new Map<string, () => void>();
  const arrivals = new Map<string, () => void>();
  const counter = definePerUserFunction({
    input: z.object({ wait: z.boolean().default(false) }),
    output: z.object({ count: z.number() }),
    streamOutput: z.object({ count: z.number() }),
    state: { version: 1, schema: z.object({ count: z.number() }), initial: () => ({ count: 0 }) },
    ...options,
    build({ userId, onDispose, onSessionEnd }) {
      journal.push(`+${userId}`);
      onSessionEnd(() => void journal.push(`end of ${userId}`));
      onDispose(() => void journal.push(`-${userId}`));
      const pass = (): Promise<void> => {
        arrivals.get(userId)?.();
        return new Promise((resolve) => gates.set(userId, resolve));
      };
      return {
        async invoke({ wait }, { state }) {
          if (wait) {
            await pass();
          }
          state.count += 1;
          return { count: state.count };
        },
        async *stream({ wait }, { state }) {
          yield { count: state.count };
          if (wait) {
            await pass();
          }
          state.count += 1;
          yield { count: state.count };
        },
      };
    },
  });
  const arrival = (userId: string): Promise<void> => new Promise((resolve) => arrivals.set(userId, resolve));
  return {
    plugin: { id: "counter", functions: { counter } },
    journal,
    arrival,
    open: (userId: string) => gates.get(userId)?.(),
  };
}

const config = (general = "") => `
general: { per_user_workflow_timeout: 60, max_resident_users: 2${general} }
workflow: { _type: counter }
`;
const users = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);

describe("residents", () => {
  it("are no more than allowed, while ten times as many are active, one after the other and all at once", async () => {
    const { plugin, journal } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config().replace("users: 2", "users: 20"));
    const everybody = users(200);
    for (let round = 1; round <= 3; round += 1) {
      for (const userId of everybody) {
        expect(await call(runtime, userId, {})).toEqual({ count: round });
        expect(runtime.sessions.residents().length).toBeLessThanOrEqual(20);
      }
    }
    const crowd = await Promise.all(
      everybody.flatMap((userId) => [call(runtime, userId, {}), call(runtime, userId, {})]),
    );
    expect(crowd).toEqual(everybody.flatMap(() => [{ count: 4 }, { count: 5 }]));
    expect(runtime.sessions.residents()).toHaveLength(20);
    const built = journal.filter((entry) => entry.startsWith("+")).length;
    const left = journal.filter((entry) => entry.startsWith("-")).length;
    expect(built - left).toBe(20);
    expect(journal.filter((entry) => entry.startsWith("end"))).toEqual([]);
  });

  it("are the most recently used ones, and are not built again", async () => {
    const { plugin, journal } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config());
    for (const userId of ["alice", "bob", "alice", "carol", "alice", "bob"]) {
      await call(runtime, userId, {});
    }
    expect(journal.filter((entry) => entry.startsWith("+"))).toEqual(["+alice", "+bob", "+carol", "+bob"]);
    expect(journal.filter((entry) => entry.startsWith("-"))).toEqual(["-bob", "-carol"]);
    expect(runtime.sessions.residents().map(({ userId, totalRuns }) => [userId, totalRuns])).toEqual([
      ["alice", 3],
      ["bob", 2],
    ]);
  });

  it("stay while a run or a stream of theirs goes on, also when the session was closed meanwhile", async () => {
    const { plugin, journal, arrival, open } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config());
    const running = runtime.sessions.session({ userId: "runner" });
    const atGate = arrival("runner");
    const result = running.run({ wait: true }).result();
    await atGate;
    running.close();
    const streaming = runtime.sessions.session({ userId: "streamer" });
    const chunks = streaming.run({ wait: true }).stream();
    expect(await chunks.next()).toMatchObject({ value: { count: 0 } });
    streaming.close();
    for (const userId of users(10)) {
      await call(runtime, userId, {});
    }
    expect(runtime.sessions.residents().map(({ userId }) => userId)).toEqual(["runner", "streamer"]);
    // A second run of a user in flight waits for the turn: there is one room.
    const second = call(runtime, "runner", {});
    open("runner");
    expect([await result, await second]).toEqual([{ count: 1 }, { count: 2 }]);
    const atStreamGate = arrival("streamer");
    const next = chunks.next();
    await atStreamGate;
    open("streamer");
    expect(await next).toMatchObject({ value: { count: 1 } });
    expect(await chunks.next()).toMatchObject({ done: true });
    expect(journal.filter((entry) => /^\+(runner|streamer)/.test(entry))).toHaveLength(2);
    expect(await call(runtime, "streamer", {})).toEqual({ count: 2 });
  });

  it("leave after per_user_resident_idle, and find everything again", async () => {
    const { plugin, journal } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config(", per_user_resident_idle: 10"));
    await call(runtime, "alice", {});
    bench.clock.advance(9_999);
    await runtime.sweep();
    expect(journal).toEqual(["+alice"]);
    bench.clock.advance(1);
    await runtime.sweep();
    expect(journal).toEqual(["+alice", "-alice"]);
    expect(await call(runtime, "alice", {})).toEqual({ count: 2 });
  });

  it("leave by themselves, without waiting for the next cleanup", async () => {
    const { plugin, journal } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config(", per_user_resident_idle: 20ms"));
    await call(runtime, "alice", {});
    bench.clock.advance(20);
    await expect.poll(() => journal).toEqual(["+alice", "-alice"]);
    expect(runtime.sessions.residents()).toEqual([]);
  });

  it("stay for the whole session when a component asks for it", async () => {
    const { plugin, journal } = counterPlugin({ residency: "session" });
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config(", per_user_resident_idle: 1"));
    for (const userId of users(5)) {
      await call(runtime, userId, {});
    }
    bench.clock.advance(59_999);
    await runtime.sweep();
    expect(runtime.sessions.residents()).toHaveLength(5);
    bench.clock.advance(1);
    await runtime.sweep();
    expect(runtime.sessions.residents()).toEqual([]);
    expect(journal.filter((entry) => entry.startsWith("end"))).toHaveLength(5);
  });
});

describe("the end of a session", () => {
  it("is told when it expires in memory, before what was acquired is released", async () => {
    const { plugin, journal } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config());
    await call(runtime, "alice", {});
    await call(runtime, "bob", {});
    bench.clock.advance(60_000);
    journal.length = 0;
    // alice returns before the cleanup, bob does not.
    expect(await call(runtime, "alice", {})).toEqual({ count: 1 });
    expect(journal).toEqual(["end of alice", "-alice", "+alice"]);
    await runtime.sweep();
    expect(journal.slice(3)).toEqual(["end of bob", "-bob"]);
  });

  it("is not told when the user leaves memory, or the process stops", async () => {
    const { plugin, journal } = counterPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime, stop } = await bench.start(config());
    for (const userId of ["alice", "bob", "carol"]) {
      await call(runtime, userId, {});
    }
    await stop();
    expect(journal.filter((entry) => entry.startsWith("end"))).toEqual([]);
    expect(journal.filter((entry) => entry.startsWith("-")).sort()).toEqual(["-alice", "-bob", "-carol"]);
  });
});
