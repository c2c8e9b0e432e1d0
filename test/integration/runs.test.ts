import {
  type CallContext,
  defineFunction,
  definePerUserFunction,
  type FunctionHandle,
  functionRef,
  type LogFields,
  type Logger,
  type PerUserCallContext,
  silentLogger,
  z,
} from "@alcove/plugin-api";
import type { IdempotencyRequest, IntermediateStep } from "@alcove/runtime";
import { describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

const empty = z.object({});
const text = z.object({ text: z.string() });

const echo = defineFunction({
  input: text,
  output: text,
  build:
    () =>
    ({ text }) => ({ text: `${text}!` }),
});

function workflowCalling(behaviour: (input: { text: string }, call: CallContext, echo: FunctionHandle) => unknown) {
  return {
    id: "calls",
    functions: {
      echo,
      flow: definePerUserFunction({
        config: z.object({ echo: functionRef({ default: "echo" }) }),
        input: text,
        output: z.object({ text: z.string() }),
        build:
          ({ config }) =>
          async (input, context) =>
            (await behaviour(input, context, config.echo)) as { text: string },
      }),
    },
  };
}
const flowConfig = "functions:\n  echo: { _type: echo }\n  other: { _type: echo }\nworkflow: { _type: flow }";

async function stepsOf(bench: Workbench, userId: string, input: unknown): Promise<IntermediateStep[]> {
  const { runtime } = await bench.start(flowConfig);
  const steps: IntermediateStep[] = [];
  const session = runtime.sessions.session({ userId });
  const runner = session.run(input);
  runner.subscribe((step) => steps.push(step));
  await runner.result().catch(() => undefined);
  session.close();
  return steps;
}

describe("a run", () => {
  it("announces its steps in order, each END with the START's id, children under their parents", async () => {
    await using bench = await Workbench.create([
      workflowCalling((input, context, handle) => handle.invoke(input, context)),
    ]);
    const steps = await stepsOf(bench, "alice", { text: "hi" });
    const [workflow, flow, child] = steps.map(({ payload }) => payload.uuid);
    expect(steps.map(({ payload, parentId }) => [payload.eventType, payload.name, payload.uuid, parentId])).toEqual([
      ["WORKFLOW_START", "flow", workflow, "root"],
      ["FUNCTION_START", "<workflow>", flow, workflow],
      ["FUNCTION_START", "echo", child, flow],
      ["FUNCTION_END", "echo", child, flow],
      ["FUNCTION_END", "<workflow>", flow, workflow],
      ["WORKFLOW_END", "flow", workflow, "root"],
    ]);
    expect(new Set([workflow, flow, child]).size).toBe(3);
    expect(steps.at(-1)?.payload.data).toEqual({ output: { text: "hi!" } });
  });

  it("announces every END with the error when it fails", async () => {
    const failure = new RangeError("no");
    await using bench = await Workbench.create([
      workflowCalling(() => {
        throw failure;
      }),
    ]);
    const steps = await stepsOf(bench, "alice", { text: "hi" });
    expect(steps.map(({ payload }) => [payload.eventType, payload.data.error])).toEqual([
      ["WORKFLOW_START", undefined],
      ["FUNCTION_START", undefined],
      ["FUNCTION_END", failure],
      ["WORKFLOW_END", failure],
    ]);
  });

  it("gives siblings called at the same time the right parent", async () => {
    await using bench = await Workbench.create([
      workflowCalling(async (input, context, handle) => {
        await Promise.all([handle.invoke(input, context), handle.invoke(input, context)]);
        return input;
      }),
    ]);
    const steps = await stepsOf(bench, "alice", { text: "hi" });
    const flow = steps[1]?.payload.uuid;
    expect(steps.filter(({ payload }) => payload.name === "echo").map(({ parentId }) => parentId)).toEqual([
      flow,
      flow,
      flow,
      flow,
    ]);
  });

  it("sees the facts of its own request, not of the one that woke the session", async () => {
    await using bench = await Workbench.create([
      workflowCalling((_input, { run }) => ({
        text: `${run.conversationId} ${run.request?.headers["x-test"]} ${run.runId}`,
      })),
    ]);
    const { runtime } = await bench.start(flowConfig);
    for (const each of ["one", "two", "three"]) {
      const session = runtime.sessions.session({ userId: "alice" });
      const request = { requestId: each, method: "POST", path: "/generate", headers: { "x-test": each } };
      const runner = session.run({ text: "" }, { conversationId: each, runId: `run-${each}`, request });
      expect(await runner.result()).toEqual({ text: `${each} ${each} run-${each}` });
      session.close();
    }
  });

  it("is served by a runner once only", async () => {
    await using bench = await Workbench.create([workflowCalling((input) => input)]);
    const { runtime } = await bench.start(flowConfig);
    const session = runtime.sessions.session({ userId: "alice" });
    const runner = session.run({ text: "hi" });
    expect(runner.state).toBe("initialized");
    await runner.result();
    expect(runner.state).toBe("completed");
    await expect(runner.result()).rejects.toMatchObject({ code: "RUNNER_MISUSED" });
    session.close();
  });

  it("is refused without a user when the workflow is per-user", async () => {
    await using bench = await Workbench.create([workflowCalling((input) => input)]);
    const { runtime } = await bench.start(flowConfig);
    await expect(call(runtime, undefined, { text: "hi" })).rejects.toMatchObject({ code: "USER_ID_REQUIRED" });
  });

  it("leaves nothing in memory and nothing in the store when a user's first input is refused", async () => {
    await using bench = await Workbench.create([workflowCalling((input) => input)]);
    const { runtime, store } = await bench.start(flowConfig);
    await expect(call(runtime, "alice", { text: 1 })).rejects.toMatchObject({
      code: "INPUT_INVALID",
      faults: [{ path: ["text"], kind: "invalid_type", expected: "string" }],
    });
    // A session that never woke up counts as expired, and is in no list; only cleaning up tells whether it is there.
    expect(await runtime.sessions.evictExpired()).toBe(0);
    expect(await store.count()).toBe(0);
  });

  it("reports a function that is called wrongly by the workflow as the workflow's failure, not the caller's", async () => {
    await using bench = await Workbench.create([
      workflowCalling((_input, context, handle) => handle.invoke({ text: 7 }, context)),
    ]);
    const { runtime } = await bench.start(flowConfig);
    await expect(call(runtime, "alice", { text: "hi" })).rejects.toMatchObject({
      code: "workflow_error",
      details: "InputInvalidError",
    });
  });
});

describe("a run that is given up", () => {
  function heeding() {
    return workflowCalling((input, { signal }) => {
      if (input.text === "quick") {
        return input;
      }
      return new Promise((_resolve, reject) => {
        const giveUp = (): void => reject(new RangeError("the function's own error"));
        signal.addEventListener("abort", giveUp);
        if (signal.aborted) {
          giveUp();
        }
      });
    });
  }

  it("ends with RUN_ABORTED, whatever its function makes of the signal, and with what the caller gave as the cause", async () => {
    await using bench = await Workbench.create([heeding()]);
    const { runtime } = await bench.start(flowConfig);
    const session = runtime.sessions.session({ userId: "alice" });
    const runner = session.run({ text: "slow" });
    const started = new Promise<void>((resolve) => runner.subscribe(() => resolve()));
    const result = runner.result();
    const outcome = expect(result).rejects.toMatchObject({ code: "RUN_ABORTED", cause: "tired of waiting" });
    await started;
    runner.abort("tired of waiting");
    await outcome;
    expect(runner.state).toBe("failed");
    session.close();
  });

  it.each(["before it begins", "while it works"])("follows its caller's signal: %s", async (moment) => {
    await using bench = await Workbench.create([heeding()]);
    const { runtime, store } = await bench.start(flowConfig);
    const caller = new AbortController();
    const session = runtime.sessions.session({ userId: "alice" });
    if (moment === "before it begins") {
      caller.abort();
    }
    const runner = session.run({ text: moment === "before it begins" ? "quick" : "slow" }, { signal: caller.signal });
    const unsubscribe = runner.subscribe(() => caller.abort());
    await expect(runner.result()).rejects.toMatchObject({ code: "RUN_ABORTED" });
    unsubscribe();
    session.close();
    expect(await store.count()).toBe(0);
  });
});

describe("a call context", () => {
  it("has a logger whose lines carry the component and the run id", async () => {
    await using bench = await Workbench.create([
      workflowCalling((input, { logger }) => {
        logger.info("thinking", { about: input.text });
        return input;
      }),
    ]);
    const lines: LogFields[] = [];
    const recording = (fields: LogFields): Logger => ({
      ...silentLogger,
      info: (message, more) => lines.push({ ...fields, ...more, message }),
      child: (more) => recording({ ...fields, ...more }),
    });
    const { runtime } = await bench.start(flowConfig, { logger: recording({}) });
    const session = runtime.sessions.session({ userId: "alice" });
    const runner = session.run({ text: "life" });
    await runner.result();
    session.close();
    expect(lines.filter(({ message }) => message === "thinking")).toEqual([
      expect.objectContaining({ component: "workflow", runId: runner.runId, about: "life" }),
    ]);
  });

  it("says who the caller has proved to be, of the very run, and of nobody's where nobody was asked", async () => {
    await using bench = await Workbench.create([
      workflowCalling((_, { principal }) => ({
        text: principal === undefined ? "nobody" : `${principal.issuer}/${principal.subject}`,
      })),
    ]);
    const { runtime } = await bench.start(flowConfig);
    const asked: unknown[] = [];
    for (const subject of ["ann", "bea", undefined]) {
      const session = runtime.sessions.session({ userId: "alice" });
      const facts = { userId: "alice", issuer: "keys", provider: "api_key", roles: [], claims: {} };
      const runner = session.run({ text: "" }, subject === undefined ? {} : { principal: { ...facts, subject } });
      asked.push(await runner.result());
      session.close();
    }
    expect(asked).toEqual([{ text: "keys/ann" }, { text: "keys/bea" }, { text: "nobody" }]);
  });

  it("is dead once its run has ended", async () => {
    const kept: { context?: CallContext; echo?: FunctionHandle } = {};
    await using bench = await Workbench.create([
      workflowCalling((input, context, handle) => {
        Object.assign(kept, { context, echo: handle });
        return input;
      }),
    ]);
    const { runtime } = await bench.start(flowConfig);
    await call(runtime, "alice", { text: "hi" });
    await expect(kept.echo?.invoke({ text: "late" }, kept.context!)).rejects.toMatchObject({ code: "CALL_ENDED" });
  });

  it("opens no function its component's configuration does not reference", async () => {
    const handles: FunctionHandle[] = [];
    const stealing = {
      id: "stealing",
      functions: {
        lender: defineFunction({
          config: z.object({ echo: functionRef({ default: "echo" }) }),
          input: empty,
          output: empty,
          build: ({ config }) => {
            handles.push(config.echo);
            return () => ({});
          },
        }),
        echo,
        thief: definePerUserFunction({
          input: empty,
          output: z.unknown(),
          build: () => (_input, context) => handles[0]?.invoke({ text: "x" }, context),
        }),
      },
    };
    await using bench = await Workbench.create([stealing]);
    const { runtime } = await bench.start(
      "functions:\n  echo: { _type: echo }\n  lender: { _type: lender }\nworkflow: { _type: thief }",
    );
    await expect(call(runtime, "alice", {})).rejects.toMatchObject({
      message: expect.stringContaining("does not reference"),
    });
  });

  it("keeps one user's state out of a function that kept another user's context", async () => {
    const state = { version: 1, schema: z.object({ secret: z.string() }), initial: () => ({ secret: "" }) };
    let first: PerUserCallContext<{ secret: string }> | undefined;
    const hoarding = {
      id: "hoarding",
      functions: {
        flow: definePerUserFunction({
          input: text,
          output: text,
          state,
          build: () => (input, context) => {
            first ??= context;
            context.state.secret ||= input.text;
            return { text: first.state.secret };
          },
        }),
      },
    };
    await using bench = await Workbench.create([hoarding]);
    const { runtime } = await bench.start("workflow: { _type: flow }");
    expect(await call(runtime, "alice", { text: "alice's" })).toEqual({ text: "alice's" });
    await expect(call(runtime, "bob", { text: "bob's" })).rejects.toMatchObject({
      message: expect.stringContaining("has ended"),
    });
  });
});

describe("a stream", () => {
  const counting = {
    id: "counting",
    functions: {
      count: definePerUserFunction({
        input: z.object({ to: z.number(), failAt: z.number().default(-1) }),
        streamOutput: z.number(),
        state: { version: 1, schema: z.object({ streamed: z.number() }), initial: () => ({ streamed: 0 }) },
        build: () =>
          async function* ({ to, failAt }, { state }) {
            for (let index = 1; index <= to; index += 1) {
              if (index === failAt) {
                throw new Error("broken off");
              }
              state.streamed += 1;
              yield state.streamed;
            }
          },
      }),
    },
  };
  const countConfig = "workflow: { _type: count }";

  async function collect(
    bench: { runtime: Awaited<ReturnType<Workbench["start"]>>["runtime"] },
    input: unknown,
    limit = 99,
  ) {
    const session = bench.runtime.sessions.session({ userId: "alice" });
    const chunks: unknown[] = [];
    try {
      for await (const chunk of session.run(input).stream()) {
        chunks.push(chunk);
        if (chunks.length === limit) {
          break;
        }
      }
    } finally {
      session.close();
    }
    return chunks;
  }

  it("yields its chunks as they come and commits before it ends", async () => {
    await using bench = await Workbench.create([counting]);
    const application = await bench.start(countConfig);
    expect(await collect(application, { to: 3 })).toEqual([1, 2, 3]);
    expect(await application.store.load({ application: "config", userId: "alice" })).toMatchObject({
      revision: 1,
      runsCompleted: 1,
    });
    expect(await collect(application, { to: 1 })).toEqual([4]);
  });

  it("commits nothing when it fails or is left early", async () => {
    await using bench = await Workbench.create([counting]);
    const application = await bench.start(countConfig);
    await expect(collect(application, { to: 3, failAt: 2 })).rejects.toMatchObject({ code: "workflow_error" });
    expect(await collect(application, { to: 3 }, 2)).toEqual([1, 2]);
    expect(await collect(application, { to: 1 })).toEqual([1]);
  });

  async function texts(runtime: Parameters<typeof call>[0], input: unknown, idempotency?: IdempotencyRequest) {
    const session = runtime.sessions.session({ userId: "alice" });
    const replying = session.run(input).replyStream(idempotency);
    session.close();
    const { isReplayed, chunks } = await replying;
    const seen: string[] = [];
    for await (const text of chunks) {
      seen.push(text);
    }
    return { isReplayed, seen };
  }

  it("gives the last chunk of its reply away only after the commit", async () => {
    await using bench = await Workbench.create([counting]);
    const { runtime, store } = await bench.start(countConfig);
    const session = runtime.sessions.session({ userId: "alice" });
    const { chunks } = await session.run({ to: 3 }).replyStream();
    const committed: unknown[] = [];
    for await (const text of chunks) {
      committed.push([text, (await store.load({ application: "config", userId: "alice" }))?.revision]);
    }
    session.close();
    expect(committed).toEqual([
      ['{"value":"1"}', undefined],
      ['{"value":"2"}', undefined],
      ['{"value":"3"}', 1],
    ]);
  });

  it("keeps the chunk it held back when it fails", async () => {
    await using bench = await Workbench.create([counting]);
    const { runtime } = await bench.start(countConfig);
    const session = runtime.sessions.session({ userId: "alice" });
    const { chunks } = await session.run({ to: 3, failAt: 3 }).replyStream();
    const seen: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const text of chunks) {
        seen.push(text);
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: "workflow_error", message: "broken off" });
    session.close();
    expect(seen).toEqual(['{"value":"1"}']);
  });

  it("is replayed chunk by chunk to a request that was carried out before", async () => {
    await using bench = await Workbench.create([counting]);
    const { runtime } = await bench.start(countConfig);
    const request = { key: "k", fingerprint: "f" };
    const seen = ['{"value":"1"}', '{"value":"2"}'];
    expect(await texts(runtime, { to: 2 }, request)).toEqual({ isReplayed: false, seen });
    expect(await texts(runtime, { to: 2 }, request)).toEqual({ isReplayed: true, seen });
    expect(await texts(runtime, { to: 1 })).toEqual({ isReplayed: false, seen: ['{"value":"3"}'] });
  });

  it("fails as soon as it has more than can be recorded for its idempotency key, and stores nothing", async () => {
    await using bench = await Workbench.create([counting]);
    const { runtime } = await bench.start(`general: { idempotency: { max_reply_bytes: 100 } }\n${countConfig}`);
    const endless = texts(runtime, { to: Number.MAX_SAFE_INTEGER }, { key: "k", fingerprint: "f" });
    await expect(endless).rejects.toMatchObject({ code: "IDEMPOTENCY_REPLY_TOO_LARGE" });
    expect((await texts(runtime, { to: 1 })).seen).toEqual(['{"value":"1"}']);
  });

  it("ends at its next chunk when it is aborted, also where the function does not look at its signal", async () => {
    await using bench = await Workbench.create([counting]);
    const { runtime } = await bench.start(countConfig);
    const session = runtime.sessions.session({ userId: "alice" });
    const runner = session.run({ to: Number.MAX_SAFE_INTEGER });
    const { chunks } = await runner.replyStream();
    expect((await chunks.next()).value).toBe('{"value":"1"}');
    runner.abort();
    await expect(chunks.next()).rejects.toMatchObject({ code: "RUN_ABORTED" });
    session.close();
    expect(await texts(runtime, { to: 1 })).toEqual({ isReplayed: false, seen: ['{"value":"1"}'] });
  });

  it("cannot be asked for as a single result", async () => {
    await using bench = await Workbench.create([counting]);
    const { runtime } = await bench.start(countConfig);
    await expect(call(runtime, "alice", { to: 1 })).rejects.toMatchObject({ code: "OUTPUT_KIND_UNSUPPORTED" });
  });

  it("has one chunk where the function has a single result only, also inside a run", async () => {
    const chunks: unknown[] = [];
    await using bench = await Workbench.create([
      workflowCalling(async (input, context, handle) => {
        for await (const chunk of handle.stream(input, context)) {
          chunks.push(chunk);
        }
        return input;
      }),
    ]);
    expect(await collect(await bench.start(flowConfig), { text: "hi" })).toEqual([{ text: "hi" }]);
    expect(chunks).toEqual([{ text: "hi!" }]);
  });

  it("ends with RUN_ABORTED for those who listen when it is left early", async () => {
    await using bench = await Workbench.create([counting]);
    const application = await bench.start(countConfig);
    const errors: unknown[] = [];
    application.runtime.events.subscribe(({ payload }) => {
      if (payload.eventType === "WORKFLOW_END") {
        errors.push(payload.data.error);
      }
    });
    await collect(application, { to: 3 }, 2);
    expect(errors).toMatchObject([{ code: "RUN_ABORTED" }]);
  });
});

describe("a shared workflow", () => {
  it("needs no user and stores nothing", async () => {
    await using bench = await Workbench.create([{ id: "plain", functions: { echo } }]);
    const { runtime, store } = await bench.start("workflow: { _type: echo }");
    expect(await call(runtime, undefined, { text: "hi" })).toEqual({ text: "hi!" });
    expect(await call(runtime, "alice", { text: "hi" })).toEqual({ text: "hi!" });
    expect(await store.count()).toBe(0);
  });
});

describe("plain scalars", () => {
  it("become objects with a field value on the wire", async () => {
    const shout = defineFunction({ input: z.string(), output: z.number(), build: () => (word) => word.length });
    await using bench = await Workbench.create([{ id: "plain", functions: { shout } }]);
    const { runtime } = await bench.start("workflow: { _type: shout }");
    const session = runtime.sessions.session();
    expect(await session.run(runtime.workflow.unwrapInput({ value: "four" })).reply()).toEqual({
      body: '{"value":4}',
      isReplayed: false,
    });
    expect(() => runtime.workflow.unwrapInput({})).toThrow('"value"');
    expect(z.toJSONSchema(runtime.workflow.inputSchema)).toMatchObject({ type: "object", required: ["value"] });
  });
});
