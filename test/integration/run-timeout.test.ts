import { setTimeout as delay } from "node:timers/promises";
import { definePerUserFunction, systemClock, z } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

const AN_HOUR_MS = 3_600_000;
const timedOut = { code: "RUN_TIMED_OUT", message: expect.stringContaining("general.run_timeout") };

/** Counts, and then ends, waits for its signal, or waits for something that never comes. */
function counter() {
  const lateCalls: unknown[] = [];
  let goOn = (): void => undefined;
  const counting = definePerUserFunction({
    input: z.object({ after: z.enum(["end", "wait", "ignore"]) }),
    output: z.object({ count: z.number() }),
    state: { version: 1, schema: z.object({ count: z.number() }), initial: () => ({ count: 0 }) },
    build:
      () =>
      async ({ after }, context) => {
        context.state.count += 1;
        if (after === "wait") {
          await delay(AN_HOUR_MS, undefined, { signal: context.signal });
        }
        if (after === "ignore") {
          await new Promise<void>((resolve) => {
            goOn = resolve;
          });
          try {
            context.state.count += 100;
          } catch (error) {
            lateCalls.push(error);
          }
        }
        return { count: context.state.count };
      },
  });
  return { plugin: { id: "counts", functions: { counting } }, lateCalls, goOn: () => goOn() };
}

const config = "general: { run_timeout: 50ms }\nworkflow: { _type: counting }";

describe("a run that takes longer than general.run_timeout", () => {
  it("is aborted, stores nothing, and leaves the next turn free", async () => {
    await using bench = await Workbench.create([counter().plugin]);
    const { runtime } = await bench.start(config, { clock: systemClock });
    await expect(call(runtime, "alice", { after: "wait" })).rejects.toMatchObject(timedOut);
    expect(await call(runtime, "alice", { after: "end" })).toEqual({ count: 1 });
  });

  it("ends even where its function does not look at its signal, and what that does later reaches nothing", async () => {
    const { plugin, lateCalls, goOn } = counter();
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config, { clock: systemClock });
    await expect(call(runtime, "alice", { after: "ignore" })).rejects.toMatchObject(timedOut);
    goOn();
    expect(await call(runtime, "alice", { after: "end" })).toEqual({ count: 1 });
    expect(lateCalls).toHaveLength(1);
  });

  it("fails its stream after the chunks that came in time, whether its function listens or not", async () => {
    const ends = { listens: 0 };
    const trickling = definePerUserFunction({
      input: z.object({ listens: z.boolean() }),
      streamOutput: z.object({ part: z.number() }),
      build: () =>
        async function* ({ listens }, context) {
          yield { part: 1 };
          try {
            await (listens ? delay(AN_HOUR_MS, undefined, { signal: context.signal }) : new Promise(() => undefined));
          } finally {
            ends.listens += 1;
          }
        },
    });
    await using bench = await Workbench.create([{ id: "trickles", functions: { trickling } }]);
    const { runtime } = await bench.start("general: { run_timeout: 50ms }\nworkflow: { _type: trickling }", {
      clock: systemClock,
    });
    for (const listens of [true, false]) {
      const session = runtime.sessions.session({ userId: "alice" });
      const parts: unknown[] = [];
      const read = async (): Promise<void> => {
        for await (const part of session.run({ listens }).stream()) {
          parts.push(part);
        }
      };
      await expect(read()).rejects.toMatchObject(timedOut);
      session.close();
      expect(parts).toEqual([{ part: 1 }]);
    }
    expect(ends).toEqual({ listens: 1 });
  });

  it("is a run that has its turn: waiting for others does not count", async () => {
    const { plugin, goOn } = counter();
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config, { clock: systemClock });
    const first = call(runtime, "alice", { after: "ignore" });
    const waiting = call(runtime, "alice", { after: "end" });
    await expect(first).rejects.toMatchObject(timedOut);
    expect(await waiting).toEqual({ count: 1 });
    goOn();
  });
});
