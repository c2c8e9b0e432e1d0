import {
  defineFunction,
  defineFunctionGroup,
  defineMiddleware,
  definePerUserFunction,
  definePerUserMiddleware,
  functionRef,
  type MiddlewareCallContext,
  z,
} from "@alcove/plugin-api";
import type { Runtime } from "@alcove/runtime";
import { describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

const text = z.object({ text: z.string() });

/** Writes its mark before and after what it is put around. */
const marking = defineMiddleware({
  config: z.object({ mark: z.string() }),
  build: ({ config: { mark } }) => ({
    async invoke(input, _call, next) {
      const { text: before } = text.parse(input);
      const { text: after } = text.parse(await next({ input: { text: `${before}${mark}` } }));
      return { text: `${after}${mark}` };
    },
    async *stream(_input, _call, next) {
      for await (const chunk of next()) {
        yield `${mark}${String(chunk)}`;
      }
    },
  }),
});

/** Answers in the place of what it is put around. */
const answering = defineMiddleware({
  config: z.object({ answer: z.unknown() }),
  build: ({ config: { answer } }) => ({
    invoke: () => answer,
    async *stream() {
      yield answer;
    },
  }),
});

const calls: MiddlewareCallContext[] = [];
/** Remembers the contexts it is given. */
const watching = defineMiddleware({
  build: () => ({
    invoke(_input, context, next) {
      calls.push(context);
      return next();
    },
    stream: (_input, _call, next) => next(),
  }),
});

/** Asks another function whether a call may be made. */
const asking = defineMiddleware({
  config: z.object({ judge: functionRef({ input: text, output: text }) }),
  build: ({ config: { judge } }) => ({
    async invoke(input, context, next) {
      const { text: verdict } = await judge.invoke(text.parse(input), context);
      return verdict === "no." ? { text: "refused" } : next();
    },
    stream: (_input, _call, next) => next(),
  }),
});

/** Counts the calls of one user. */
const counting = definePerUserMiddleware({
  build({ userId }) {
    let count = 0;
    return {
      async invoke(_input, _call, next) {
        count += 1;
        const { text: inner } = text.parse(await next());
        return { text: `${inner} ${userId} ${count}` };
      },
      stream: (_input, _call, next) => next(),
    };
  },
});

const echo = { input: text, output: text, build: () => (input: { text: string }) => ({ text: `${input.text}.` }) };
const plugin = {
  id: "lab",
  functions: {
    echo: defineFunction(echo),
    per_user_echo: definePerUserFunction(echo),
    per_user_notes: definePerUserFunction({
      input: text,
      output: z.object({ notes: z.array(z.string()) }),
      state: { version: 1, schema: z.object({ notes: z.array(z.string()) }), initial: () => ({ notes: [] }) },
      build:
        () =>
        (input, { state }) => {
          state.notes.push(input.text);
          return state;
        },
    }),
    letters: defineFunction({
      input: text,
      output: text,
      streamOutput: z.string(),
      build: () => ({
        invoke: (input: { text: string }) => input,
        async *stream(input: { text: string }) {
          yield* input.text;
        },
      }),
    }),
    relay: defineFunction({
      config: z.object({ to: functionRef({ input: text, output: text }) }),
      input: text,
      output: text,
      build:
        ({ config }) =>
        (input, context) =>
          config.to.invoke(input, context),
    }),
  },
  functionGroups: {
    pair: defineFunctionGroup({
      functions: { left: { input: text, output: text }, right: { input: text, output: text } },
      build: () => ({ left: (input) => input, right: (input) => input }),
    }),
  },
  middleware: { marking, answering, watching, asking, counting },
};

const marks = `
middleware:
  a: { _type: marking, mark: a }
  b: { _type: marking, mark: b }
  c: { _type: marking, mark: c }
`;

async function streamed(runtime: Runtime, input: unknown): Promise<unknown[]> {
  const session = runtime.sessions.session({ userId: undefined });
  try {
    const chunks: unknown[] = [];
    for await (const chunk of session.run(input).stream()) {
      chunks.push(chunk);
    }
    return chunks;
  } finally {
    session.close();
  }
}

describe("middleware", () => {
  it("stands around a function in the order of the lists: general outermost, the function's own inside it", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(
      `general: { middleware: [a] }${marks}workflow: { _type: echo, middleware: [c, b] }`,
    );
    expect(await call(runtime, undefined, { text: "-" })).toEqual({ text: "-acb.bca" });
  });

  it("stands around every member of its group, and around functions that are called by others", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(`
general: { middleware: [a] }${marks}
function_groups: { pair: { _type: pair, middleware: [b, c] } }
workflow: { _type: relay, to: pair__right }`);
    expect(await call(runtime, undefined, { text: "-" })).toEqual({ text: "-aabccbaa" });
  });

  it("may answer in the function's place; the answer is held to the function's schema all the same", async () => {
    await using bench = await Workbench.create([plugin]);
    const replaced = (answer: string) =>
      bench.start(
        `middleware: { m: { _type: answering, answer: ${answer} } }\nworkflow: { _type: echo, middleware: [m] }`,
      );
    const { runtime, stop } = await replaced("{ text: mine }");
    expect(await call(runtime, undefined, { text: "-" })).toEqual({ text: "mine" });
    await stop();
    const wrong = await replaced("{ text: 5 }");
    await expect(call(wrong.runtime, undefined, { text: "-" })).rejects.toMatchObject({ code: "OUTPUT_INVALID" });
  });

  it("sees and changes every chunk of a stream", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(`${marks}workflow: { _type: letters, middleware: [a, b] }`);
    expect(await streamed(runtime, { text: "xyz" })).toEqual(["abx", "aby", "abz"]);
  });

  it("has the input it hands on checked as though the caller had sent it", async () => {
    const breaking = defineMiddleware({
      build: () => ({
        invoke: (_input, _call, next) => next({ input: { text: 5 } }),
        stream: (_input, _call, next) => next(),
      }),
    });
    await using bench = await Workbench.create([{ ...plugin, middleware: { breaking } }]);
    const { runtime } = await bench.start(
      "middleware: { m: { _type: breaking } }\nworkflow: { _type: echo, middleware: [m] }",
    );
    await expect(call(runtime, undefined, { text: "-" })).rejects.toMatchObject({
      code: "workflow_error",
      message: expect.stringContaining("The input of echo is invalid"),
    });
  });

  it("is told which function it is around and for whom, and gets nothing of the function's state", async () => {
    calls.length = 0;
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(
      "middleware: { m: { _type: watching } }\nfunctions: {}\nworkflow: { _type: per_user_notes, middleware: [m] }",
    );
    expect(await call(runtime, "alice", { text: "one" })).toEqual({ notes: ["one"] });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      userId: "alice",
      target: { name: "<workflow>", type: "lab/per_user_notes", scope: "per-user" },
      state: undefined,
      collections: {},
    });
  });

  it("gets copies of what a function returns of its state, so that it cannot change the state through them", async () => {
    const meddling = defineMiddleware({
      build: () => ({
        async invoke(_input, _call, next) {
          const output = z.object({ notes: z.array(z.string()) }).parse(await next());
          output.notes.push("meddled");
          return output;
        },
        stream: (_input, _call, next) => next(),
      }),
    });
    await using bench = await Workbench.create([{ ...plugin, middleware: { meddling } }]);
    const { runtime } = await bench.start(
      "middleware: { m: { _type: meddling } }\nworkflow: { _type: per_user_notes, middleware: [m] }",
    );
    await call(runtime, "alice", { text: "one" });
    expect(await call(runtime, "alice", { text: "two" })).toEqual({ notes: ["one", "two", "meddled"] });
  });

  it("may call the functions its configuration references", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(`
middleware: { guard: { _type: asking, judge: judge } }
functions: { judge: { _type: echo } }
workflow: { _type: letters, middleware: [guard] }`);
    expect(await call(runtime, undefined, { text: "no" })).toEqual({ text: "refused" });
    expect(await call(runtime, undefined, { text: "yes" })).toEqual({ text: "yes" });
  });

  it("of a per-user type is built for each user apart", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(
      "middleware: { count: { _type: counting } }\nworkflow: { _type: per_user_echo, middleware: [count] }",
    );
    await call(runtime, "alice", { text: "-" });
    expect(await call(runtime, "alice", { text: "-" })).toEqual({ text: "-. alice 2" });
    expect(await call(runtime, "bob", { text: "-" })).toEqual({ text: "-. bob 1" });
  });

  it("that gives up a call takes its state and its functions away from it, while the run goes on", async () => {
    const late: Promise<unknown>[] = [];
    const giving = defineMiddleware({
      build: () => ({
        async invoke(_input, _call, next) {
          const controller = new AbortController();
          const given = next({ signal: controller.signal });
          controller.abort();
          late.push(given.catch((error: unknown) => error));
          await late.at(-1);
          return { notes: ["given up"] };
        },
        stream: (_input, _call, next) => next(),
      }),
    });
    const slow = definePerUserFunction({
      input: text,
      output: z.object({ notes: z.array(z.string()) }),
      state: { version: 1, schema: z.object({ notes: z.array(z.string()) }), initial: () => ({ notes: [] }) },
      build: () => async (input, context) => {
        await Promise.resolve();
        expect(context.signal.aborted).toBe(true);
        context.state.notes.push(input.text);
        return context.state;
      },
    });
    await using bench = await Workbench.create([{ id: "lab", functions: { slow }, middleware: { giving } }]);
    const { runtime } = await bench.start(
      "middleware: { m: { _type: giving } }\nworkflow: { _type: slow, middleware: [m] }",
    );
    expect(await call(runtime, "alice", { text: "-" })).toEqual({ notes: ["given up"] });
    expect(await late[0]).toMatchObject({ code: "CALL_ENDED" });
  });

  it("has to say what it does with calls and with streams", async () => {
    const half = defineMiddleware({ build: () => ({ invoke: () => undefined }) as never });
    await using bench = await Workbench.create([{ ...plugin, middleware: { half } }]);
    await expect(
      bench.start("middleware: { m: { _type: half } }\nworkflow: { _type: echo, middleware: [m] }"),
    ).rejects.toMatchObject({
      code: "COMPONENT_BUILD_FAILED",
      cause: { message: expect.stringContaining("has to return { invoke, stream }") },
    });
  });
});

describe("a configuration with middleware", () => {
  it("is refused for unknown names, repeated ones and what is no list, all at once", async () => {
    await using bench = await Workbench.create([plugin]);
    expect(
      await bench.refusals(`general:
  middleware: [a, nobody]
middleware:
  a: { _type: marking, mark: a }
  b: { _type: marking, mark: b, size: 3 }
  c: { _type: markin }
functions:
  one: { _type: echo, middleware: [b, b, a, c] }
  two: { _type: echo, middleware: b }
function_groups:
  pair: { _type: pair, middleware: [bb] }
workflow: { _type: echo }`),
    ).toEqual([
      "config.yml:9:35: two.middleware has to be a list of names. For example: middleware: [logging] [middleware-list]",
      "config.yml:5:33: middleware.b.size: lab/marking has no such field. Known here: mark, _type. [config-unknown-key]",
      'config.yml:6:15: There is no middleware type "markin". Did you mean marking? [type-unknown]',
      'config.yml:2:19: general.middleware names "nobody", and there is no middleware of that name. Known here: a, b. [reference-unknown]',
      'config.yml:8:39: one.middleware names "b" more than once. Name it once. [middleware-list]',
      'config.yml:8:42: one.middleware names "a", which general.middleware puts around every function already. Name it once. [middleware-list]',
      'config.yml:11:37: pair.middleware names "bb", and there is no middleware of that name. Did you mean b? [reference-unknown]',
    ]);
  });

  it("is refused where a middleware is around a function it calls itself", async () => {
    await using bench = await Workbench.create([plugin]);
    expect(
      await bench.refusals(`middleware:
  guard: { _type: asking, judge: judge }
functions:
  judge: { _type: echo, middleware: [guard] }
workflow: { _type: echo }`),
    ).toEqual([
      "config.yml:2:34: These components depend on each other in a circle: judge -> guard -> judge. Remove one of these references. [dependency-cycle]",
    ]);
  });

  it("is refused where a per-user middleware is around a shared function", async () => {
    await using bench = await Workbench.create([plugin]);
    expect(
      await bench.refusals(`middleware: { count: { _type: counting } }
functions: { one: { _type: echo, middleware: [count] } }
workflow: { _type: per_user_echo }`),
    ).toEqual([
      "config.yml:2:47: The shared function one depends on the per-user middleware count: one (shared) -> count (per-user). Make one per-user, or let it depend on shared components only. [dependency-scope]",
    ]);
  });

  it("is warned of a middleware that is around nothing", async () => {
    await using bench = await Workbench.create([plugin]);
    const { problems } = await bench.plan("middleware: { a: { _type: marking, mark: a } }\nworkflow: { _type: echo }");
    expect(problems).toMatchObject([
      { rule: "component-unreachable", severity: "warning", message: "The middleware a is put around nothing." },
    ]);
  });

  it("says where a type belongs that is no middleware", async () => {
    await using bench = await Workbench.create([plugin]);
    expect(await bench.refusals("middleware: { m: { _type: echo } }\nworkflow: { _type: marking, mark: a }")).toEqual([
      expect.stringContaining("lab/echo, which belongs under functions"),
      expect.stringContaining("lab/marking, which belongs under middleware"),
    ]);
  });
});
