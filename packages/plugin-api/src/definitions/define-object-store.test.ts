import { describe, expect, it } from "vitest";
import { z } from "zod";
import { silentLogger } from "../logger.js";
import { defineObjectStore } from "./define-object-store.js";
import { isComponentDefinition } from "./definition.js";

const driver = {
  put: async () => true,
  get: async () => undefined,
  stat: async () => undefined,
  delete: async () => undefined,
  list: async () => [],
};
const context = {
  name: "files",
  config: {},
  services: {},
  logger: silentLogger,
  clock: { nowMs: () => 0, monotonicMs: () => 0 },
  userId: undefined,
  onDispose: () => undefined,
  onSessionEnd: () => undefined,
};

describe("a definition of an object store", () => {
  it("says its kind, and that it is nobody's", () => {
    const definition = defineObjectStore({ config: z.object({ path: z.string() }), build: () => driver });
    expect(isComponentDefinition(definition)).toBe(true);
    expect(definition).toMatchObject({ kind: "object_store", scope: "shared", state: undefined, collections: {} });
  });

  it("builds the driver its build returns, at once or later", async () => {
    await expect(defineObjectStore({ build: () => driver }).build(context)).resolves.toBe(driver);
    await expect(defineObjectStore({ build: async () => driver }).build(context)).resolves.toBe(driver);
  });

  it("refuses a driver that cannot do everything, and says what it lacks", async () => {
    const { stat: _stat, list: _list, ...rest } = driver;
    const definition = defineObjectStore({ build: () => rest as never });
    await expect(definition.build(context)).rejects.toThrow("files has to return a driver; it lacks stat, list.");
    await expect(defineObjectStore({ build: () => undefined as never }).build(context)).rejects.toThrow("it lacks put");
  });
});
