import { ContainerModule } from "inversify";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineFunction } from "./define-function.js";
import { defineServices, isServicesDefinition } from "./define-services.js";
import { isComponentDefinition } from "./definition.js";

const Greeter = Symbol.for("@alcove/plugin-api/test/Greeter");
const definition = defineServices({ provides: [Greeter], module: new ContainerModule(() => {}) });

describe("defineServices", () => {
  it("keeps its own list of what is provided", () => {
    const provides = [Greeter];
    const { provides: kept } = defineServices({ provides, module: new ContainerModule(() => {}) });
    provides.push(Symbol.for("@alcove/plugin-api/test/Late"));
    expect(kept).toEqual([Greeter]);
  });

  it("is told apart from components, and components from it", () => {
    const component = defineFunction({ input: z.string(), output: z.string(), build: () => (text) => text });
    expect([isServicesDefinition(definition), isComponentDefinition(definition)]).toEqual([true, false]);
    expect([isServicesDefinition(component), isComponentDefinition(component)]).toEqual([false, true]);
  });

  it.each([undefined, null, 1, "text", {}, { kind: "services", provides: [] }, () => {}])(
    "is not seen in %o",
    (value) => {
      expect([isServicesDefinition(value), isComponentDefinition(value)]).toEqual([false, false]);
    },
  );
});
