import {
  ContainerModule,
  defineFunction,
  definePerUserFunction,
  defineServices,
  functionRef,
  type Logger,
  type ServiceIdentifier,
  silentLogger,
  z,
} from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

const empty = { input: z.object({}), output: z.object({}) };
const Journal: ServiceIdentifier<string[]> = Symbol.for("test/Journal");

/** A plugin whose parts write down when they are built and released. */
function journalPlugin(journal: string[], options: { failBuildsOf?: () => string | undefined } = {}) {
  const build = (context: { name: string; onDispose(release: () => void): void }) => {
    if (options.failBuildsOf?.() === context.name) {
      throw new Error(`cannot build ${context.name}`);
    }
    journal.push(`+${context.name}`);
    context.onDispose(() => void journal.push(`-${context.name}`));
    return () => ({});
  };
  const config = z.object({ uses: z.array(functionRef()).default([]) });
  return {
    id: "journal",
    functions: {
      shared: defineFunction({ ...empty, config, services: { journal: Journal }, build }),
      per_user: definePerUserFunction({ ...empty, config, build }),
    },
    services: {
      journal: defineServices({
        provides: [Journal],
        module: new ContainerModule(({ bind }) => {
          bind<string[]>(Journal)
            .toDynamicValue(() => {
              journal.push("+service");
              return journal;
            })
            .inSingletonScope()
            .onDeactivation(() => void journal.push("-service"));
        }),
      }),
    },
  };
}
const config = `
general: { per_user_workflow_timeout: 60 }
functions:
  b: { _type: per_user, uses: [a] }
  a: { _type: per_user, uses: [s] }
  s: { _type: shared }
workflow: { _type: per_user, uses: [b] }
`;

describe("building and releasing", () => {
  it("goes dependencies first, and back the other way", async () => {
    const journal: string[] = [];
    await using bench = await Workbench.create([journalPlugin(journal)]);
    const { runtime } = await bench.start(config);
    expect(journal).toEqual(["+service", "+s"]);
    await call(runtime, "alice", {});
    expect(journal.slice(2)).toEqual(["+a", "+b", "+workflow"]);
    journal.length = 0;
    await runtime.close();
    await runtime.close();
    expect(journal).toEqual(["-workflow", "-b", "-a", "-s", "-service"]);
  });

  it("builds a room once for all runs of a user, and again after the session expired", async () => {
    const journal: string[] = [];
    await using bench = await Workbench.create([journalPlugin(journal)]);
    const { runtime } = await bench.start(config);
    await Promise.all([call(runtime, "alice", {}), call(runtime, "alice", {}), call(runtime, "bob", {})]);
    expect(journal.filter((entry) => entry === "+workflow")).toHaveLength(2);
    bench.clock.advance(60_000);
    journal.length = 0;
    await call(runtime, "alice", {});
    expect(journal).toEqual(["-workflow", "-b", "-a", "+a", "+b", "+workflow"]);
    await runtime.sweep();
    expect(journal.slice(6)).toEqual(["-workflow", "-b", "-a"]);
  });

  it("releases what was built before a failure, keeps nothing, and builds again at the next call", async () => {
    const journal: string[] = [];
    let failing: string | undefined = "workflow";
    await using bench = await Workbench.create([journalPlugin(journal, { failBuildsOf: () => failing })]);
    const { runtime } = await bench.start(config);
    journal.length = 0;
    await expect(call(runtime, "alice", {})).rejects.toMatchObject({
      code: "COMPONENT_BUILD_FAILED",
      message: expect.stringContaining("workflow"),
    });
    expect(journal).toEqual(["+a", "+b", "-b", "-a"]);
    failing = undefined;
    expect(await call(runtime, "alice", {})).toEqual({});
  });

  it("refuses to start when a shared component cannot be built, and releases the others", async () => {
    const journal: string[] = [];
    await using bench = await Workbench.create([journalPlugin(journal, { failBuildsOf: () => "s" })]);
    await expect(bench.start(config)).rejects.toMatchObject({ code: "COMPONENT_BUILD_FAILED" });
    expect(journal).toEqual(["+service", "-service"]);
  });

  it.each([
    ["at start", "functions: { s: { _type: shared } }\nworkflow: { _type: quick }", "s (stuck/shared)"],
    ["for a user", "workflow: { _type: per_user }", "workflow (stuck/per_user)"],
  ])(
    "names the plugin whose build hangs %s, and lets go of what the build acquires later",
    async (_when, yaml, name) => {
      let acquire = (): void => {};
      const acquired = new Promise<void>((resolve) => {
        acquire = resolve;
      });
      let release = (): void => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const build = async ({ onDispose }: { onDispose(release: () => void): void }) => {
        await acquired;
        onDispose(release);
        return () => ({});
      };
      const stuck = {
        id: "stuck",
        functions: {
          shared: defineFunction({ ...empty, build }),
          per_user: definePerUserFunction({ ...empty, build }),
          quick: definePerUserFunction({ ...empty, build: () => () => ({}) }),
        },
      };
      await using bench = await Workbench.create([stuck]);
      const started = bench.start(`general: { plugin_start_timeout: 20ms }\n${yaml}`);
      await expect(started.then(({ runtime }) => call(runtime, "alice", {}))).rejects.toMatchObject({
        code: "COMPONENT_BUILD_FAILED",
        message: `The component ${name} could not be built: its build had not ended after 0.02 s (general.plugin_start_timeout); it is of the plugin stuck 1.0.0.`,
      });
      acquire();
      await released;
    },
  );

  it("names the components and services that hold on to something when the process stops", async () => {
    const forever = () => new Promise<void>(() => {});
    const module = new ContainerModule(({ bind }) => {
      bind<string[]>(Journal).toConstantValue([]).onDeactivation(forever);
    });
    const leaky = {
      id: "leaky",
      functions: {
        held: defineFunction({
          ...empty,
          build: ({ onDispose }) => {
            onDispose(forever);
            return () => ({});
          },
        }),
      },
      services: { journal: defineServices({ provides: [Journal], module }) },
    };
    const lines: unknown[] = [];
    const logger: Logger = { ...silentLogger, warn: (...line) => lines.push(line), child: () => logger };
    await using bench = await Workbench.create([leaky]);
    const { runtime } = await bench.start("workflow: { _type: held }", { logger });
    await runtime.close({ timeoutMs: 20 });
    expect(lines).toEqual([
      [
        "Shared components were not released cleanly",
        {
          errors: [],
          unfinished: 2,
          owners: ["workflow (leaky/held)", "the services journal of the plugin leaky 1.0.0"],
        },
      ],
    ]);
  });

  it("goes on when a release throws", async () => {
    const released: string[] = [];
    const plugin = {
      id: "clumsy",
      functions: {
        clumsy: definePerUserFunction({
          ...empty,
          build: ({ onDispose }) => {
            onDispose(() => void released.push("first"));
            onDispose(() => {
              throw new Error("clumsy");
            });
            onDispose(() => void released.push("third"));
            return () => ({});
          },
        }),
      },
    };
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start("workflow: { _type: clumsy }");
    await call(runtime, "alice", {});
    await runtime.close();
    expect(released).toEqual(["third", "first"]);
  });
});

function releaseAll(waiting: readonly (() => void)[]): void {
  for (const resume of waiting) {
    resume();
  }
}

describe("shutdown", () => {
  function waitingPlugin() {
    const arrivals: (() => void)[] = [];
    const resumes: (() => void)[] = [];
    const arrived = new Promise<void>((resolve) => arrivals.push(resolve));
    return {
      arrived,
      resume: () => releaseAll(resumes),
      plugin: {
        id: "waiting",
        functions: {
          wait: definePerUserFunction({
            input: z.object({ heedsSignal: z.boolean() }),
            output: z.object({ runs: z.number() }),
            state: { version: 1, schema: z.object({ runs: z.number() }), initial: () => ({ runs: 0 }) },
            build:
              () =>
              async ({ heedsSignal }, { state, signal }) => {
                state.runs += 1;
                releaseAll(arrivals);
                await new Promise<void>((resolve, reject) => {
                  resumes.push(resolve);
                  if (heedsSignal) {
                    signal.addEventListener("abort", () => reject(signal.reason));
                  }
                });
                return { runs: state.runs };
              },
          }),
        },
      },
    };
  }
  const waitConfig = "workflow: { _type: wait }";

  it("waits for the run in flight, commits it, and refuses new ones meanwhile", async () => {
    const { arrived, resume, plugin } = waitingPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime, store } = await bench.start(waitConfig);
    const running = call(runtime, "alice", { heedsSignal: false });
    await arrived;
    const closing = runtime.close();
    await expect(call(runtime, "bob", { heedsSignal: false })).rejects.toMatchObject({ code: "SHUTTING_DOWN" });
    resume();
    expect(await running).toEqual({ runs: 1 });
    await closing;
    expect(await store.load({ application: "config", userId: "alice" })).toMatchObject({ runsCompleted: 1 });
  });

  it("aborts a run that does not end in time, and commits nothing of it", async () => {
    const { arrived, plugin } = waitingPlugin();
    await using bench = await Workbench.create([plugin]);
    const { runtime, store } = await bench.start(waitConfig);
    const running = call(runtime, "alice", { heedsSignal: true });
    const outcome = expect(running).rejects.toMatchObject({ code: "SHUTTING_DOWN" });
    await arrived;
    await runtime.close({ timeoutMs: 1 });
    await outcome;
    expect(await store.load({ application: "config", userId: "alice" })).toBeUndefined();
  });
});
