import {
  defineFunction,
  defineFunctionGroup,
  definePerUserFunction,
  definePerUserFunctionGroup,
  functionGroupRef,
  functionRef,
  z,
} from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { Workbench } from "./support/test-application.js";

const refs = z.object({ uses: z.array(functionRef()).default([]), groups: z.array(functionGroupRef()).default([]) });
const schemas = { input: z.object({}), output: z.object({}) };
const member = { a: schemas, b: schemas };
const plugin = {
  id: "rules",
  functions: {
    shared: defineFunction({ ...schemas, config: refs, build: () => () => ({}) }),
    asks: defineFunction({
      input: z.object({ question: z.string(), loudly: z.boolean().optional() }),
      output: z.object({ answer: z.string() }),
      build: () => () => ({ answer: "" }),
    }),
    shared_typed: defineFunction({
      ...schemas,
      config: z.object({ uses: functionRef({ input: z.object({}), output: z.object({ answer: z.number() }) }) }),
      build: () => () => ({}),
    }),
    per_user: definePerUserFunction({ ...schemas, config: refs, build: () => () => ({}) }),
  },
  functionGroups: {
    shared_group: defineFunctionGroup({
      config: refs,
      functions: member,
      build: () => ({ a: () => ({}), b: () => ({}) }),
    }),
    per_user_group: definePerUserFunctionGroup({
      config: refs,
      functions: member,
      build: () => ({ a: () => ({}), b: () => ({}) }),
    }),
  },
};

/** Each row: what the configuration breaks, the configuration, and the whole report. */
const refused: [string, string, string[]][] = [
  [
    "a shared function that depends on a per-user function",
    "functions:\n  p: { _type: per_user }\n  s: { _type: shared, uses: [p] }\nworkflow: { _type: per_user, uses: [s, p] }",
    [
      "config.yml:3:30: The shared function s depends on the per-user function p: workflow (per-user) -> s (shared) -> p (per-user). Make s per-user, or let it depend on shared components only. [dependency-scope]",
    ],
  ],
  [
    "a shared function that depends on a per-user group",
    "function_groups:\n  g: { _type: per_user_group }\nfunctions:\n  s: { _type: shared, groups: [g] }\nworkflow: { _type: per_user, uses: [s], groups: [g] }",
    [
      "config.yml:4:32: The shared function s depends on the per-user function group g: workflow (per-user) -> s (shared) -> g (per-user). Make s per-user, or let it depend on shared components only. [dependency-scope]",
    ],
  ],
  [
    "a shared function that depends on one member of a per-user group",
    "function_groups:\n  g: { _type: per_user_group }\nfunctions:\n  s: { _type: shared, uses: [g__a] }\nworkflow: { _type: per_user, uses: [s], groups: [g] }",
    [
      "config.yml:4:30: The shared function s depends on the per-user function group g: workflow (per-user) -> s (shared) -> g (per-user). Make s per-user, or let it depend on shared components only. [dependency-scope]",
    ],
  ],
  [
    "a shared group that depends on a per-user function",
    "functions:\n  p: { _type: per_user }\nfunction_groups:\n  g: { _type: shared_group, uses: [p] }\nworkflow: { _type: per_user, groups: [g], uses: [p] }",
    [
      "config.yml:4:36: The shared function group g depends on the per-user function p: workflow (per-user) -> g (shared) -> p (per-user). Make g per-user, or let it depend on shared components only. [dependency-scope]",
    ],
  ],
  [
    "a shared group that depends on a per-user group",
    "function_groups:\n  p: { _type: per_user_group }\n  g: { _type: shared_group, groups: [p] }\nworkflow: { _type: per_user, groups: [g, p] }",
    [
      "config.yml:3:38: The shared function group g depends on the per-user function group p: workflow (per-user) -> g (shared) -> p (per-user). Make g per-user, or let it depend on shared components only. [dependency-scope]",
    ],
  ],
  [
    "a shared workflow that depends on a per-user function",
    "functions:\n  p: { _type: per_user }\nworkflow: { _type: shared, uses: [p] }",
    [
      "config.yml:3:35: The shared workflow depends on the per-user function p: workflow (shared) -> p (per-user). Make workflow per-user, or let it depend on shared components only. [dependency-scope]",
    ],
  ],
  [
    "a shared workflow that depends on a per-user group",
    "function_groups:\n  p: { _type: per_user_group }\nworkflow: { _type: shared, groups: [p] }",
    [
      "config.yml:3:37: The shared workflow depends on the per-user function group p: workflow (shared) -> p (per-user). Make workflow per-user, or let it depend on shared components only. [dependency-scope]",
    ],
  ],
  [
    "a shared workflow that reaches a per-user function through a shared one",
    "functions:\n  p: { _type: per_user }\n  s: { _type: shared, uses: [p] }\nworkflow: { _type: shared, uses: [s] }",
    [
      "config.yml:3:30: The shared function s depends on the per-user function p: workflow (shared) -> s (shared) -> p (per-user). Make s per-user, or let it depend on shared components only. [dependency-scope]",
    ],
  ],
  [
    "a per-user part under a shared workflow",
    "functions:\n  p: { _type: per_user }\nworkflow: { _type: shared }",
    [
      "config.yml:2:6: The per-user function p stands under the shared workflow shared, which can never reach it. Use a per-user workflow, serve the component under general.front_end.endpoints, or remove it. [component-unreachable]",
    ],
  ],
  [
    "an unknown name",
    "functions:\n  notepad: { _type: shared }\nworkflow: { _type: shared, uses: [notepat] }",
    [
      'config.yml:3:35: workflow refers to "notepat", and there is no function of that name. Did you mean notepad? [reference-unknown]',
    ],
  ],
  [
    "a cycle",
    "functions:\n  a: { _type: shared, uses: [b] }\n  b: { _type: shared, uses: [c] }\n  c: { _type: shared, uses: [a] }\nworkflow: { _type: shared, uses: [a] }",
    [
      "config.yml:4:30: These components depend on each other in a circle: a -> b -> c -> a. Remove one of these references. [dependency-cycle]",
    ],
  ],
  [
    "a function that depends on itself",
    "functions:\n  a: { _type: shared, uses: [a] }\nworkflow: { _type: shared, uses: [a] }",
    [
      "config.yml:2:30: These components depend on each other in a circle: a -> a. Remove one of these references. [dependency-cycle]",
    ],
  ],
  [
    "a function and a group of one name",
    "functions:\n  a: { _type: shared }\nfunction_groups:\n  a: { _type: shared_group }\nworkflow: { _type: shared }",
    ["config.yml:2:3: The name a is given to a function and to a function group. Rename one of them. [name-clash]"],
  ],
  [
    "a function whose name reads like a member of a group",
    "functions:\n  g__x: { _type: shared }\nfunction_groups:\n  g: { _type: shared_group }\nworkflow: { _type: shared }",
    [
      "config.yml:2:3: The function name g__x reads like a member of the function group g. Rename one of them. [name-clash]",
    ],
  ],
  [
    "a group whose name reads like a member of another",
    "function_groups:\n  g: { _type: shared_group }\n  g__a: { _type: shared_group }\nworkflow: { _type: shared }",
    [
      "config.yml:3:3: The function group name g__a reads like a member of the function group g. Rename one of them. [name-clash]",
    ],
  ],
  [
    "a reference to a group as a function",
    "function_groups:\n  g: { _type: shared_group }\nworkflow: { _type: shared, uses: [g] }",
    [
      'config.yml:3:35: workflow refers to "g" as a function, and it is a function group. Its functions are g__a, g__b. [reference-kind]',
    ],
  ],
  [
    "a reference to a function that needs and returns something else",
    "functions:\n  a: { _type: asks }\nworkflow: { _type: shared_typed, uses: a }",
    [
      'config.yml:3:40: workflow cannot use "a" here: it needs the field question, which is not sent. Refer to a function that fits rules/shared_typed. [reference-schema]',
      'config.yml:3:40: workflow cannot use "a" here: the field answer is string where number is expected. Refer to a function that fits rules/shared_typed. [reference-schema]',
    ],
  ],
  [
    "an include that names no member",
    "function_groups:\n  g: { _type: shared_group, include: [z] }\nworkflow: { _type: shared }",
    ['config.yml:2:38: g.include names "z", which is no member of shared_group. Did you mean a? [group-filter]'],
  ],
  [
    "a member that is included twice",
    "function_groups:\n  g: { _type: shared_group, include: [a, a] }\nworkflow: { _type: shared }",
    ['config.yml:2:38: g.include names "a" more than once. Name it once. [group-filter]'],
  ],
  [
    "include and exclude at once",
    "function_groups:\n  g: { _type: shared_group, include: [a], exclude: [b] }\nworkflow: { _type: shared }",
    ["config.yml:2:52: g has both include and exclude. Keep one of them. [group-filter]"],
  ],
  [
    "a member that its group leaves out",
    "function_groups:\n  g: { _type: shared_group, exclude: [b] }\nworkflow: { _type: shared, uses: [g__b] }",
    [
      `config.yml:3:35: workflow refers to "g__b", which its group leaves out by include or exclude. Change the group's include or exclude, or refer to another function. [reference-unknown]`,
    ],
  ],
  [
    "a missing workflow",
    "functions:\n  a: { _type: shared }",
    [
      "config.yml:1:1: The configuration has no workflow. Add a section workflow: with the _type of the function that answers requests. [workflow-missing]",
    ],
  ],
  [
    "an unknown type",
    "workflow: { _type: shard }",
    ['config.yml:1:20: There is no function type "shard". Did you mean shared? [type-unknown]'],
  ],
  [
    "an unknown field",
    "workflow: { _type: shared, use: [] }",
    ["config.yml:1:28: workflow.use: rules/shared has no such field. Did you mean uses? [config-unknown-key]"],
  ],
];

describe("the dependency rules", () => {
  it.each(refused)("refuse %s", async (_what, yaml, report) => {
    await using bench = await Workbench.create([plugin]);
    expect(await bench.refusals(yaml)).toEqual(report);
  });

  it("do not complain of references to a component whose type is unknown already", async () => {
    await using bench = await Workbench.create([plugin]);
    const yaml =
      "function_groups:\n  g: { _type: missing_group }\nworkflow: { _type: shared, uses: [g__a], groups: [g] }";
    expect(await bench.refusals(yaml)).toMatchObject([expect.stringContaining("[type-unknown]")]);
  });

  it("report every violation of a configuration at once", async () => {
    await using bench = await Workbench.create([plugin]);
    const report = await bench.refusals(
      "functions:\n  p: { _type: per_user }\n  s: { _type: shared, uses: [p, nobody] }\n  a: { _type: shared, uses: [b] }\n  b: { _type: shared, uses: [a] }\nworkflow: { _type: shared, uses: [s, p] }",
    );
    expect(report.map((line) => /\[(.*)\]$/.exec(line)?.[1]).sort()).toEqual([
      "dependency-cycle",
      "dependency-scope",
      "dependency-scope",
      "reference-unknown",
    ]);
  });

  it("allow per-user components to depend on shared and on per-user ones", async () => {
    await using bench = await Workbench.create([plugin]);
    const { plan, problems } = await bench.plan(
      "functions:\n  s: { _type: shared }\n  p: { _type: per_user, uses: [s, q] }\n  q: { _type: per_user, groups: [g] }\nfunction_groups:\n  g: { _type: per_user_group, include: [a] }\nworkflow: { _type: per_user, uses: [p, g__a] }",
    );
    expect(problems).toEqual([]);
    expect(plan?.perUserComponents.map(({ name }) => name)).toEqual(["g", "q", "p", "workflow"]);
    expect(plan?.sharedComponents.map(({ name }) => name)).toEqual(["s"]);
  });

  it("warn of a per-user component the workflow does not reach, and do not build it", async () => {
    await using bench = await Workbench.create([plugin]);
    const { plan, problems } = await bench.plan("functions:\n  p: { _type: per_user }\nworkflow: { _type: per_user }");
    expect(problems).toMatchObject([{ severity: "warning", rule: "component-unreachable" }]);
    expect(plan?.perUserComponents.map(({ name }) => name)).toEqual(["workflow"]);
  });
});
