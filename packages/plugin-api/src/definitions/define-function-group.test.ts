import { describe, expect, it } from "vitest";
import { z } from "zod";
import { systemClock } from "../clock.js";
import { silentLogger } from "../logger.js";
import { defineFunctionGroup, definePerUserFunctionGroup } from "./define-function-group.js";
import { type EngineBuildContext, isComponentDefinition } from "./definition.js";

const context: EngineBuildContext = {
  name: "todo",
  config: {},
  services: {},
  logger: silentLogger,
  clock: systemClock,
  userId: "user",
  onDispose() {},
  onSessionEnd() {},
};

describe("defineFunctionGroup", () => {
  it("yields a frozen shared definition with the schemas of each member", () => {
    const input = z.string();
    const definition = defineFunctionGroup({
      functions: {
        upper: { input, output: z.string(), description: "Shouts." },
        lower: { input, output: z.string() },
      },
      build: () => ({ upper: (text) => text.toUpperCase(), lower: (text) => text.toLowerCase() }),
    });
    expect(definition).toMatchObject({ kind: "function_group", scope: "shared", state: undefined });
    expect(Object.keys(definition.functions)).toEqual(["upper", "lower"]);
    expect(definition.functions["upper"]).toMatchObject({ description: "Shouts.", input, streamOutput: undefined });
    expect(definition.functions["lower"]?.description).toBe("");
    expect(Object.isFrozen(definition) && Object.isFrozen(definition.functions)).toBe(true);
    expect(isComponentDefinition(definition)).toBe(true);
  });

  it("takes nothing every object inherits for an implementation", async () => {
    const member = { input: z.object({}), output: z.string() };
    const definition = defineFunctionGroup({
      functions: { toString: member },
      // What a forgotten member looks like at run time.
      build: () => ({}) as { toString: () => string },
    });
    await expect(definition.build(context)).rejects.toThrow("todo__toString");
  });

  it("builds every declared member, and nothing beside them", async () => {
    const definition = defineFunctionGroup({
      functions: { upper: { input: z.string(), output: z.string() } },
      build: () => ({ upper: (text: string) => text.toUpperCase(), undeclared: () => "" }),
    });
    const members = await definition.build(context);
    expect(Object.keys(members)).toEqual(["upper"]);
    expect(members["upper"]?.invoke?.("a" as never, {} as never)).toBe("A");
  });

  it("names the member whose code is missing", async () => {
    const definition = defineFunctionGroup({
      functions: { upper: { input: z.string(), output: z.string() } },
      build: () => ({}) as never,
    });
    await expect(definition.build(context)).rejects.toThrow(/^build of todo__upper has to return a function/);
  });

  it.each(["", "a b", "a.b", "a/b", "ä"])("refuses a member named %o", (name) => {
    const define = () =>
      defineFunctionGroup({
        functions: { [name]: { input: z.string(), output: z.string() } },
        build: () => ({}),
      });
    expect(define).toThrow(TypeError);
  });

  it("refuses a member without any output", () => {
    expect(() =>
      defineFunctionGroup({ functions: { upper: { input: z.string() } }, build: () => ({}) as never }),
    ).toThrow(new TypeError("The member upper needs an output schema, a streamOutput schema, or both."));
  });
});

describe("definePerUserFunctionGroup", () => {
  it("carries one state declaration for all members", () => {
    const schema = z.object({ count: z.number() });
    const definition = definePerUserFunctionGroup({
      functions: { add: { input: z.number(), output: z.number() }, read: { input: z.object({}), output: z.number() } },
      state: { version: 1, schema, initial: () => ({ count: 0 }) },
      build: () => ({
        add: (amount, { state }) => {
          state.count += amount;
          return state.count;
        },
        read: (_input, { state }) => state.count,
      }),
    });
    expect(definition.scope).toBe("per-user");
    expect(definition.state).toMatchObject({ version: 1, schema });
  });
});
