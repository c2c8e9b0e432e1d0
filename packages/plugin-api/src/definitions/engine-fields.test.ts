import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineFunction, definePerUserFunction } from "./define-function.js";
import { defineFunctionGroup, definePerUserFunctionGroup } from "./define-function-group.js";
import { defineHttpRoutes, definePerUserHttpRoutes } from "./define-http-routes.js";
import { defineMiddleware, definePerUserMiddleware } from "./define-middleware.js";

type Config = z.ZodObject;

const text = { input: z.string(), output: z.string() };
const build = () => ({}) as never;
const functions = {
  defineFunction: (config: Config) => defineFunction({ ...text, config, build }),
  definePerUserFunction: (config: Config) => definePerUserFunction({ ...text, config, build }),
};
const groups = {
  defineFunctionGroup: (config: Config) => defineFunctionGroup({ functions: { a: text }, config, build }),
  definePerUserFunctionGroup: (config: Config) => definePerUserFunctionGroup({ functions: { a: text }, config, build }),
};
const routes = {
  defineHttpRoutes: (config: Config) =>
    defineHttpRoutes({ routes: { "GET /a": { access: "public", description: "A." } }, config, build }),
  definePerUserHttpRoutes: (config: Config) =>
    definePerUserHttpRoutes({ routes: { "GET /a": { description: "A." } }, config, build }),
};
const middleware = {
  defineMiddleware: (config: Config) => defineMiddleware({ config, build }),
  definePerUserMiddleware: (config: Config) => definePerUserMiddleware({ config, build }),
};
const field = (name: string): Config => z.object({ [name]: z.string().optional(), own: z.string() });

describe("a config schema", () => {
  it.each(Object.entries({ ...functions, ...groups, ...routes }))(
    "of %s cannot have a field `middleware`",
    (_name, define) => {
      expect(() => define(field("middleware"))).toThrow(
        new TypeError(
          'The config schema has the field "middleware", which Alcove reads itself and never hands on. Choose another name.',
        ),
      );
    },
  );

  it.each(Object.entries({ ...functions, ...groups, ...routes, ...middleware }))(
    "of %s cannot have a field `_type`",
    (_name, define) => {
      expect(() => define(field("_type"))).toThrow('the field "_type"');
    },
  );

  it.each(Object.entries(groups))(
    "of %s cannot have a group's own fields, which are named all at once",
    (_name, define) => {
      const config = z.object({
        include: z.string(),
        exclude: z.string(),
        tool_overrides: z.string(),
        own: z.string(),
      });
      expect(() => define(config)).toThrow(
        'the fields "include", "exclude", "tool_overrides", which Alcove reads itself',
      );
    },
  );

  it("may have every other field, also those that mean something elsewhere", () => {
    expect(functions.defineFunction(field("include")).config.shape).toHaveProperty("include");
    expect(middleware.defineMiddleware(field("middleware")).config.shape).toHaveProperty("middleware");
  });
});
