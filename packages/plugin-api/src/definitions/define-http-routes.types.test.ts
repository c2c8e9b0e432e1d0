import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { CallContext, PerUserCallContext } from "../contexts.js";
import { defineHttpRoutes, definePerUserHttpRoutes } from "./define-http-routes.js";

describe("the code of routes", () => {
  it("is handed what the schemas declare, and the names in the path", () => {
    definePerUserHttpRoutes({
      config: z.object({ limit: z.number().default(3) }),
      routes: {
        "PUT /lists/{list}/items/{id}": {
          description: "Changes.",
          query: z.object({ dry: z.stringbool().default(false) }),
          body: z.object({ text: z.string() }),
          output: z.object({ ok: z.boolean() }),
        },
        "GET /items/{id}": { description: "Gives.", params: z.object({ id: z.coerce.number() }), output: z.string() },
        "POST /clear": { description: "Clears." },
      },
      build: ({ config }) => {
        expectTypeOf(config).toEqualTypeOf<{ limit: number }>();
        return {
          "PUT /lists/{list}/items/{id}": ({ params, query, body }, call) => {
            expectTypeOf(params).toEqualTypeOf<Readonly<Record<"list" | "id", string>>>();
            expectTypeOf(query).toEqualTypeOf<{ dry: boolean }>();
            expectTypeOf(body).toEqualTypeOf<{ text: string }>();
            expectTypeOf(call).toEqualTypeOf<PerUserCallContext>();
            return { ok: true };
          },
          "GET /items/{id}": ({ params, body }) => {
            expectTypeOf(params).toEqualTypeOf<{ id: number }>();
            expectTypeOf(body).toEqualTypeOf<undefined>();
            return "x";
          },
          "POST /clear": async () => {},
        };
      },
    });
  });

  it("has nothing of a user where its routes are nobody's own", () => {
    defineHttpRoutes({
      routes: { "GET /a": { access: "public", description: "A.", output: z.string() } },
      build: () => ({
        "GET /a": (_input, call) => {
          expectTypeOf(call).toEqualTypeOf<CallContext>();
          return "x";
        },
      }),
    });
  });

  it("has to give what its output declares, and shared routes have to say whom they serve", () => {
    defineHttpRoutes({
      routes: { "GET /a": { access: "public", description: "A.", output: z.string() } },
      // @ts-expect-error A number is no string.
      build: () => ({ "GET /a": () => 1 }),
    });
    // @ts-expect-error Nothing is public because somebody forgot to say.
    defineHttpRoutes({ routes: { "GET /a": { description: "A." } }, build: () => ({ "GET /a": () => {} }) });
    defineHttpRoutes({
      // @ts-expect-error What is a user's own is defined with definePerUserHttpRoutes.
      routes: { "GET /a": { access: "user", description: "A." } },
      build: () => ({ "GET /a": () => {} }),
    });
  });
});
