import type { ServiceIdentifier } from "inversify";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { systemClock } from "../clock.js";
import { silentLogger } from "../logger.js";
import { definePerUserService } from "./define-per-user-service.js";
import { isServicesDefinition } from "./define-services.js";
import { type EngineBuildContext, isComponentDefinition } from "./definition.js";

interface Greeter {
  greet(): string;
}
const Greeter = Symbol.for("test/Greeter") as ServiceIdentifier<Greeter>;
const context: EngineBuildContext = {
  name: "greeter",
  config: { word: "Hello" },
  services: {},
  logger: silentLogger,
  clock: systemClock,
  userId: "alice",
  onDispose: () => undefined,
  onSessionEnd: () => undefined,
};

describe("the definition of a service of each user", () => {
  it("is a per-user component, and no shared services", async () => {
    const definition = definePerUserService({
      provides: Greeter,
      config: z.object({ word: z.string() }),
      build: ({ config, userId }) => {
        expectTypeOf(config).toEqualTypeOf<{ word: string }>();
        return { greet: () => `${config.word} ${userId}` };
      },
    });
    expect(definition).toMatchObject({ kind: "per_user_service", scope: "per-user", residency: "dormant" });
    expect([isComponentDefinition(definition), isServicesDefinition(definition)]).toEqual([true, false]);
    const built = (await definition.build(context)) as Greeter;
    expect(built.greet()).toBe("Hello alice");
  });

  it("has to give the service it provides", async () => {
    // @ts-expect-error A text is no greeter.
    definePerUserService({ provides: Greeter, build: () => "hello" });
    const nothing = definePerUserService<unknown>({ provides: Greeter, build: () => undefined });
    await expect(nothing.build(context)).rejects.toThrow("build of the service greeter has to return it");
  });
});
