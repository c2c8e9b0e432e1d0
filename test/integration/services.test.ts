import {
  Clock,
  ContainerModule,
  defineFunction,
  defineServices,
  Logger,
  type ServiceIdentifier,
  silentLogger,
  systemClock,
  z,
} from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

const Speller = Symbol.for("test/Speller") as ServiceIdentifier<{ spell(number: number): string }>;

/** A plugin that provides the speller and contributes no component. */
function spelling(id: string, load?: ConstructorParameters<typeof ContainerModule>[0]) {
  const module = new ContainerModule((options) => {
    options.bind(Speller).toConstantValue({ spell: (number) => `${id} ${number}` });
    load?.(options);
  });
  return { id, services: { speller: defineServices({ provides: [Speller], module }) } };
}

const asking = {
  id: "asking",
  functions: {
    ask: defineFunction({
      input: z.object({ number: z.number() }),
      output: z.object({ text: z.string() }),
      services: { speller: Speller },
      build:
        ({ services }) =>
        ({ number }) => ({ text: services.speller.spell(number) }),
    }),
  },
};
const config = "workflow: { _type: ask }";
const ownLogger: Logger = { ...silentLogger };

describe("the services of a plugin", () => {
  it("are there for others when the plugin is only listed, and none of its components is in use", async () => {
    await using bench = await Workbench.create([spelling("speller"), asking]);
    const { runtime } = await bench.start(config);
    expect(await call(runtime, undefined, { number: 4 })).toEqual({ text: "speller 4" });
  });

  it("are asked for in vain when no plugin in use provides them", async () => {
    await using bench = await Workbench.create([asking]);
    expect(await bench.refusals(config)).toEqual([
      "config.yml:1:11: workflow (asking/ask) asks for the service test/Speller, which no plugin in use provides. Install the plugin that provides it, and list it under plugins, or configure it under per_user_services. [reference-unknown]",
    ]);
  });

  it("clash with another plugin's of the same identifier", async () => {
    await using bench = await Workbench.create([spelling("one"), spelling("two"), asking]);
    expect(await bench.refusals(config)).toEqual([
      "two/plugin.yaml:1:226: The plugin two provides the service test/Speller, which the plugin one provides already. Remove one of the two, or give one another service identifier. [service-clash]",
    ]);
  });

  it("clash with Alcove's own", async () => {
    const module = new ContainerModule(({ bind }) => void bind(Logger).toConstantValue(silentLogger));
    const grabbing = { id: "grabbing", services: { logger: defineServices({ provides: [Logger], module }) } };
    await using bench = await Workbench.create([grabbing, spelling("speller"), asking]);
    expect(await bench.refusals(config)).toMatchObject([
      expect.stringMatching(/which Alcove itself provides already\..*\[service-clash\]$/),
    ]);
  });

  it.each<[string, ConstructorParameters<typeof ContainerModule>[0]]>([
    ["binds a Logger of its own beside Alcove's", ({ bind }) => void bind(Logger).toConstantValue(ownLogger)],
    ["binds a Clock of its own beside Alcove's", ({ bind }) => void bind(Clock).toConstantValue(systemClock)],
    ["puts a Clock of its own in place of Alcove's", ({ rebind }) => void rebind(Clock).toConstantValue(systemClock)],
    ["takes the Clock away", ({ unbind }) => unbind(Clock)],
    ["changes the Logger when it is resolved", ({ onActivation }) => onActivation(Logger, () => ownLogger)],
  ])("are refused at start when their module %s", async (_what, load) => {
    await using bench = await Workbench.create([spelling("speller", load), asking]);
    await expect(bench.start(config)).rejects.toMatchObject({
      code: "SERVICE_FAILED",
      message: expect.stringMatching(
        /^The services speller of the plugin speller 1\.0\.0 must not touch \S+, which belongs to Alcove itself\.$/,
      ),
    });
  });

  it("are refused at start when their module binds what its manifest does not declare, be it for itself alone", async () => {
    const load: ConstructorParameters<typeof ContainerModule>[0] = ({ bind }) =>
      void bind(Symbol.for("test/Hidden")).toConstantValue(1);
    await using bench = await Workbench.create([spelling("speller", load), asking]);
    await expect(bench.start(config)).rejects.toMatchObject({
      code: "SERVICE_FAILED",
      message:
        "The services speller of the plugin speller 1.0.0 must not bind test/Hidden, which is not under binds in the manifest.",
    });
  });

  it("are refused at start when their module changes another plugin's", async () => {
    const module = new ContainerModule(({ rebind }) => void rebind(Speller).toConstantValue({ spell: () => "mine" }));
    const thief = { id: "thief", services: { speller: defineServices({ provides: [], module }) } };
    await using bench = await Workbench.create([spelling("speller"), thief, asking]);
    await expect(bench.start(config)).rejects.toMatchObject({
      code: "SERVICE_FAILED",
      message:
        "The services speller of the plugin thief 1.0.0 must not touch test/Speller, which belongs to the services speller of the plugin speller 1.0.0.",
    });
  });

  it("are named when they take longer than general.plugin_start_timeout", async () => {
    const module = new ContainerModule(({ bind }) => void bind(Speller).toDynamicValue(() => new Promise(() => {})));
    const slow = { id: "slow", services: { speller: defineServices({ provides: [Speller], module }) } };
    await using bench = await Workbench.create([slow, asking]);
    await expect(bench.start(`general: { plugin_start_timeout: 20ms }\n${config}`)).rejects.toMatchObject({
      code: "SERVICE_FAILED",
      message:
        "The services speller of the plugin slow 1.0.0 failed: test/Speller could not be resolved within 0.02 s (general.plugin_start_timeout).",
    });
  });
});
