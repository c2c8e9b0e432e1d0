import {
  defineHttpRoutes,
  definePerUserFunction,
  definePerUserHttpRoutes,
  functionRef,
  StartupRefusedError,
  z,
} from "@alcove/plugin-api";
import { startTestAlcove } from "@alcove/testing";
import { describe, expect, it } from "vitest";
import { notesConfig, notesPlugin } from "./support/notes-plugin.js";
import { Workbench } from "./support/test-application.js";

const flow = definePerUserFunction({ input: z.object({}), output: z.object({}), build: () => () => ({}) });
const route = { description: "A route.", output: z.object({}) };
const calling = { config: z.object({ target: functionRef() }), build: () => ({ "GET /a": () => ({}) }) };
const mine = definePerUserHttpRoutes({ ...calling, routes: { "GET /a": route } });
const common = defineHttpRoutes({ ...calling, routes: { "GET /a": { ...route, access: "public" } } });
const plugin = { id: "p", functions: { flow }, httpRoutes: { mine, common } };
const base = "workflow: { _type: flow }\nfunctions: { own: { _type: flow } }\n";

describe("routes in a configuration", () => {
  it("have to be of a type there is, refer to what there is, and take the fields they declare", async () => {
    await using bench = await Workbench.create([plugin]);
    const yaml = [
      "http_routes:",
      "  a: { _type: min, target: own }",
      "  b: { _type: mine, target: owm }",
      "  c: { _type: mine, target: own, more: 1 }",
      "  d: { _type: flow }",
    ].join("\n");
    expect(await bench.refusals(base + yaml)).toEqual([
      "config.yml:6:34: http_routes.c.more: p/mine has no such field. Known here: target, _type, middleware. [config-unknown-key]",
      'config.yml:4:15: There is no type of HTTP routes "min". Did you mean mine? [type-unknown]',
      'config.yml:7:15: There is no type of HTTP routes "flow". Did you mean p/flow, which belongs under functions? [type-unknown]',
      'config.yml:5:29: b refers to "owm", and there is no function of that name. Did you mean own? [reference-unknown]',
    ]);
  });

  it("that are no user's own may not reach what is a user's", async () => {
    await using bench = await Workbench.create([plugin]);
    expect(await bench.refusals(`${base}http_routes: { a: { _type: common, target: own } }`)).toEqual([
      "config.yml:3:44: The shared set of HTTP routes a depends on the per-user function own: a (shared) -> own (per-user). Make a per-user, or let it depend on shared components only. [dependency-scope]",
    ]);
  });

  it("make what only they reach reachable, and cannot be referred to themselves", async () => {
    await using bench = await Workbench.create([plugin]);
    const { problems, plan } = await bench.plan(`${base}http_routes: { a: { _type: mine, target: own } }`);
    expect(problems).toEqual([]);
    expect(plan?.entries.map(({ name }) => name)).toEqual(["<workflow>", "a GET /a"]);
    const referring = `${base}http_routes: { a: { _type: mine, target: own }, b: { _type: mine, target: a } }`;
    expect(await bench.refusals(referring)).toEqual([
      expect.stringContaining('b refers to "a", and there is no function of that name.'),
    ]);
  });

  it("may not have an address twice, or one that an endpoint has", async () => {
    const refused = (config: object) =>
      startTestAlcove({ plugins: [notesPlugin], config: { ...notesConfig, ...config }, isServed: true }).then(
        () => [],
        (error: unknown) =>
          error instanceof StartupRefusedError
            ? error.problems.map(({ message, remedy, rule }) => `${message} ${remedy} [${rule}]`)
            : [String(error)],
      );
    const http_routes = { ...notesConfig.http_routes, again: { _type: "shared_routes" } };
    expect(await refused({ http_routes })).toEqual([
      "http_routes.again leads to GET /plugins/notes/status, which http_routes.common leads to as well. Take one of the two out of http_routes. [name-clash]",
    ]);
    const endpoints = [{ function_name: "clock", path: "/plugins/notes/who/me", method: "GET" }];
    expect(await refused({ general: { front_end: { endpoints } } })).toEqual([
      "http_routes.mine leads to GET /plugins/notes/who/:name, which general.front_end.endpoints[0].path leads to as well. Choose another path for one of them. [name-clash]",
    ]);
  });
});
