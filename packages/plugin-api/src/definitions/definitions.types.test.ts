import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { CallContext, PerUserCallContext } from "../contexts.js";
import { Logger } from "../logger.js";
import { type FunctionGroupHandle, type FunctionHandle, functionGroupRef, functionRef } from "../references.js";
import { defineFunction, definePerUserFunction } from "./define-function.js";
import { defineFunctionGroup, definePerUserFunctionGroup } from "./define-function-group.js";
import type { FunctionDefinition, FunctionGroupDefinition } from "./definition.js";
import { migrateFrom } from "./state-declaration.js";

const input = z.object({ text: z.string(), times: z.number().default(1) });
const state = { version: 1, schema: z.object({ notes: z.array(z.string()) }), initial: () => ({ notes: [] }) };

describe("defineFunction", () => {
  it("types the configuration, the input and the call from the schemas", () => {
    const definition = defineFunction({
      config: z.object({ limit: z.number().default(3) }),
      input,
      output: z.string(),
      build(context) {
        expectTypeOf(context.config).toEqualTypeOf<{ limit: number }>();
        return (given, call) => {
          expectTypeOf(given).toEqualTypeOf<{ text: string; times: number }>();
          expectTypeOf(call).toEqualTypeOf<CallContext>();
          expectTypeOf(call.userId).toEqualTypeOf<string | undefined>();
          return given.text;
        };
      },
    });
    expectTypeOf(definition).toEqualTypeOf<FunctionDefinition>();
  });

  it("gives a shared function no state", () => {
    defineFunction({
      input,
      output: z.string(),
      build: () => (_given, call) => {
        // @ts-expect-error A shared function has nothing of a user.
        return String(call.state);
      },
    });
  });

  it("refuses a result the output schema does not allow", () => {
    defineFunction({
      input,
      output: z.string(),
      // @ts-expect-error A number is no string.
      build: () => () => 1,
    });
  });

  it("takes a stream where chunks are declared, and both halves where both are", () => {
    async function* chunks(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
    }
    defineFunction({ input, streamOutput: z.number(), build: () => chunks });
    defineFunction({
      input,
      output: z.string(),
      streamOutput: z.number(),
      build: () => ({ invoke: ({ text }) => text, stream: chunks }),
    });
    defineFunction({
      input,
      streamOutput: z.number(),
      // @ts-expect-error A promise is no stream.
      build: () => () => Promise.resolve(1),
    });
    defineFunction({
      input,
      output: z.string(),
      streamOutput: z.number(),
      // @ts-expect-error The stream is missing.
      build: () => ({ invoke: () => "" }),
    });
  });

  it("types the services it asks for", () => {
    defineFunction({
      input,
      output: z.string(),
      services: { log: Logger },
      build({ services }) {
        expectTypeOf(services).toHaveProperty("log");
        return ({ text }) => text;
      },
    });
  });
});

describe("definePerUserFunction", () => {
  it("types the draft of the state", () => {
    definePerUserFunction({
      input,
      output: z.number(),
      state,
      build({ userId }) {
        expectTypeOf(userId).toEqualTypeOf<string>();
        return ({ text }, call) => {
          expectTypeOf(call).toEqualTypeOf<PerUserCallContext<{ notes: string[] }>>();
          return call.state.notes.push(text);
        };
      },
    });
  });

  it("hands the configuration to the state's beginning", () => {
    definePerUserFunction({
      config: z.object({ first: z.string() }),
      input,
      output: z.number(),
      state: {
        version: 1,
        schema: z.object({ notes: z.array(z.string()) }),
        initial(config) {
          expectTypeOf(config).toEqualTypeOf<{ first: string }>();
          return { notes: [config.first] };
        },
      },
      build: () => () => 1,
    });
  });

  it("has no state where none is declared", () => {
    definePerUserFunction({
      input,
      output: z.string(),
      build: () => (_given, call) => {
        expectTypeOf(call.state).toEqualTypeOf<undefined>();
        return "";
      },
    });
  });

  it("refuses a beginning the state's schema does not allow", () => {
    definePerUserFunction({
      input,
      output: z.string(),
      // @ts-expect-error The notes are missing.
      state: { version: 1, schema: z.object({ notes: z.array(z.string()) }), initial: () => ({}) },
      build: () => () => "",
    });
  });
});

describe("the migrations of a state", () => {
  it("are typed by the schema of the version before", () => {
    migrateFrom(z.object({ text: z.string() }), (before) => {
      expectTypeOf(before).toEqualTypeOf<{ text: string }>();
      return { notes: [before.text] };
    });
  });

  it("yield JSON", () => {
    // @ts-expect-error A date is no JSON.
    migrateFrom(z.object({}), () => ({ at: new Date(0) }));
  });
});

describe("function groups", () => {
  it("type each member by its own schemas", () => {
    const definition = defineFunctionGroup({
      functions: {
        length: { input: z.string(), output: z.number() },
        letters: { input: z.string(), streamOutput: z.string() },
      },
      build: () => ({
        length: (text) => text.length,
        async *letters(text) {
          yield* await Promise.resolve(text);
        },
      }),
    });
    expectTypeOf(definition).toEqualTypeOf<FunctionGroupDefinition>();
  });

  it("share one state between the members of a per-user group", () => {
    definePerUserFunctionGroup({
      functions: { add: { input: z.string(), output: z.number() } },
      state,
      build: () => ({
        add: (text, call) => {
          expectTypeOf(call.state).toEqualTypeOf<{ notes: string[] }>();
          return call.state.notes.push(text);
        },
      }),
    });
  });

  it("refuse to do without the code of a member", () => {
    defineFunctionGroup({
      functions: { length: { input: z.string(), output: z.number() } },
      // @ts-expect-error The member is missing.
      build: () => ({}),
    });
  });
});

describe("references", () => {
  it("are handles by the time build sees them, typed by the caller's schemas", () => {
    const output = z.object({ success: z.boolean() });
    defineFunction({
      config: z.object({ notepad: functionRef({ input, output }), todo: functionGroupRef() }),
      input: z.string(),
      output,
      build({ config }) {
        expectTypeOf(config.todo).toEqualTypeOf<FunctionGroupHandle>();
        expectTypeOf(config.notepad).toEqualTypeOf<
          FunctionHandle<{ text: string; times?: number | undefined }, { success: boolean }>
        >();
        return (text, call) => config.notepad.invoke({ text }, call);
      },
    });
  });

  it("cannot be called without the call they belong to", () => {
    defineFunction({
      config: z.object({ notepad: functionRef({ output: z.string() }) }),
      input: z.string(),
      output: z.string(),
      build:
        ({ config }) =>
        (text) =>
          // @ts-expect-error The call context is missing.
          config.notepad.invoke(text),
    });
  });
});
