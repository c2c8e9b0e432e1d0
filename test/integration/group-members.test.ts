import {
  definePerUserFunction,
  definePerUserFunctionGroup,
  functionGroupRef,
  functionRef,
  z,
} from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { call, Workbench } from "./support/test-application.js";

const counted = { input: z.object({}), output: z.object({ count: z.number() }) };
const counting = {
  id: "counting",
  functionGroups: {
    counter: definePerUserFunctionGroup({
      functions: {
        add: { ...counted, description: "Adds one." },
        read: { ...counted, description: "Reads the count." },
      },
      state: { version: 1, schema: z.object({ count: z.number() }), initial: () => ({ count: 0 }) },
      build: () => ({
        add: (_input, { state }) => {
          state.count += 1;
          return { count: state.count };
        },
        read: (_input, { state }) => ({ count: state.count }),
      }),
    }),
  },
  functions: {
    flow: definePerUserFunction({
      config: z.object({ group: functionGroupRef({ default: "g" }), uses: z.array(functionRef()).default([]) }),
      input: z.object({}),
      output: z.object({ members: z.record(z.string(), z.string()), results: z.array(z.unknown()) }),
      build:
        ({ config }) =>
        async (_input, context) => {
          const results: unknown[] = [];
          for (const used of config.uses) {
            results.push(await used.invoke({}, context));
          }
          const members = Object.values(config.group.functions).map(({ name, description }) => [name, description]);
          return { members: Object.fromEntries(members), results };
        },
    }),
  },
};

const configure = (groupFields: string, uses: string): string =>
  `function_groups:\n  g: { _type: counter${groupFields} }\nworkflow: { _type: flow, uses: [${uses}] }`;
const overriding = (overrides: string): string => `, tool_overrides: ${overrides}`;

describe("the members of a group", () => {
  it("are known by the aliases and the descriptions the configuration gives them", async () => {
    await using bench = await Workbench.create([counting]);
    const overrides = "{ add: { alias: increase, description: Counts one up. }, read: { description: Tells. } }";
    const { runtime } = await bench.start(configure(overriding(overrides), "g__increase, g__read"));
    expect(await call(runtime, "alice", {})).toEqual({
      members: { g__increase: "Counts one up.", g__read: "Tells." },
      results: [{ count: 1 }, { count: 1 }],
    });
  });

  it("may swap their names", async () => {
    await using bench = await Workbench.create([counting]);
    const overrides = "{ add: { alias: read }, read: { alias: add } }";
    const { runtime } = await bench.start(configure(overriding(overrides), "g__add, g__read"));
    expect(await call(runtime, "alice", {})).toEqual({
      members: { g__read: "Adds one.", g__add: "Reads the count." },
      results: [{ count: 0 }, { count: 1 }],
    });
  });

  it("find the state they left when they are given an alias", async () => {
    await using bench = await Workbench.create([counting]);
    const before = await bench.start(configure("", "g__add"));
    await call(before.runtime, "alice", {});
    await before.stop();
    const { runtime } = await bench.start(configure(overriding("{ add: { alias: more } }"), "g__more"));
    expect(await call(runtime, "alice", {})).toMatchObject({ results: [{ count: 2 }] });
  });

  it("are found with the old separator, with a warning", async () => {
    await using bench = await Workbench.create([counting]);
    const yaml = configure("", "g.add");
    const { problems } = await bench.plan(yaml);
    expect(problems).toMatchObject([{ severity: "warning", rule: "reference-separator", remedy: "Write g__add." }]);
    const { runtime } = await bench.start(yaml);
    expect(await call(runtime, "alice", {})).toMatchObject({ results: [{ count: 1 }] });
  });

  it.each<[string, string, string, RegExp]>([
    ["overrides that are no mapping", overriding("[add]"), "", /g\.tool_overrides has to be a mapping.*config-schema/],
    [
      "an override of nothing",
      overriding("{ ad: { alias: x } }"),
      "",
      /names "ad", .*Did you mean add\?.*group-filter/,
    ],
    ["an unknown field", overriding("{ add: { alia: x } }"), "", /no field "alia"\. Did you mean alias\?.*unknown-key/],
    [
      "an alias that cannot be one",
      overriding('{ add: { alias: "a.b" } }'),
      "",
      /add\.alias: expected letters.*schema/,
    ],
    ["an alias that is taken", overriding("{ add: { alias: read } }"), "", /add and read of g would both.*name-clash/],
    [
      "a name that has become another",
      overriding("{ add: { alias: x } }"),
      "g__add",
      /its alias: write g__x\..*unknown/,
    ],
    ["a member that is left out", ", exclude: [add]", "g.add", /"g\.add", which its group leaves out.*unknown/],
    ["a member that is none", "", "g.ad", /"g\.ad", and there is no function.*Did you mean g__add\?.*unknown/],
  ])("are refused for %s", async (_what, groupFields, uses, line) => {
    await using bench = await Workbench.create([counting]);
    const report = await bench.refusals(configure(groupFields, uses));
    expect(report).toEqual([expect.stringMatching(line)]);
    expect(report).toEqual([expect.stringMatching(/^config\.yml:\d+:\d+: /)]);
  });
});
