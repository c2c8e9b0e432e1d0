import {
  defineFunction,
  defineFunctionGroup,
  defineMiddleware,
  definePerUserFunction,
  functionRef,
  type LogFields,
  type Logger,
  z,
} from "@alcove/plugin-api";
import { beforeEach, describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

const text = z.object({ text: z.string() });
const notes = z.object({ notes: z.array(z.string()) });
const until = (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener("abort", resolve));

/** What the functions of the plugin do in a test, and what became of them. */
const script = { failures: 0, calls: 0, aborted: 0, answer: (userId: string | undefined): unknown => userId };
beforeEach(() => {
  Object.assign(script, { failures: 0, calls: 0, aborted: 0, answer: (userId: string | undefined) => userId });
});

function failOnce(): void {
  script.calls += 1;
  if (script.failures > 0) {
    script.failures -= 1;
    throw new Error("out of order");
  }
}

/** Answers with who calls, and how often it has been called. */
const counted = {
  input: text,
  output: z.unknown(),
  build: () => (input: { text: string }, context: { userId: string | undefined }) => {
    script.calls += 1;
    return { text: input.text, by: script.answer(context.userId), call: script.calls };
  },
};
const state = { version: 1, schema: notes, initial: () => ({ notes: [] as string[] }) };
const plugin = {
  id: "lab",
  functions: {
    counted: defineFunction(counted),
    per_user_counted: definePerUserFunction(counted),
    /** Writes a note, before or after it fails. */
    per_user_notes: definePerUserFunction({
      config: z.object({ writes_first: z.boolean().default(false) }),
      input: text,
      output: notes,
      state,
      idempotent: true,
      build:
        ({ config }) =>
        (input, context) => {
          if (config.writes_first) {
            context.state.notes.push(input.text);
          }
          failOnce();
          if (!config.writes_first) {
            context.state.notes.push(input.text);
          }
          return context.state;
        },
    }),
    stuck: defineFunction({
      input: text,
      output: text,
      streamOutput: z.string(),
      build: () => ({
        async invoke(_input, { signal }) {
          await until(signal);
          script.aborted += 1;
          return { text: "too late" };
        },
        async *stream(_input, { signal }) {
          yield "first";
          await until(signal);
          script.aborted += 1;
          yield "too late";
        },
      }),
    }),
    letters: defineFunction({
      input: text,
      streamOutput: z.string(),
      idempotent: true,
      build: () =>
        async function* (input) {
          const [first = "", ...others] = input.text;
          if (first !== "!") {
            failOnce();
          }
          yield first;
          if (first === "!") {
            failOnce();
          }
          yield* others;
        },
    }),
    relay: defineFunction({
      config: z.object({ to: functionRef() }),
      input: text,
      output: z.unknown(),
      build:
        ({ config }) =>
        (input, context) =>
          config.to.invoke(input, context),
    }),
    patient: definePerUserFunction({
      config: z.object({ to: functionRef() }),
      input: text,
      output: z.unknown(),
      build:
        ({ config }) =>
        (input, context) =>
          config.to.invoke(input, context).catch((error: { code?: string }) => ({ caught: error.code })),
    }),
  },
  functionGroups: {
    pair: defineFunctionGroup({
      functions: { one: { ...counted, idempotent: true }, two: counted },
      build: () => ({ one: counted.build(), two: counted.build() }) as never,
    }),
  },
};

/** A bench with a running application whose workflow has one middleware around it. */
async function running(middleware: string, workflow: string, logger?: Logger) {
  const bench = await Workbench.create([plugin]);
  const { runtime } = await bench.start(
    `middleware: { m: { _type: ${middleware} } }\nworkflow: { _type: ${workflow}, middleware: [m] }`,
    logger === undefined ? {} : { logger },
  );
  const ask = (userId: string | undefined, input = "a") => call(runtime, userId, { text: input });
  const stream = async (input: string, { leaveAfter = 100 } = {}): Promise<unknown[]> => {
    const session = runtime.sessions.session({ userId: undefined });
    const chunks: unknown[] = [];
    try {
      for await (const chunk of session.run({ text: input }).stream()) {
        chunks.push(chunk);
        if (chunks.length === leaveAfter) {
          break;
        }
      }
      return chunks;
    } finally {
      session.close();
    }
  };
  return { bench, ask, stream, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
}

async function refusals(yaml: string): Promise<string[]> {
  await using bench = await Workbench.create([plugin]);
  return await bench.refusals(yaml);
}

describe("the middleware timeout", () => {
  it("gives up a call that takes too long, and tells it so", async () => {
    await using app = await running("timeout, timeout: 10ms", "stuck");
    await expect(app.ask(undefined)).rejects.toMatchObject({
      code: "FUNCTION_TIMED_OUT",
      message: "<workflow> took longer than 0.01 s.",
    });
    await expect.poll(() => script.aborted).toBe(1);
  });

  it("lets the run go on where its caller can do without the call", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(`
middleware: { short: { _type: timeout, timeout: 10ms } }
functions: { stuck: { _type: stuck, middleware: [short] } }
workflow: { _type: patient, to: stuck }`);
    expect(await call(runtime, "alice", { text: "-" })).toEqual({ caught: "FUNCTION_TIMED_OUT" });
  });

  it("gives up a stream that comes to a halt", async () => {
    await using app = await running("timeout, timeout: 10ms", "stuck");
    await expect(app.stream("-")).rejects.toMatchObject({ code: "FUNCTION_TIMED_OUT" });
    await expect.poll(() => script.aborted).toBe(1);
  });

  it("lets by what is in time, and streams that are left early", async () => {
    await using app = await running("timeout, timeout: 1h", "letters");
    expect(await app.stream("abc")).toEqual(["a", "b", "c"]);
    expect(await app.stream("abc", { leaveAfter: 1 })).toEqual(["a"]);
  });
});

describe("the middleware retry", () => {
  const retry = "retry, delay: 0";

  it("repeats a call that failed before it changed anything", async () => {
    await using app = await running(retry, "per_user_notes");
    script.failures = 2;
    expect(await app.ask("alice")).toEqual({ notes: ["a"] });
    expect(script.calls).toBe(3);
  });

  it("ends with the function's own error after the last attempt", async () => {
    await using app = await running(`${retry}, max_attempts: 2`, "per_user_notes");
    script.failures = 5;
    await expect(app.ask("alice")).rejects.toMatchObject({ code: "workflow_error", message: "out of order" });
    expect(script.calls).toBe(2);
  });

  it("repeats no call that has changed the user's state, so that nothing is done twice", async () => {
    await using app = await running(retry, "per_user_notes, writes_first: true");
    script.failures = 1;
    await expect(app.ask("alice")).rejects.toMatchObject({ code: "workflow_error", message: "out of order" });
    expect(script.calls).toBe(1);
    expect(await app.ask("alice", "b")).toEqual({ notes: ["b"] });
  });

  it("repeats a stream only while nothing of it has been handed on", async () => {
    await using app = await running(retry, "letters");
    script.failures = 1;
    expect(await app.stream("abc")).toEqual(["a", "b", "c"]);
    script.failures = 1;
    await expect(app.stream("!bc")).rejects.toMatchObject({ message: "out of order" });
  });

  it("is refused around functions that are not declared idempotent, unless the configuration vouches for them", async () => {
    const yaml = (more: string) =>
      `middleware: { again: { _type: retry${more} } }\nfunction_groups: { pair: { _type: pair, middleware: [again] } }\nworkflow: { _type: relay, to: pair__two }`;
    expect(await refusals(yaml(""))).toEqual([
      "config.yml:2:54: The middleware again (alcove/retry) must not be put around pair__two: its plugin does not say that a call may be made twice; set assume_idempotent: true if it may. Put it around other functions, or configure it otherwise. [middleware-unsuitable]",
    ]);
    expect(await refusals(yaml(", assume_idempotent: true"))).toEqual([]);
  });
});

describe("the middleware cache", () => {
  it("answers a user's call with that user's earlier result, and nobody else's", async () => {
    for (const workflow of ["per_user_counted", "counted"]) {
      script.calls = 0;
      await using app = await running("cache", workflow);
      expect(await app.ask("alice")).toEqual({ text: "a", by: "alice", call: 1 });
      expect(await app.ask("bob")).toEqual({ text: "a", by: "bob", call: 2 });
      expect(await app.ask("alice")).toEqual({ text: "a", by: "alice", call: 1 });
      expect(await app.ask("alice", "b")).toEqual({ text: "b", by: "alice", call: 3 });
    }
  });

  it("keeps calls without identity apart from every user's", async () => {
    await using app = await running("cache", "counted");
    expect(await app.ask(undefined)).toMatchObject({ call: 1 });
    expect(await app.ask("null")).toMatchObject({ call: 2 });
    expect(await app.ask(undefined)).toMatchObject({ call: 1 });
  });

  it("forgets a result when its time is over", async () => {
    await using app = await running("cache, ttl: 5m", "counted");
    await app.ask("alice");
    app.bench.clock.advance(299_999);
    expect(await app.ask("alice")).toMatchObject({ call: 1 });
    app.bench.clock.advance(1);
    expect(await app.ask("alice")).toMatchObject({ call: 2 });
  });

  it("keeps no more than it may", async () => {
    await using app = await running("cache, max_bytes: 1024", "counted");
    for (let call = 0; call < 100; call += 1) {
      await app.ask("alice", `${call}`);
    }
    expect(await app.ask("alice", "99")).toMatchObject({ call: 100 });
    expect(await app.ask("alice", "0")).toMatchObject({ call: 101 });
  });

  it("shares results between users only where it is told to, and never those of per-user functions", async () => {
    await using app = await running("cache, across_users: true", "counted");
    await app.ask("alice");
    expect(await app.ask("bob")).toMatchObject({ call: 1 });
    expect(
      await refusals(
        "middleware: { m: { _type: cache, across_users: true } }\nworkflow: { _type: per_user_counted, middleware: [m] }",
      ),
    ).toEqual([expect.stringContaining("would show one user what is another's")]);
  });

  it("is refused around functions that keep state, or call what does", async () => {
    expect(
      await refusals(`middleware: { m: { _type: cache } }
functions: { notes: { _type: per_user_notes } }
workflow: { _type: patient, to: notes, middleware: [m] }`),
    ).toEqual([
      "config.yml:3:53: The middleware m (alcove/cache) must not be put around <workflow>: it keeps state, or calls what does, and a cached result would not follow the changes. Put it around other functions, or configure it otherwise. [middleware-unsuitable]",
    ]);
  });

  it("keeps no failures, and nothing of which there are no copies", async () => {
    await using app = await running("cache", "counted");
    script.answer = () => () => "a function";
    await app.ask("alice").catch(() => undefined);
    script.answer = (userId) => userId;
    expect(await app.ask("alice")).toMatchObject({ by: "alice", call: 2 });
  });
});

describe("the middleware rate_limit", () => {
  it("limits each user apart, says how long to wait, and lets calls by again as time passes", async () => {
    await using app = await running("rate_limit, max_calls: 2, per: 1m", "per_user_counted");
    await app.ask("alice");
    await app.ask("alice");
    await expect(app.ask("alice")).rejects.toMatchObject({
      code: "FUNCTION_RATE_LIMITED",
      retryAfterSeconds: 30,
      message: "<workflow> may be called 2 times in 60 s.",
    });
    expect(await app.ask("bob")).toMatchObject({ by: "bob" });
    app.bench.clock.advance(30_000);
    expect(await app.ask("alice")).toMatchObject({ by: "alice" });
    await expect(app.ask("alice")).rejects.toMatchObject({ code: "FUNCTION_RATE_LIMITED" });
  });

  it("counts streams too", async () => {
    await using app = await running("rate_limit, max_calls: 1", "letters");
    await app.stream("a");
    await expect(app.stream("a")).rejects.toMatchObject({ code: "FUNCTION_RATE_LIMITED" });
  });

  it("remembers no more users than it may", async () => {
    await using app = await running("rate_limit, max_calls: 1, max_users: 1", "per_user_counted");
    await app.ask("alice");
    await app.ask("bob");
    expect(await app.ask("alice")).toMatchObject({ by: "alice" });
  });
});

describe("the middleware logging", () => {
  const lines: { level: string; message: string; fields: LogFields }[] = [];
  const at = (level: string) => (message: string, fields?: LogFields) =>
    void lines.push({ level, message, fields: fields ?? {} });
  const logger: Logger = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: () => logger,
  };
  const written = () => lines.filter(({ fields }) => fields["function"] === "<workflow>");
  beforeEach(() => lines.splice(0));

  it("writes a line for a call, without what the user sent and got", async () => {
    await using app = await running("logging", "counted", logger);
    await app.ask("alice", "private");
    expect(written()).toEqual([
      { level: "info", message: "A function was called", fields: { function: "<workflow>", durationMs: 0 } },
    ]);
  });

  it("writes content where it is told to, at the level it is given", async () => {
    await using app = await running("logging, log_content: true, level: debug", "counted", logger);
    await app.ask("alice");
    expect(written()).toMatchObject([
      { level: "debug", fields: { input: { text: "a" }, output: { text: "a", by: "alice" } } },
    ]);
  });

  it("says of a stream how many chunks it had, and how it ended", async () => {
    await using app = await running("logging", "letters", logger);
    await app.stream("abc");
    script.failures = 1;
    await app.stream("!bc").catch(() => undefined);
    expect(written()).toMatchObject([
      { message: "A function that streams was called", fields: { chunks: 3 } },
      { message: "A function that streams failed", fields: { chunks: 1, error: { message: "out of order" } } },
    ]);
  });
});

describe("the middleware validate", () => {
  it("refuses inputs and outputs that a JSON Schema of the configuration refuses, and lets the others by", async () => {
    const schemas =
      "input: { type: object, properties: { text: { type: string, maxLength: 3 } } }, output: { type: object, properties: { call: { type: number, maximum: 1 } } }";
    await using app = await running(`validate, ${schemas}`, "counted");
    await expect(app.ask("alice", "four")).rejects.toMatchObject({ message: expect.stringContaining("text") });
    expect(script.calls).toBe(0);
    expect(await app.ask("alice", "two")).toEqual({ text: "two", by: "alice", call: 1 });
    await expect(app.ask("alice", "two")).rejects.toMatchObject({ code: "OUTPUT_INVALID" });
  });

  it("checks each chunk of a stream", async () => {
    await using app = await running("validate, chunk: { type: string, pattern: '[a-c]' }", "letters");
    expect(await app.stream("abc")).toEqual(["a", "b", "c"]);
    await expect(app.stream("abz")).rejects.toMatchObject({ code: "OUTPUT_INVALID" });
  });

  it("is refused with what is no JSON Schema, with nothing to check, and with what the function does not have", async () => {
    const yaml = (fields: string) =>
      `middleware: { m: { _type: validate${fields} } }\nworkflow: { _type: counted, middleware: [m] }`;
    expect(await refusals(yaml(", input: 5"))).toEqual([expect.stringContaining("must be a JSON Schema")]);
    expect(await refusals(yaml(", input: { type: strin }"))).toEqual([
      expect.stringContaining("must be a JSON Schema"),
    ]);
    expect(await refusals(yaml(""))).toEqual([expect.stringContaining("it has nothing to check")]);
    expect(await refusals(yaml(", chunk: {}"))).toEqual([expect.stringContaining("the function does not stream")]);
  });
});

describe("a type that comes with Alcove", () => {
  it("goes by its qualified name where a plugin has one of the same name", async () => {
    const cache = defineMiddleware({
      build: () => ({ invoke: (_input, _call, next) => next(), stream: (_input, _call, next) => next() }),
    });
    await using bench = await Workbench.create([{ ...plugin, middleware: { cache } }]);
    const yaml = (type: string) =>
      `middleware: { m: { _type: ${type} } }\nworkflow: { _type: counted, middleware: [m] }`;
    expect(await bench.refusals(yaml("cache"))).toEqual([
      'config.yml:1:27: Several plugins contribute the middleware type "cache": lab, alcove. Write one of lab/cache, alcove/cache. [type-ambiguous]',
    ]);
    expect(await bench.refusals(yaml("alcove/cache"))).toEqual([]);
  });
});
