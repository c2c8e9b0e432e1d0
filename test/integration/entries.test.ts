import { defineFunction, definePerUserFunction, definePerUserFunctionGroup, functionRef, z } from "@alcove/plugin-api";
import type { Runtime } from "@alcove/runtime";
import { describe, expect, it } from "vitest";
import { Workbench } from "./support/test-application.js";

const counted = z.object({ count: z.number() });
const state = { version: 1, schema: counted, initial: () => ({ count: 0 }) };

const plugin = {
  id: "entries",
  functions: {
    tally: definePerUserFunction({
      description: "Counts.",
      input: z.object({ by: z.number() }),
      output: counted,
      state,
      build:
        () =>
        async ({ by }, call) => {
          const before = call.state.count;
          await Promise.resolve();
          call.state.count = before + by;
          return { count: call.state.count };
        },
    }),
    asks_tally: definePerUserFunction({
      config: z.object({ tally: functionRef({ input: z.object({ by: z.number() }), output: counted }) }),
      input: z.object({}),
      output: counted,
      build:
        ({ config }) =>
        (_input, call) =>
          config.tally.invoke({ by: 1 }, call),
    }),
    shared: defineFunction({
      input: z.string(),
      output: z.string(),
      onDisconnect: "finish",
      build: () => (text, call) => `${text} of ${call.userId ?? "nobody"}`,
    }),
  },
  functionGroups: {
    marks: definePerUserFunctionGroup({
      state,
      functions: { set: { input: z.object({}), output: counted }, hidden: { input: z.object({}), output: counted } },
      build: () => {
        const set = (_input: object, call: { readonly state: { count: number } }): { count: number } => {
          call.state.count += 1;
          return { count: call.state.count };
        };
        return { set, hidden: set };
      },
    }),
  },
};

function yamlOf(workflow: string, ...endpoints: string[]): string {
  const items = endpoints.map((name, index) => `      - { function_name: ${name}, path: /e${index} }\n`).join("");
  return [
    "general:\n  front_end:\n    endpoints:",
    items === "" ? " []\n" : `\n${items}`,
    "functions:\n  tally: { _type: tally }\n  shared: { _type: shared }\n",
    "function_groups:\n  marks: { _type: marks, exclude: [hidden] }\n",
    `workflow: ${workflow}`,
  ].join("");
}

async function reply(runtime: Runtime, userId: string | undefined, functionName: string | undefined, input: unknown) {
  const session = runtime.sessions.session({ userId, functionName });
  try {
    return (await session.run(input).reply()).body;
  } finally {
    session.close();
  }
}

const asking = "{ _type: asks_tally, tally: tally }";

describe("a function that is served on its own", () => {
  it("works in the same room and in the same order of turns as the workflow, also after a restart", async () => {
    await using bench = await Workbench.create([plugin]);
    const yaml = yamlOf(asking, "tally", "marks__set");
    const first = await bench.start(yaml);
    const calls = Array.from({ length: 50 }, (_, index) =>
      index % 2 === 0
        ? reply(first.runtime, "alice", undefined, {})
        : reply(first.runtime, "alice", "tally", { by: 1 }),
    );
    expect(await Promise.all(calls)).toEqual(calls.map((_, index) => `{"count":${index + 1}}`));
    expect(await reply(first.runtime, "alice", "marks__set", {})).toBe('{"count":1}');
    expect(first.runtime.sessions.residents()).toMatchObject([{ userId: "alice", totalRuns: 51 }]);
    await first.stop();
    const second = await bench.start(yaml);
    expect(await reply(second.runtime, "alice", "tally", { by: 0 })).toBe('{"count":50}');
    expect(await reply(second.runtime, "bob", undefined, {})).toBe('{"count":1}');
  });

  it("needs a user where it is per-user, and keeps nothing where it is shared", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(yamlOf("{ _type: shared }", "tally", "shared", "marks__set"));
    const facts = runtime.entries.map((entry) => [
      entry.functionName,
      entry.scope,
      entry.description,
      entry.onDisconnect,
    ]);
    expect(facts).toEqual([
      [undefined, "shared", "shared", "finish"],
      ["tally", "per-user", "Counts.", "abort"],
      ["shared", "shared", "shared", "finish"],
      ["marks__set", "per-user", "marks", "abort"],
    ]);
    const [, , shared] = runtime.entries;
    expect(await reply(runtime, undefined, "shared", shared?.unwrapInput({ value: "tea" }))).toBe(
      '{"value":"tea of nobody"}',
    );
    await expect(reply(runtime, undefined, "tally", { by: 1 })).rejects.toMatchObject({ code: "USER_ID_REQUIRED" });
    expect(await reply(runtime, "alice", "tally", { by: 2 })).toBe('{"count":2}');
    expect(runtime.sessions.residents()).toHaveLength(1);
    await expect(reply(runtime, "alice", "tally", { by: "x" })).rejects.toThrow("The input of tally is invalid");
    await expect(reply(runtime, "alice", "unknown", {})).rejects.toThrow("unknown is not served on its own.");
  });

  it("has to exist, and to be one its group offers", async () => {
    await using bench = await Workbench.create([plugin]);
    expect(await bench.refusals(yamlOf(asking, "talli", "marks", "marks__hidden", "tally", "marks.set"))).toEqual([
      'config.yml:4:26: general.front_end.endpoints names "talli", and there is no function of that name. Did you mean tally? [reference-unknown]',
      'config.yml:5:26: general.front_end.endpoints names "marks" as a function, and it is a function group. Its functions are marks__set. [reference-kind]',
      'config.yml:6:26: general.front_end.endpoints names "marks__hidden", which its group leaves out by include or exclude. Change the group\'s include or exclude, or refer to another function. [reference-unknown]',
      'config.yml:8:26: general.front_end.endpoints names "marks.set" with the old separator of groups and members. Write marks__set. [reference-separator]',
    ]);
  });

  it("lets a per-user part stand under a shared workflow, which nothing else does", async () => {
    await using bench = await Workbench.create([plugin]);
    const unreachable = "which can never reach it";
    expect(await bench.refusals(yamlOf("{ _type: shared }"))).toEqual([
      expect.stringContaining(`The per-user function tally stands under the shared workflow shared, ${unreachable}`),
      expect.stringContaining(
        `The per-user function group marks stands under the shared workflow shared, ${unreachable}`,
      ),
    ]);
    const { plan, problems } = await bench.plan(yamlOf("{ _type: shared }", "tally"));
    expect(problems.map(({ severity, message }) => [severity, message])).toEqual([
      [
        "warning",
        "Neither the workflow, an endpoint nor a route reaches the per-user function group marks; it is never built.",
      ],
    ]);
    expect(plan?.perUserComponents.map(({ name }) => name)).toEqual(["tally"]);
  });
});
