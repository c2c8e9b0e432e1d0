import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { Collection, CollectionItem } from "../collection.js";
import type { CallContext, PerUserCallContext } from "../contexts.js";
import { Logger } from "../logger.js";
import { type FunctionGroupHandle, type FunctionHandle, functionGroupRef, functionRef } from "../references.js";
import { defineFunction, definePerUserFunction } from "./define-function.js";
import { defineFunctionGroup, definePerUserFunctionGroup } from "./define-function-group.js";
import type { FunctionDefinition, FunctionGroupDefinition } from "./definition.js";
import { migrateFrom } from "./state-declaration.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
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

describe("collections", () => {
  const collections = {
    notes: { item: z.string(), version: 1 },
    visits: { item: z.object({ at: isoDate }), version: 1 },
  };

  it("are typed by the live side of their items, beside a state or without one", () => {
    definePerUserFunction({
      input,
      output: z.number(),
      state,
      collections,
      build: () => async (_given, call) => {
        expectTypeOf(call.state).toEqualTypeOf<{ notes: string[] }>();
        expectTypeOf(call.collections.notes).toEqualTypeOf<Collection<string>>();
        expectTypeOf(call.collections.visits).toEqualTypeOf<Collection<{ at: Date }>>();
        const { items, next } = await call.collections.notes.page({ direction: "forward", limit: 1 });
        expectTypeOf(items[0]).toEqualTypeOf<CollectionItem<string> | undefined>();
        await call.collections.notes.page({ direction: "backward", from: next, limit: 1 });
        return call.collections.notes.append("note");
      },
    });
    definePerUserFunctionGroup({
      functions: { add: { input: z.string(), output: z.number() } },
      collections,
      build: () => ({
        add: (text, call) => {
          expectTypeOf(call.state).toEqualTypeOf<undefined>();
          return call.collections.notes.append(text);
        },
      }),
    });
  });

  it("refuse items of another type, and names nobody has declared", () => {
    definePerUserFunction({
      input,
      output: z.number(),
      collections,
      build: () => (_given, call) => {
        // @ts-expect-error There is no such collection.
        call.collections.note;
        // @ts-expect-error A number is no note.
        return call.collections.notes.append(1);
      },
    });
  });

  it("are none where none is declared, and none for shared functions", () => {
    definePerUserFunction({
      input,
      output: z.number(),
      state,
      build: () => (_given, call) => {
        expectTypeOf(call.collections).toEqualTypeOf<NonNullable<unknown>>();
        // @ts-expect-error There is none.
        return call.collections.notes.count;
      },
    });
    defineFunction({
      input,
      output: z.number(),
      build: () => (_given, call) => {
        // @ts-expect-error A shared function has nothing of a user.
        return call.collections.notes.count;
      },
    });
  });

  it("are filled by steps of the state that are typed by the version before, and migrate item by item", () => {
    definePerUserFunction({
      input,
      output: z.number(),
      state: {
        version: 2,
        schema: z.object({}),
        initial: () => ({}),
        migrations: {
          2: migrateFrom(z.object({ notes: z.array(z.string()) }), ({ notes }, { append }) => {
            expectTypeOf(notes).toEqualTypeOf<string[]>();
            append("notes", { version: 1, item: notes });
            // @ts-expect-error The version is missing.
            append("notes", { item: notes });
            return {};
          }),
        },
      },
      collections: {
        notes: {
          item: z.object({ text: z.string() }),
          version: 2,
          migrations: { 2: migrateFrom(z.string(), (text) => ({ text })) },
        },
      },
      build: () => (_given, call) => call.collections.notes.count,
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
