import { describe, expect, it } from "vitest";
import { z } from "zod";
import { silentLogger } from "../logger.js";
import { defineMiddleware, definePerUserMiddleware } from "./define-middleware.js";
import { isComponentDefinition } from "./definition.js";

const middleware = {
  invoke: (_input: unknown, _call: unknown, next: () => Promise<unknown>) => next(),
  stream: (_input: unknown, _call: unknown, next: () => AsyncIterable<unknown>) => next(),
};
const context = {
  name: "guard",
  config: {},
  services: {},
  logger: silentLogger,
  clock: { nowMs: () => 0, monotonicMs: () => 0 },
  userId: undefined,
  onDispose: () => undefined,
  onSessionEnd: () => undefined,
};

describe("a definition of middleware", () => {
  it("says its kind and scope, and has no state of its own", () => {
    const shared = defineMiddleware({ config: z.object({ words: z.array(z.string()) }), build: () => middleware });
    expect(isComponentDefinition(shared)).toBe(true);
    expect(shared).toMatchObject({ kind: "middleware", scope: "shared", state: undefined, collections: {} });
    expect(definePerUserMiddleware({ build: () => middleware })).toMatchObject({ scope: "per-user" });
  });

  it("builds what its build returns, at once or later", async () => {
    await expect(defineMiddleware({ build: () => middleware }).build(context)).resolves.toBe(middleware);
    await expect(defineMiddleware({ build: async () => middleware }).build(context)).resolves.toBe(middleware);
  });

  it.each([
    ["nothing", undefined],
    ["a function", () => undefined],
    ["no stream", { invoke: middleware.invoke }],
    ["no invoke", { stream: middleware.stream }],
  ])("refuses a build that returns %s, since calls would get by", async (_what, built) => {
    const definition = defineMiddleware({ build: () => built as never });
    await expect(definition.build(context)).rejects.toThrow("guard has to return { invoke, stream }");
  });
});
