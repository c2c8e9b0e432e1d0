import { definePerUserFunction, functionRef, z } from "@alcove/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type InCodePlugin, writePlugin } from "./support/in-code-plugin.js";
import { call, Workbench } from "./support/test-application.js";

// A schema that accepts NaN, which JSON does not.
const counterState = { version: 1, schema: z.object({ count: z.number().or(z.nan()) }), initial: () => ({ count: 0 }) };

/** Resolvers of calls that wait inside a function, by what they were sent. */
class Gates {
  readonly #open = new Map<string, () => void>();
  readonly #arrivals = new Map<string, () => void>();

  /** Called by the function: waits until the test opens the gate. */
  pass(name: string): Promise<void> {
    this.#arrivals.get(name)?.();
    return new Promise((resolve) => this.#open.set(name, resolve));
  }

  /** Called by the test before the call: resolves when the function has arrived at the gate. */
  arrival(name: string): Promise<void> {
    return new Promise((resolve) => this.#arrivals.set(name, resolve));
  }

  open(name: string): void {
    this.#open.get(name)?.();
  }
}

function counterPlugin(gates = new Gates()): InCodePlugin {
  return {
    id: "counter",
    functions: {
      tally: definePerUserFunction({
        input: z.object({ by: z.number() }),
        output: z.object({ count: z.number() }),
        state: counterState,
        build: () => (input, call) => {
          call.state.count += input.by;
          return { count: call.state.count };
        },
      }),
      counter: definePerUserFunction({
        config: z.object({
          tally: functionRef({ input: z.object({ by: z.number() }), output: z.object({ count: z.number() }) }),
        }),
        input: z.object({
          action: z.enum(["add", "fail", "wait", "nothing", "unstorable"]),
          gate: z.string().default(""),
        }),
        output: z.object({ count: z.number(), tally: z.number(), user: z.string() }),
        state: counterState,
        build:
          ({ config, userId }) =>
          async ({ action, gate }, call) => {
            if (action === "nothing") {
              return { count: call.state.count, tally: 0, user: userId };
            }
            call.state.count += 1;
            const tally = await config.tally.invoke({ by: 1 }, call);
            if (action === "fail") {
              throw new RangeError("asked to fail");
            }
            if (action === "unstorable") {
              call.state.count = Number.NaN;
              return { count: 0, tally: tally.count, user: userId };
            }
            if (action === "wait") {
              await gates.pass(gate);
            }
            return { count: call.state.count, tally: tally.count, user: call.userId };
          },
      }),
    },
  };
}

const config = `
functions:
  tally: { _type: tally }
workflow: { _type: counter, tally: tally }
`;
const add = { action: "add" };
const nothing = { action: "nothing" };

describe("a session", () => {
  it("keeps its state from run to run, and across restarts", async () => {
    await using bench = await Workbench.create([counterPlugin()]);
    const first = await bench.start(config);
    await call(first.runtime, "alice", add);
    expect(await call(first.runtime, "alice", add)).toEqual({ count: 2, tally: 2, user: "alice" });
    await first.stop();
    const second = await bench.start(config);
    expect(await call(second.runtime, "alice", add)).toEqual({ count: 3, tally: 3, user: "alice" });
  });

  it("rolls back the states of all components when the run fails", async () => {
    await using bench = await Workbench.create([counterPlugin()]);
    const { runtime } = await bench.start(config);
    await call(runtime, "alice", add);
    await expect(call(runtime, "alice", { action: "fail" })).rejects.toMatchObject({
      code: "workflow_error",
      message: "asked to fail",
      details: "RangeError",
    });
    expect(await call(runtime, "alice", nothing)).toMatchObject({ count: 1 });
    expect(await call(runtime, "alice", add)).toMatchObject({ count: 2, tally: 2 });
  });

  it("fails the run and stores nothing of any component when one leaves a state behind that JSON cannot hold", async () => {
    await using bench = await Workbench.create([counterPlugin()]);
    const { runtime } = await bench.start(config);
    await call(runtime, "alice", add);
    await expect(call(runtime, "alice", { action: "unstorable" })).rejects.toMatchObject({
      code: "STATE_INVALID",
      message: expect.stringContaining("holds NaN at count, which JSON cannot hold"),
    });
    expect(await call(runtime, "alice", add)).toMatchObject({ count: 2, tally: 2 });
  });

  it("gives 1,000 parallel runs of one user 1,000 different turns", async () => {
    await using bench = await Workbench.create([counterPlugin()]);
    const { runtime } = await bench.start(config);
    const results = await Promise.all(Array.from({ length: 1_000 }, () => call(runtime, "alice", add)));
    const counts = results.map((result) => (result as { count: number }).count);
    expect(counts).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
  });

  it("keeps the state of a component that is no longer configured, until it is configured again", async () => {
    const other = definePerUserFunction({ input: z.object({}), output: z.object({}), build: () => () => ({}) });
    await using bench = await Workbench.create([counterPlugin(), { id: "other", functions: { other } }]);
    const first = await bench.start(config);
    await call(first.runtime, "alice", add);
    await first.stop();
    const without = await bench.start("workflow: { _type: other }");
    await call(without.runtime, "alice", {});
    await without.stop();
    const again = await bench.start(config);
    expect(await call(again.runtime, "alice", add)).toEqual({ count: 2, tally: 2, user: "alice" });
  });

  it("is refused, and kept, when its state was written by another version of a component", async () => {
    const versioned = (version: number) => ({
      id: "versioned",
      functions: {
        versioned: definePerUserFunction({
          input: z.object({}),
          output: z.object({ count: z.number() }),
          state: { ...counterState, version },
          build:
            () =>
            (_input, { state }) => {
              state.count += 1;
              return { count: state.count };
            },
        }),
      },
    });
    await using bench = await Workbench.create([versioned(2)]);
    const yaml = "workflow: { _type: versioned }";
    const newer = await bench.start(yaml);
    await call(newer.runtime, "alice", {});
    await newer.stop();
    await writePlugin(bench.folder, versioned(1));
    const older = await bench.start(yaml);
    await expect(call(older.runtime, "alice", {})).rejects.toMatchObject({ code: "STATE_VERSION_UNSUPPORTED" });
    expect(await call(older.runtime, "bob", {})).toEqual({ count: 1 });
    await older.stop();
    await writePlugin(bench.folder, versioned(2));
    const restored = await bench.start(yaml);
    expect(await call(restored.runtime, "alice", {})).toEqual({ count: 2 });
  });

  it("is not delayed by another user who waits", async () => {
    const gates = new Gates();
    await using bench = await Workbench.create([counterPlugin(gates)]);
    const { runtime } = await bench.start(config);
    const arrived = gates.arrival("a");
    const waiting = call(runtime, "alice", { action: "wait", gate: "a" });
    await arrived;
    expect(await call(runtime, "bob", add)).toMatchObject({ count: 1 });
    gates.open("a");
    expect(await waiting).toMatchObject({ count: 1, user: "alice" });
  });

  it("refuses a run when too many already wait, and loses none of those", async () => {
    const gates = new Gates();
    await using bench = await Workbench.create([counterPlugin(gates)]);
    const { runtime } = await bench.start(`general: { max_queued_runs_per_user: 2 }\n${config}`);
    const arrived = gates.arrival("a");
    const first = call(runtime, "alice", { action: "wait", gate: "a" });
    await arrived;
    const queued = [call(runtime, "alice", add), call(runtime, "alice", add)];
    await expect(call(runtime, "alice", add)).rejects.toMatchObject({
      code: "SESSION_QUEUE_FULL",
      retryAfterSeconds: 1,
    });
    gates.open("a");
    expect(await Promise.all([first, ...queued])).toMatchObject([{ count: 1 }, { count: 2 }, { count: 3 }]);
  });

  it("commits nothing for a run its caller aborted, and leaves the queue when it waits", async () => {
    const gates = new Gates();
    await using bench = await Workbench.create([counterPlugin(gates)]);
    const { runtime } = await bench.start(config);
    const session = runtime.sessions.session({ userId: "alice" });
    const arrived = gates.arrival("a");
    const working = session.run({ action: "wait", gate: "a" });
    const waiting = session.run(add);
    const [worked, waited] = [working.result(), waiting.result()];
    const outcomes = Promise.allSettled([worked, waited]);
    await arrived;
    waiting.abort();
    working.abort();
    gates.open("a");
    expect(await outcomes).toMatchObject([
      { status: "rejected", reason: { code: "RUN_ABORTED" } },
      { status: "rejected", reason: { code: "RUN_ABORTED" } },
    ]);
    session.close();
    expect(await call(runtime, "alice", add)).toMatchObject({ count: 1 });
  });

  it("limits how many runs work at once, and lets the others wait", async () => {
    const gates = new Gates();
    await using bench = await Workbench.create([counterPlugin(gates)]);
    const { runtime } = await bench.start(`general: { max_concurrency: 1 }\n${config}`);
    const arrived = gates.arrival("a");
    const alice = call(runtime, "alice", { action: "wait", gate: "a" });
    await arrived;
    let isBobDone = false;
    const bob = call(runtime, "bob", add).then((result) => {
      isBobDone = true;
      return result;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isBobDone).toBe(false);
    gates.open("a");
    expect(await Promise.all([alice, bob])).toMatchObject([{ user: "alice" }, { user: "bob", count: 1 }]);
  });

  it("is kept apart from every other in any interleaving", async () => {
    await using bench = await Workbench.create([counterPlugin()]);
    const { runtime } = await bench.start(config);
    const users = fc.constantFrom("alice", "bob", "carol", "dave", "a:b", "a%", "a_", "__proto__");
    const expected = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(users, fc.constantFrom("add", "fail", "nothing")), { maxLength: 40 }),
        async (steps) => {
          const outcomes = await Promise.allSettled(steps.map(([user, action]) => call(runtime, user, { action })));
          steps.forEach(([user, action], index) => {
            const outcome = outcomes[index];
            const before = expected.get(user) ?? 0;
            const after = action === "add" ? before + 1 : before;
            expected.set(user, after);
            if (action === "fail") {
              expect(outcome?.status).toBe("rejected");
            } else {
              expect(outcome).toMatchObject({ status: "fulfilled", value: { count: after, user } });
            }
          });
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe("a session's expiry", () => {
  const timed = `general: { per_user_workflow_timeout: 60 }\n${config}`;

  it("comes exactly when its timeout has passed since the last activity", async () => {
    await using bench = await Workbench.create([counterPlugin()]);
    const { runtime } = await bench.start(timed);
    await call(runtime, "alice", add);
    bench.clock.advance(59_999);
    expect(await call(runtime, "alice", add)).toMatchObject({ count: 2 });
    bench.clock.advance(59_999);
    expect(await call(runtime, "alice", add)).toMatchObject({ count: 3 });
    bench.clock.advance(60_000);
    expect(await call(runtime, "alice", add)).toMatchObject({ count: 1, tally: 1 });
  });

  it("comes while the server is down, and not before", async () => {
    await using bench = await Workbench.create([counterPlugin()]);
    const first = await bench.start(timed);
    await call(first.runtime, "alice", add);
    await call(first.runtime, "bob", add);
    await first.stop();
    bench.clock.advance(30_000);
    const second = await bench.start(timed);
    expect(await call(second.runtime, "bob", add)).toMatchObject({ count: 2 });
    await second.stop();
    bench.clock.advance(30_000);
    const third = await bench.start(timed);
    expect(await call(third.runtime, "alice", add)).toMatchObject({ count: 1 });
    expect(await call(third.runtime, "bob", add)).toMatchObject({ count: 3 });
  });

  it("is not undone by a clock that is set back", async () => {
    await using bench = await Workbench.create([counterPlugin()]);
    const first = await bench.start(timed);
    await call(first.runtime, "alice", add);
    bench.clock.advance(60_000);
    await call(first.runtime, "bob", add);
    await first.stop();
    bench.clock.set(bench.clock.nowMs() - 3_600_000);
    const second = await bench.start(timed);
    expect(await call(second.runtime, "alice", add)).toMatchObject({ count: 1 });
  });

  it("is not undone by a clock that is set back after a stop in which nobody had called", async () => {
    await using bench = await Workbench.create([counterPlugin()]);
    const first = await bench.start(timed);
    await call(first.runtime, "alice", add);
    bench.clock.advance(60_000);
    await first.stop();
    bench.clock.set(bench.clock.nowMs() - 59_000);
    const second = await bench.start(timed);
    expect(await call(second.runtime, "alice", add)).toMatchObject({ count: 1 });
  });

  it("removes idle sessions from memory and from the store when swept", async () => {
    await using bench = await Workbench.create([counterPlugin()]);
    const { runtime, store } = await bench.start(timed);
    await call(runtime, "alice", add);
    bench.clock.advance(30_000);
    await call(runtime, "bob", add);
    bench.clock.advance(30_000);
    await runtime.sweep();
    expect(runtime.sessions.residents().map(({ userId }) => userId)).toEqual(["bob"]);
    expect(await store.load({ application: "config", userId: "alice" })).toBeUndefined();
    expect(await store.count()).toBe(1);
  });

  it("removes however many have expired in one pass, in several steps", async () => {
    await using bench = await Workbench.create([counterPlugin()]);
    const { runtime, store } = await bench.start(timed);
    const nowMs = store.nowMs();
    const commits = Array.from({ length: 600 }, (_, index) =>
      store.commit({
        key: { application: "config", userId: `user-${index}` },
        expectedRevision: 0,
        createdAtMs: nowMs,
        lastActivityAtMs: nowMs,
        expiresAtMs: nowMs + 60_000,
        runsCompleted: 1,
        components: new Map(),
      }),
    );
    await Promise.all(commits);
    bench.clock.advance(60_000);
    expect(await runtime.sweep()).toBe(600);
    // Nothing is left for the store to remove.
    expect(await store.sweep(1_000)).toBe(0);
  });

  it("never takes a session in which a run is going on, however long it takes", async () => {
    const gates = new Gates();
    await using bench = await Workbench.create([counterPlugin(gates)]);
    const { runtime } = await bench.start(timed);
    await call(runtime, "alice", add);
    const arrived = gates.arrival("a");
    const long = call(runtime, "alice", { action: "wait", gate: "a" });
    await arrived;
    bench.clock.advance(3_600_000);
    await runtime.sweep();
    gates.open("a");
    expect(await long).toMatchObject({ count: 2 });
    expect(await call(runtime, "alice", add)).toMatchObject({ count: 3 });
  });
});
