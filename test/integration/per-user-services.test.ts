import {
  ContainerModule,
  defineFunction,
  defineLifecycle,
  definePerUserFunction,
  definePerUserService,
  defineServices,
  type ServiceIdentifier,
  z,
} from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

/** Remembers words of its user, while that one is in memory. */
interface Memory {
  add(word: string): string[];
}
const Memory = Symbol.for("test/Memory") as ServiceIdentifier<Memory>;
const Prefix = Symbol.for("test/Prefix") as ServiceIdentifier<string>;

const input = z.object({ word: z.string() });
const output = z.object({ words: z.array(z.string()) });

function plugin(journal: string[] = []) {
  const memory = definePerUserService({
    provides: Memory,
    config: z.object({ mark: z.string().default("") }),
    services: { prefix: Prefix },
    build({ config, services, userId, onDispose }) {
      journal.push(`+memory ${userId}`);
      onDispose(() => void journal.push(`-memory ${userId}`));
      const words: string[] = [];
      return {
        add(word) {
          words.push(`${services.prefix}${word}${config.mark}`);
          return [...words];
        },
      };
    },
  });
  const remembering = { input, output, services: { memory: Memory } };
  const remember = definePerUserFunction({
    ...remembering,
    build({ services, userId, onDispose }) {
      journal.push(`+remember ${userId}`);
      onDispose(() => void journal.push(`-remember ${userId}`));
      return ({ word }) => ({ words: services.memory.add(word) });
    },
  });
  const shared = defineFunction({ ...remembering, build: () => () => ({ words: [] }) });
  const quiet = definePerUserFunction({ input, output, build: () => () => ({ words: [] }) });
  const module = new ContainerModule(({ bind }) => void bind(Prefix).toConstantValue("~"));
  return {
    id: "words",
    functions: { remember, shared, quiet },
    perUserServices: { memory },
    services: { prefix: defineServices({ provides: [Prefix], module }) },
  };
}

const flow = "workflow: { _type: remember }\n";
const memory = "per_user_services: { m: { _type: memory, mark: '!' } }\n";

describe("a service of each user", () => {
  it("is one for each user, configured, handed shared services, and nobody else's", async () => {
    await using bench = await Workbench.create([plugin()]);
    const { runtime } = await bench.start(flow + memory);
    expect(await call(runtime, "alice", { word: "a" })).toEqual({ words: ["~a!"] });
    expect(await call(runtime, "bob", { word: "b" })).toEqual({ words: ["~b!"] });
    const together = await Promise.all([
      call(runtime, "alice", { word: "c" }),
      call(runtime, "bob", { word: "d" }),
      call(runtime, "carol", { word: "e" }),
    ]);
    expect(together).toEqual([{ words: ["~a!", "~c!"] }, { words: ["~b!", "~d!"] }, { words: ["~e!"] }]);
  });

  it("is built before those who ask for it, and given back after them when their user leaves memory", async () => {
    const journal: string[] = [];
    await using bench = await Workbench.create([plugin(journal)]);
    const { runtime } = await bench.start(flow + memory);
    expect(journal).toEqual([]);
    await call(runtime, "alice", { word: "a" });
    await call(runtime, "bob", { word: "b" });
    expect(await runtime.sessions.evict("alice")).toBe(true);
    expect(journal).toEqual([
      "+memory alice",
      "+remember alice",
      "+memory bob",
      "+remember bob",
      "-remember alice",
      "-memory alice",
    ]);
    expect(await call(runtime, "alice", { word: "c" })).toEqual({ words: ["~c!"] });
    expect(await call(runtime, "bob", { word: "d" })).toEqual({ words: ["~b!", "~d!"] });
  });

  it("is no other component's to ask for than a user's own", async () => {
    await using bench = await Workbench.create([plugin()]);
    const functions = "functions: { s: { _type: shared } }\n";
    expect(await bench.refusals(flow + memory + functions)).toEqual([
      "config.yml:3:26: The shared function s depends on the per-user service m: s (shared) -> m (per-user). Make s per-user, or let it depend on shared components only. [dependency-scope]",
    ]);
    const lifecycle = { lost: defineLifecycle({ services: { memory: Memory }, onStart: () => {} }) };
    await using other = await Workbench.create([{ ...plugin(), lifecycle }]);
    expect(await other.refusals(flow + memory)).toEqual([
      expect.stringMatching(
        /The service test\/Memory is asked for by the hooks lost .*, and no plugin in use provides it/,
      ),
    ]);
  });

  it("has to be configured where it is asked for, once, and no shared service may be called the same", async () => {
    await using bench = await Workbench.create([plugin()]);
    expect(await bench.refusals(flow)).toEqual([
      "config.yml:1:11: workflow (words/remember) asks for the service test/Memory, which no plugin in use provides. Install the plugin that provides it, and list it under plugins, or configure it under per_user_services. [reference-unknown]",
    ]);
    expect(await bench.refusals(`${flow}per_user_services: { m: { _type: memory }, n: { _type: memory } }`)).toEqual([
      "config.yml:2:44: n (words/memory) provides the service test/Memory, which m provides already. Remove one of the two. [service-clash]",
    ]);
    const module = new ContainerModule(({ bind }) => void bind(Memory).toConstantValue({ add: () => [] }));
    const everybodys = { id: "everybodys", services: { memory: defineServices({ provides: [Memory], module }) } };
    await using other = await Workbench.create([plugin(), everybodys]);
    expect(await other.refusals(flow + memory)).toEqual([
      "config.yml:2:22: m (words/memory) provides the service test/Memory, which the plugin everybodys provides already. Remove one of the two. [service-clash]",
    ]);
  });

  it("is a warning where nobody asks for it, and is not built", async () => {
    const journal: string[] = [];
    await using bench = await Workbench.create([plugin(journal)]);
    const yaml = `workflow: { _type: quiet }\n${memory}`;
    const { problems } = await bench.plan(yaml);
    expect(problems.map(({ severity, message }) => [severity, message])).toEqual([
      ["warning", "The workflow does not reach the per-user service m; it is never built."],
    ]);
    const { runtime } = await bench.start(yaml);
    await call(runtime, "alice", { word: "a" });
    expect(journal).toEqual([]);
  });

  it("fails the call it is built for, gives back what was built, and is built again for the next", async () => {
    const journal: string[] = [];
    let isBroken = true;
    const memory = definePerUserService({
      provides: Memory,
      build({ onDispose }) {
        onDispose(() => void journal.push("-memory"));
        if (isBroken) throw new RangeError("no");
        return { add: (word) => [word] };
      },
    });
    await using bench = await Workbench.create([{ ...plugin(), perUserServices: { memory } }]);
    const { runtime } = await bench.start(`${flow}per_user_services: { m: { _type: memory } }`);
    await expect(call(runtime, "alice", { word: "a" })).rejects.toMatchObject({
      code: "COMPONENT_BUILD_FAILED",
      message: "The component m (words/memory) could not be built.",
    });
    expect(journal).toEqual(["-memory"]);
    isBroken = false;
    expect(await call(runtime, "alice", { word: "a" })).toEqual({ words: ["a"] });
  });

  it("may ask for another service of the user, and not in a circle", async () => {
    const Other = Symbol.for("test/Other") as ServiceIdentifier<Memory>;
    const first = definePerUserService({
      provides: Memory,
      services: { other: Other },
      build: ({ services }) => ({ add: (word) => services.other.add(`${word}?`) }),
    });
    const second = definePerUserService({ provides: Other, build: () => ({ add: (word) => [word] }) });
    const both = "per_user_services: { first: { _type: first }, second: { _type: second } }";
    await using bench = await Workbench.create([{ ...plugin(), perUserServices: { first, second } }]);
    const { runtime } = await bench.start(flow + both);
    expect(await call(runtime, "alice", { word: "a" })).toEqual({ words: ["a?"] });
    const circular = definePerUserService({
      provides: Other,
      services: { memory: Memory },
      build: ({ services }) => services.memory,
    });
    await using other = await Workbench.create([{ ...plugin(), perUserServices: { first, second: circular } }]);
    expect(await other.refusals(flow + both)).toEqual([
      expect.stringMatching(/in a circle: first -> second -> first\..*\[dependency-cycle\]$/),
    ]);
  });
});
