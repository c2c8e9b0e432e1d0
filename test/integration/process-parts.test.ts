import {
  Clock,
  ContainerModule,
  defineFunction,
  defineHealthCheck,
  defineLifecycle,
  defineServices,
  type Logger,
  type ServiceIdentifier,
  silentLogger,
  z,
} from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { Workbench } from "./support/test-application.js";

const Journal = Symbol.for("test/process/Journal") as ServiceIdentifier<string[]>;
const config = "general: { plugin_start_timeout: 20ms }\nworkflow: { _type: flow }";

/** A plugin with a workflow, and a service that both its hooks and the workflow write to. */
function plugin(journal: string[], parts: object) {
  const module = new ContainerModule(({ bind }) => {
    bind<string[]>(Journal)
      .toConstantValue(journal)
      .onDeactivation(() => void journal.push("-service"));
  });
  const flow = defineFunction({
    input: z.object({}),
    output: z.object({}),
    build: ({ onDispose }) => {
      journal.push("+flow");
      onDispose(() => void journal.push("-flow"));
      return () => ({});
    },
  });
  return {
    id: "parts",
    functions: { flow },
    services: { journal: defineServices({ provides: [Journal], module }) },
    ...parts,
  };
}

/** Hooks that write down when they are called. */
const noting = (name: string) =>
  defineLifecycle({
    services: { journal: Journal },
    onStart: ({ services }) => void services.journal.push(`start ${name}`),
    onStop: ({ services }) => void services.journal.push(`stop ${name}`),
  });

function keepingLog(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    warn: (message) => void lines.push(message),
    info: (message) => void lines.push(message),
    child: () => logger,
  };
  return { logger, lines };
}

describe("hooks of the process", () => {
  it("start when everything shared is built, and stop in the opposite order while it is still there, once", async () => {
    const journal: string[] = [];
    await using bench = await Workbench.create([
      plugin(journal, { lifecycle: { first: noting("first"), second: noting("second") } }),
    ]);
    const { runtime } = await bench.start(config);
    expect(journal).toEqual(["+flow", "start first", "start second"]);
    journal.length = 0;
    await Promise.all([runtime.close(), runtime.close()]);
    expect(journal).toEqual(["stop second", "stop first", "-flow", "-service"]);
  });

  it("refuse the start where one fails, after what had started before has stopped again", async () => {
    const journal: string[] = [];
    const failing = defineLifecycle({
      onStart: () => Promise.reject(new TypeError("no")),
      onStop: () => void journal.push("stop failing"),
    });
    await using bench = await Workbench.create([plugin(journal, { lifecycle: { first: noting("first"), failing } })]);
    await expect(bench.start(config)).rejects.toMatchObject({
      code: "HOOK_FAILED",
      message: "The start of the hooks failing of the plugin parts 1.0.0 failed.",
      cause: new TypeError("no"),
    });
    expect(journal).toEqual(["+flow", "start first", "stop first", "-flow", "-service"]);
  });

  it("are named where they take too long, at the start and at the end", async () => {
    const forever = () => new Promise<void>(() => {});
    const slowStart = defineLifecycle({ onStart: forever });
    await using bench = await Workbench.create([plugin([], { lifecycle: { "slow-start": slowStart } })]);
    await expect(bench.start(config)).rejects.toMatchObject({
      code: "HOOK_FAILED",
      message:
        "The start of the hooks slow-start of the plugin parts 1.0.0 had not ended after 0.02 s (general.plugin_start_timeout).",
    });

    const journal: string[] = [];
    const lifecycle = { "slow-stop": defineLifecycle({ onStop: forever }) };
    await using other = await Workbench.create([plugin(journal, { lifecycle })]);
    const reports: unknown[] = [];
    const logger: Logger = { ...silentLogger, warn: (_, fields) => void reports.push(fields), child: () => logger };
    const { runtime } = await other.start(config, { logger });
    await runtime.close({ timeoutMs: 30 });
    expect(reports).toEqual([{ errors: [], unfinished: 1, owners: ["the hooks slow-stop of the plugin parts 1.0.0"] }]);
    expect(journal).toEqual(["+flow", "-flow", "-service"]);
  });

  it("are refused before the start where they ask for a service nobody provides", async () => {
    const lifecycle = {
      lost: defineLifecycle({ services: { clock: Clock, x: Symbol.for("no/x") }, onStart: () => {} }),
    };
    await using bench = await Workbench.create([plugin([], { lifecycle })]);
    expect(await bench.refusals(config)).toEqual([
      "parts/plugin.yaml:1:392: The service no/x is asked for by the hooks lost of the plugin parts 1.0.0, and no plugin in use provides it. Install the plugin that provides it, and list it under plugins. [reference-unknown]",
    ]);
  });

  it("are not what a health check is", async () => {
    await using bench = await Workbench.create([
      plugin([], { lifecycle: { wrong: defineHealthCheck({ check: () => {} }) } }),
    ]);
    expect(await bench.refusals(config)).toEqual([
      expect.stringMatching(/promises the hooks wrong .* is a health check\. Export what defineLifecycle\(\) returns/),
    ]);
  });
});

describe("health checks", () => {
  it("tell each by its name whether it succeeds in time, and the log alone why not", async () => {
    const forever = () => new Promise<void>(() => {});
    const healthChecks = {
      fine: defineHealthCheck({
        services: { journal: Journal },
        check: ({ services }) => void services.journal.push("!"),
      }),
      broken: defineHealthCheck({ isCritical: false, check: () => Promise.reject(new TypeError("password")) }),
      slow: defineHealthCheck({ timeoutMs: 10, check: forever }),
    };
    const { logger, lines } = keepingLog();
    const journal: string[] = [];
    await using bench = await Workbench.create([plugin(journal, { healthChecks })]);
    const { runtime } = await bench.start(config, { logger });
    expect(journal).toEqual(["+flow"]);
    const expected = [
      { name: "parts/fine", isHealthy: true, isCritical: true },
      { name: "parts/broken", isHealthy: false, isCritical: false },
      { name: "parts/slow", isHealthy: false, isCritical: true },
    ];
    expect(await runtime.health.results()).toEqual(expected);
    // Asked again at once, nothing is checked again, and nothing is logged twice.
    expect(await runtime.health.results()).toEqual(expected);
    expect(journal).toEqual(["+flow", "!"]);
    expect(lines.filter((line) => line === "A health check fails")).toHaveLength(2);
  });

  it("have one call under way at a time, however many ask", async () => {
    let calls = 0;
    const check = async (): Promise<void> => {
      calls += 1;
      await new Promise((resolve) => setImmediate(resolve));
    };
    await using bench = await Workbench.create([
      plugin([], { healthChecks: { counted: defineHealthCheck({ check }) } }),
    ]);
    const { runtime } = await bench.start(config);
    const answers = await Promise.all(Array.from({ length: 5 }, () => runtime.health.results()));
    expect(new Set(answers.map(([result]) => result?.isHealthy))).toEqual(new Set([true]));
    expect(calls).toBe(1);
  });
});
