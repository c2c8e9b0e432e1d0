import { describe, expect, it } from "vitest";
import { defineHealthCheck, isHealthCheckDefinition } from "./define-health-check.js";
import { defineLifecycle, isLifecycleDefinition } from "./define-lifecycle.js";
import { defineServices } from "./define-services.js";

describe("the definitions of hooks and health checks", () => {
  it("are told apart from each other and from everything else", () => {
    const hooks = defineLifecycle({ onStart: () => {} });
    const check = defineHealthCheck({ check: () => {} });
    const services = defineServices({ provides: [], module: {} as never });
    expect([hooks, check, services, {}, undefined].map(isLifecycleDefinition)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    expect([hooks, check, services, {}, undefined].map(isHealthCheckDefinition)).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  it("refuse hooks without a hook, and a check without a sensible time", () => {
    expect(() => defineLifecycle({})).toThrow("needs onStart, onStop or both");
    for (const timeoutMs of [0, -1, Number.NaN, 60_001]) {
      expect(() => defineHealthCheck({ timeoutMs, check: () => {} })).toThrow("1 to 60000 milliseconds");
    }
  });

  it("turn what a hook throws at once into a rejection", async () => {
    const fail = (): never => {
      throw new TypeError("no");
    };
    await expect(defineLifecycle({ onStop: fail }).onStop?.({} as never)).rejects.toThrow("no");
    await expect(defineHealthCheck({ check: fail }).check({} as never)).rejects.toThrow("no");
  });
});
