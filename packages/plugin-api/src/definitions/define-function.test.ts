import { describe, expect, it } from "vitest";
import { z } from "zod";
import { systemClock } from "../clock.js";
import type { CallContext } from "../contexts.js";
import { silentLogger } from "../logger.js";
import { defineFunction, definePerUserFunction } from "./define-function.js";
import { type EngineBuildContext, type FunctionDefinition, isComponentDefinition } from "./definition.js";

const context = (config: unknown = {}): EngineBuildContext => ({
  name: "sample",
  config,
  services: {},
  logger: silentLogger,
  clock: systemClock,
  userId: "user",
  onDispose() {},
  onSessionEnd() {},
});
const call: CallContext = {
  run: { runId: "run", traceId: "trace", conversationId: undefined, request: undefined },
  traceHeaders: {},
  signal: new AbortController().signal,
  logger: silentLogger,
  clock: systemClock,
  userId: undefined,
  interaction: {} as CallContext["interaction"],
  principal: undefined,
};

async function* counted(upTo: number): AsyncGenerator<number> {
  for (let number = 1; number <= upTo; number += 1) {
    yield await Promise.resolve(number);
  }
}

// The engine calls only what the schemas were checked for; a test stands in for it.
const built = async (definition: FunctionDefinition, config?: unknown) => definition.build(context(config));

describe("defineFunction", () => {
  it("yields a frozen shared definition whose parts the engine can read", () => {
    const input = z.object({ text: z.string() });
    const output = z.string();
    const definition = defineFunction({
      input,
      output,
      description: "Says it.",
      build:
        () =>
        ({ text }) =>
          text,
    });
    expect(definition).toMatchObject({ kind: "function", scope: "shared", description: "Says it.", state: undefined });
    expect(definition.input).toBe(input);
    expect(definition.output).toBe(output);
    expect(definition.streamOutput).toBeUndefined();
    expect([definition.isResumable, definition.onDisconnect]).toEqual([false, "abort"]);
    expect(Object.isFrozen(definition)).toBe(true);
    expect(isComponentDefinition(definition)).toBe(true);
  });

  it("takes no configuration where none is declared", () => {
    const definition = defineFunction({ input: z.string(), output: z.string(), build: () => (text) => text });
    expect(definition.config.parse({})).toEqual({});
    expect(definition.services).toEqual({});
    expect(definition.description).toBe("");
  });

  it("refuses a function without any output", () => {
    expect(() => defineFunction({ input: z.string(), build: () => (() => counted(1)) as never })).toThrow(
      new TypeError("A function needs an output schema, a streamOutput schema, or both."),
    );
  });

  it("hands the build context to build, and makes what it returns callable", async () => {
    const definition = defineFunction({
      config: z.object({ prefix: z.string() }),
      input: z.string(),
      output: z.string(),
      build:
        ({ config, name }) =>
        (text) =>
          `${name}: ${config.prefix}${text}`,
    });
    const { invoke, stream } = await built(definition, { prefix: "> " });
    expect(invoke?.("hello" as never, call)).toBe("sample: > hello");
    expect(stream).toBeUndefined();
  });

  it("accepts a build that takes its time", async () => {
    const definition = defineFunction({
      input: z.string(),
      output: z.string(),
      build: async () => (text) => Promise.resolve(text),
    });
    const { invoke } = await built(definition);
    await expect(invoke?.("late" as never, call)).resolves.toBe("late");
  });

  it("takes a function of a stream where only chunks are declared", async () => {
    const definition = defineFunction({ input: z.number(), streamOutput: z.number(), build: () => counted });
    const { invoke, stream } = await built(definition);
    expect(invoke).toBeUndefined();
    await expect(collected(stream?.(3 as never, call))).resolves.toEqual([1, 2, 3]);
  });

  it("takes an object of both where both are declared", async () => {
    const definition = defineFunction({
      input: z.number(),
      output: z.number(),
      streamOutput: z.number(),
      build: () => ({ invoke: (upTo) => upTo, stream: counted }),
    });
    const { invoke, stream } = await built(definition);
    expect(invoke?.(2 as never, call)).toBe(2);
    await expect(collected(stream?.(2 as never, call))).resolves.toEqual([1, 2]);
  });

  it.each([
    [undefined, "a value of type undefined"],
    [null, "null"],
    [[], "an array"],
    [{ invoke: () => "" }, "a value of type object"],
  ])("says what is wrong when build returns %s instead of a function", async (returned, said) => {
    const definition = defineFunction({ input: z.string(), output: z.string(), build: () => returned as never });
    await expect(built(definition)).rejects.toThrow(
      new TypeError(`build of sample has to return a function, and returned ${said}.`),
    );
  });

  it.each([[() => ""], [{ invoke: () => "" }], [{ stream: counted }], [null]])(
    "wants both halves when output and streamOutput are declared, given %o",
    async (returned) => {
      const definition = defineFunction({
        input: z.string(),
        output: z.string(),
        streamOutput: z.string(),
        build: () => returned as never,
      });
      await expect(built(definition)).rejects.toThrow(TypeError);
    },
  );
});

describe("definePerUserFunction", () => {
  const notes = z.object({ notes: z.array(z.string()) });

  it("carries its state declaration, which begins anew for each user", () => {
    const definition = definePerUserFunction({
      config: z.object({ first: z.string() }),
      input: z.string(),
      output: z.number(),
      state: { version: 3, schema: notes, initial: ({ first }) => ({ notes: [first] }) },
      build:
        () =>
        (text, { state }) =>
          state.notes.push(text),
    });
    expect(definition.scope).toBe("per-user");
    expect(definition.state?.version).toBe(3);
    expect(definition.state?.schema).toBe(notes);
    const initial = definition.state?.initial as (config: { first: string }) => { notes: string[] };
    expect(initial({ first: "a" })).toEqual({ notes: ["a"] });
    expect(initial({ first: "a" })).not.toBe(initial({ first: "a" }));
  });

  it("gives the function the draft of the run as its call's state", async () => {
    const definition = definePerUserFunction({
      input: z.string(),
      output: z.number(),
      state: { version: 1, schema: notes, initial: () => ({ notes: [] }) },
      build:
        () =>
        (text, { state }) =>
          state.notes.push(text),
    });
    const { invoke } = await built(definition);
    const state = { notes: ["one"] };
    expect(invoke?.("two" as never, { ...call, userId: "user", state } as CallContext)).toBe(2);
    expect(state.notes).toEqual(["one", "two"]);
  });

  it("may do without state", () => {
    const definition = definePerUserFunction({ input: z.string(), output: z.string(), build: () => (text) => text });
    expect(definition.state).toBeUndefined();
  });
});

async function collected(stream: AsyncIterable<unknown> | undefined): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of stream ?? []) {
    chunks.push(chunk);
  }
  return chunks;
}
