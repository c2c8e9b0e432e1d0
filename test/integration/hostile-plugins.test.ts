import {
  definePerUserFunction,
  type FunctionHandle,
  functionRef,
  type PerUserCallContext,
  z,
} from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import type { InCodePlugin } from "./support/in-code-plugin.js";
import { call, Workbench } from "./support/test-application.js";

const anything = z.looseObject({});
type Code<State> = (input: Record<string, unknown>, call: PerUserCallContext<State>, box: FunctionHandle) => unknown;

/** A workflow with the given state and code, beside a box that keeps a list and hands its own state out. */
function hostile<StateSchema extends z.ZodType<object>>(
  schema: StateSchema,
  initial: () => z.input<StateSchema>,
  code: Code<z.output<StateSchema>>,
): InCodePlugin {
  return {
    id: "hostile",
    functions: {
      box: definePerUserFunction({
        input: anything,
        output: z.unknown(),
        state: { version: 1, schema: z.object({ list: z.array(z.unknown()) }), initial: () => ({ list: ["first"] }) },
        build:
          () =>
          ({ add }, { state }) => {
            if (add !== undefined) {
              state.list.push(add);
            }
            return state;
          },
      }),
      flow: definePerUserFunction({
        config: z.object({ box: functionRef({ default: "box" }) }),
        input: anything,
        output: z.unknown(),
        state: { version: 1, schema, initial } as never,
        build:
          ({ config }) =>
          (input, context) =>
            code(input, context as unknown as PerUserCallContext<z.output<StateSchema>>, config.box),
      }),
    },
  };
}
const config = "functions:\n  box: { _type: box }\nworkflow: { _type: flow }";
const noState = z.object({});

describe("a state a function leaves behind", () => {
  it("is out of everybody's reach, also where the function had frozen only its top", async () => {
    const template = Object.freeze({ prefs: { theme: "light" } });
    const schema = z.object({ settings: z.object({ prefs: z.object({ theme: z.string() }) }).optional() });
    await using bench = await Workbench.create([
      hostile(
        schema,
        () => ({}),
        ({ theme }, { state }) => {
          state.settings ??= template as never;
          if (typeof theme === "string") {
            template.prefs.theme = theme;
          }
          return state.settings;
        },
      ),
    ]);
    const { runtime } = await bench.start(config);
    await call(runtime, "alice", {});
    await call(runtime, "bob", {});
    await call(runtime, "bob", { theme: "bob's secret" });
    expect(await call(runtime, "alice", {})).toEqual({ prefs: { theme: "light" } });
  });

  it("stays as it was committed, whatever ways around its draft a function knows", async () => {
    const schema = z.object({ list: z.array(z.object({ name: z.string() })) });
    await using bench = await Workbench.create([
      hostile(
        schema,
        () => ({ list: [{ name: "first" }] }),
        ({ way }, { state }) => {
          if (way === "descriptor") {
            Object.getOwnPropertyDescriptor(state, "list")?.value.push({ name: "planted" });
          }
          if (way === "draft") {
            state.list.push({ name: "second" });
          }
          return { count: state.list.length };
        },
      ),
    ]);
    const { runtime } = await bench.start(config);
    await expect(call(runtime, "alice", { way: "descriptor" })).rejects.toThrow("not extensible");
    expect(await call(runtime, "alice", { way: "draft" })).toEqual({ count: 2 });
    await expect(call(runtime, "alice", { way: "descriptor" })).rejects.toThrow("not extensible");
    expect(await call(runtime, "alice", {})).toEqual({ count: 2 });
  });

  it("begins with the defaults of its schema", async () => {
    const schema = z.object({ notes: z.array(z.string()).default([]) });
    await using bench = await Workbench.create([
      hostile(
        schema,
        () => ({}),
        (_input, { state }) => state.notes.push("note"),
      ),
    ]);
    const { runtime } = await bench.start(config);
    expect(await call(runtime, "alice", {})).toBe(1);
  });

  it.each<[string, z.ZodType<object>, object]>([
    ["has a key its schema does not name", z.object({ a: z.string() }), { a: "a", extra: 1 }],
    ["would be changed by its schema", z.object({ a: z.string().trim() }), { a: " a" }],
    ["breaks its schema", z.object({ a: z.string() }), { a: 1 }],
  ])("is refused when it %s, and the next call sees what was there before", async (_what, schema, next) => {
    await using bench = await Workbench.create([
      hostile(
        schema,
        () => ({ a: "before" }),
        ({ isNext }, { state }) => (isNext === true ? Object.assign(state, next) : state),
      ),
    ]);
    const { runtime } = await bench.start(config);
    const before = await call(runtime, "alice", {}).catch(() => undefined);
    await expect(call(runtime, "alice", { isNext: true })).rejects.toMatchObject({ code: "STATE_INVALID" });
    expect(await call(runtime, "alice", {}).catch(() => undefined)).toEqual(before);
  });
});

describe("the draft of one component", () => {
  it("cannot be written by another that gets it as a result", async () => {
    await using bench = await Workbench.create([
      hostile(
        noState,
        () => ({}),
        async ({ isWriting }, context, box) => {
          const result = (await box.invoke({}, context)) as { list: string[] };
          if (isWriting === true) {
            result.list.push("written by the caller");
          }
          return result;
        },
      ),
    ]);
    const { runtime } = await bench.start(config);
    await call(runtime, "alice", { isWriting: true }).catch(() => undefined);
    expect(await call(runtime, "alice", {})).toEqual({ list: ["first"] });
  });

  it("can be handed to another as input, which stores a copy", async () => {
    const schema = z.object({ own: z.array(z.string()) });
    await using bench = await Workbench.create([
      hostile(
        schema,
        () => ({ own: ["mine"] }),
        async (_input, context, box) => {
          await box.invoke({ add: context.state.own }, context);
          context.state.own.push("later");
          return box.invoke({}, context);
        },
      ),
    ]);
    const { runtime } = await bench.start(config);
    expect(await call(runtime, "alice", {})).toEqual({ list: ["first", ["mine"]] });
  });
});

describe("whatever a function throws", () => {
  it.each<[string, () => unknown, object]>([
    ["a string", () => "broken", { message: "The workflow failed.", details: "string" }],
    ["nothing", () => undefined, { message: "The workflow failed." }],
    ["an error without constructor", () => Object.assign(new Error("odd"), { constructor: undefined }), {}],
    [
      "an error whose message throws",
      () =>
        Object.defineProperty(new Error(), "message", {
          get() {
            throw new Error("worse");
          },
        }),
      {},
    ],
  ])("comes out as the workflow's failure: %s", async (_what, make, expected) => {
    await using bench = await Workbench.create([
      hostile(
        noState,
        () => ({}),
        () => {
          throw make();
        },
      ),
    ]);
    const { runtime } = await bench.start(config);
    await expect(call(runtime, "alice", {})).rejects.toMatchObject({ code: "workflow_error", ...expected });
  });
});

describe("a build that hangs", () => {
  function hanging() {
    const builds: string[] = [];
    const ends: (() => void)[] = [];
    const released: string[] = [];
    const plugin: InCodePlugin = {
      id: "hanging",
      functions: {
        flow: definePerUserFunction({
          input: anything,
          output: z.unknown(),
          async build({ userId, onDispose }) {
            builds.push(userId);
            onDispose(() => void released.push(userId));
            if (userId === "slow") {
              await new Promise<void>((resolve) => ends.push(resolve));
            }
            return () => "done";
          },
        }),
      },
    };
    return { plugin, builds, released, finish: () => ends.forEach((end) => void end()) };
  }
  const hangingConfig = "general: { max_concurrency: 1, shutdown_timeout: 200ms }\nworkflow: { _type: flow }";

  it("holds no slot, so that others are served", async () => {
    const { plugin, finish } = hanging();
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(hangingConfig);
    const slow = call(runtime, "slow", {});
    expect(await call(runtime, "quick", {})).toBe("done");
    finish();
    expect(await slow).toBe("done");
  });

  it("lets its caller go, and is joined by the next call instead of being repeated", async () => {
    const { plugin, builds, finish } = hanging();
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(hangingConfig);
    const session = runtime.sessions.session({ userId: "slow" });
    const runner = session.run({});
    const given = expect(runner.result()).rejects.toMatchObject({ code: "RUN_ABORTED" });
    await expect.poll(() => builds).toEqual(["slow"]);
    runner.abort();
    await given;
    const next = session.run({}).result();
    finish();
    expect(await next).toBe("done");
    expect(builds).toEqual(["slow"]);
    session.close();
  });

  it("keeps no shutdown waiting, and what it made is released when it ends after all", async () => {
    const { plugin, builds, released, finish } = hanging();
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(hangingConfig);
    const slow = expect(call(runtime, "slow", {})).rejects.toMatchObject({ code: "SHUTTING_DOWN" });
    await expect.poll(() => builds).toEqual(["slow"]);
    await runtime.close();
    await slow;
    finish();
    await expect.poll(() => released).toEqual(["slow"]);
  });
});

describe("a caller who gives up", () => {
  it("before its turn has nothing executed for it", async () => {
    let calls = 0;
    await using bench = await Workbench.create([
      hostile(
        noState,
        () => ({}),
        () => {
          calls += 1;
          return calls;
        },
      ),
    ]);
    const { runtime } = await bench.start(config);
    const session = runtime.sessions.session({ userId: "alice" });
    const aborted = session.run({});
    aborted.abort();
    await expect(aborted.result()).rejects.toMatchObject({ code: "RUN_ABORTED" });
    await expect(session.run({}, { signal: AbortSignal.abort() }).result()).rejects.toMatchObject({
      code: "RUN_ABORTED",
    });
    expect(calls).toBe(0);
    session.close();
  });

  it("of the session while runs go on does not disturb them", async () => {
    let active = 0;
    let most = 0;
    await using bench = await Workbench.create([
      hostile(
        noState,
        () => ({}),
        async () => {
          active += 1;
          most = Math.max(most, active);
          await new Promise((resolve) => setImmediate(resolve));
          active -= 1;
          return "done";
        },
      ),
    ]);
    const { runtime } = await bench.start(config);
    const careless = async (): Promise<unknown> => {
      await using session = runtime.sessions.session({ userId: "alice" });
      // Not awaited here: the session is closed while the run goes on.
      const result = session.run({}).result();
      return { result };
    };
    const started = (await Promise.all([careless(), careless(), careless()])) as { result: Promise<unknown> }[];
    expect(await Promise.all(started.map(({ result }) => result))).toEqual(["done", "done", "done"]);
    expect(most).toBe(1);
  });
});

describe("a user who returns while their room is being left", () => {
  it("waits until it is, also when a refused request came in between", async () => {
    const journal: string[] = [];
    let letGo: (() => void) | undefined;
    const leaveAtLast = async (): Promise<void> => {
      await expect.poll(() => letGo).toBeDefined();
      letGo?.();
      letGo = undefined;
    };
    const plugin: InCodePlugin = {
      id: "leaving",
      functions: {
        flow: definePerUserFunction({
          input: z.object({ text: z.string() }),
          output: z.string(),
          build({ onDispose }) {
            journal.push("built");
            onDispose(async () => {
              await new Promise<void>((resolve) => {
                letGo = resolve;
              });
              journal.push("left");
            });
            return ({ text }) => text;
          },
        }),
      },
    };
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(
      "general: { per_user_workflow_timeout: 60, shutdown_timeout: 1s }\nworkflow: { _type: flow }",
    );
    await call(runtime, "alice", { text: "first" });
    bench.clock.advance(60_000);
    const sweeping = runtime.sweep();
    await expect(call(runtime, "alice", { text: 1 })).rejects.toMatchObject({ code: "INPUT_INVALID" });
    const returned = call(runtime, "alice", { text: "second" });
    await leaveAtLast();
    await sweeping;
    expect(await returned).toBe("second");
    expect(journal).toEqual(["built", "left", "built"]);
    const closing = runtime.close();
    await leaveAtLast();
    await closing;
    expect(journal).toEqual(["built", "left", "built", "left"]);
  });
});

describe("a stream that is left before its end", () => {
  it("aborts the signal of its function", async () => {
    let signal: AbortSignal | undefined;
    const plugin: InCodePlugin = {
      id: "streaming",
      functions: {
        flow: definePerUserFunction({
          input: anything,
          streamOutput: z.number(),
          build: () =>
            async function* (_input, context) {
              signal = context.signal;
              yield 1;
              yield 2;
            },
        }),
      },
    };
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start("workflow: { _type: flow }");
    const session = runtime.sessions.session({ userId: "alice" });
    for await (const chunk of session.run({}).stream()) {
      expect(chunk).toBe(1);
      break;
    }
    session.close();
    expect(signal?.aborted).toBe(true);
  });
});

describe("a release that hangs", () => {
  it("is left behind when the time given to the shutdown is over, though the configured time is longer", async () => {
    const plugin: InCodePlugin = {
      id: "clinging",
      functions: {
        flow: definePerUserFunction({
          input: anything,
          output: z.unknown(),
          build({ onDispose }) {
            onDispose(() => new Promise<void>(() => undefined));
            return () => "done";
          },
        }),
      },
    };
    await using bench = await Workbench.create([plugin]);
    // Far longer than a test may take, so that it ends only because the shutdown's own time counts.
    const { runtime } = await bench.start("general: { shutdown_timeout: 1h }\nworkflow: { _type: flow }");
    await call(runtime, "alice", {});
    await runtime.close({ timeoutMs: 50 });
  });
});
