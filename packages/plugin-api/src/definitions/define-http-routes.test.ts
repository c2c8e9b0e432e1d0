import { describe, expect, it } from "vitest";
import { z } from "zod";
import { systemClock } from "../clock.js";
import { silentLogger } from "../logger.js";
import { defineHttpRoutes, definePerUserHttpRoutes } from "./define-http-routes.js";
import { type EngineBuildContext, isComponentDefinition } from "./definition.js";

const route = { description: "A route.", output: z.object({}) };
const context: EngineBuildContext = {
  name: "mine",
  config: {},
  services: {},
  logger: silentLogger,
  clock: systemClock,
  userId: "alice",
  onDispose: () => undefined,
  onSessionEnd: () => undefined,
};

/** What a user's routes at these addresses are refused with. */
function refusal(routes: Readonly<Record<string, object>>): string {
  try {
    // Plugins in plain JavaScript are held to the rules too.
    Reflect.apply(definePerUserHttpRoutes, undefined, [{ routes, build: () => ({}) }]);
    return "";
  } catch (error) {
    return (error as TypeError).message;
  }
}

describe("definitions of HTTP routes", () => {
  it("say what each route takes, gives and whom it serves", () => {
    const { kind, scope, routes } = defineHttpRoutes({
      routes: {
        "GET /items/{id}": { ...route, access: "public" },
        "POST /items": {
          description: "Adds.",
          access: "operator",
          body: z.object({ a: z.string() }),
          status: 201,
          output: z.string(),
        },
        "DELETE /items": { description: "Removes.", access: "operator" },
      },
      build: () => ({ "GET /items/{id}": () => ({}), "POST /items": () => "", "DELETE /items": () => undefined }),
    });
    expect([kind, scope]).toEqual(["http_routes", "shared"]);
    expect(Object.values(routes).map(({ method, path, access, status }) => [method, path, access, status])).toEqual([
      ["GET", "/items/{id}", "public", 200],
      ["POST", "/items", "operator", 201],
      ["DELETE", "/items", "operator", 204],
    ]);
    expect(routes["GET /items/{id}"]?.input.parse({ params: { id: "x" }, query: { more: 1 }, body: 1 })).toEqual({
      params: { id: "x" },
      query: {},
    });
    expect(routes["POST /items"]?.input.safeParse({ params: {}, query: {}, body: {} }).success).toBe(false);
    // What code without an output returns is nobody's business.
    expect(routes["DELETE /items"]?.output?.parse(7)).toBeUndefined();
  });

  it("serve users, where they are each user's own", () => {
    const definition = definePerUserHttpRoutes({
      routes: { "GET /a": route },
      build: () => ({ "GET /a": () => ({}) }),
    });
    expect(definition).toMatchObject({ scope: "per-user", routes: { "GET /a": { access: "user" } } });
    expect(isComponentDefinition(definition)).toBe(true);
  });

  it("have code for every route, of their own", async () => {
    const built = definePerUserHttpRoutes({ routes: { "GET /a": route }, build: () => ({ "GET /a": () => ({}) }) });
    expect(Object.keys(await built.build(context))).toEqual(["GET /a"]);
    const lacking = defineHttpRoutes({
      routes: { "GET /a": { ...route, access: "public" } },
      build: () => ({}) as never,
    });
    await expect(lacking.build(context)).rejects.toThrow("build of mine GET /a has to return a function");
  });

  it.each<[string, Readonly<Record<string, object>>, string]>([
    ["no route", {}, "needs a route"],
    ["an address that is none", { "GET items": route }, '"GET items" is no address of a route'],
    ["a body where there can be none", { "GET /a": { ...route, body: z.object({}) } }, "cannot take a body"],
    ["a status without an output", { "POST /a": { description: "A.", status: 201 } }, "has a status and no output"],
    ["one name for two parameters", { "GET /{a}/{a}": route }, "two parameters of one name"],
    [
      "parameters that are not declared",
      { "GET /{a}": { ...route, params: z.object({ b: z.string() }) } },
      "[a], and its params declare [b]",
    ],
    [
      "two routes for one request",
      { "GET /a/{b}": route, "GET /a/c": route },
      "could be meant for GET /a/{b} and for /a/c",
    ],
    ["two spellings of a path", { "GET /a/{b}": route, "PUT /a/{c}": route }, "call their parameters alike"],
  ])("refuse %s", (_, routes, message) => {
    expect(refusal(routes)).toContain(message);
  });
});
