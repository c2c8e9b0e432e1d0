import type { Scope } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { routeAddresses } from "../routes/route-addresses.js";
import { createRouter } from "../routes/router.js";
import { ServerLife } from "../server-life.js";
import { ServedEcho, testServerOptions } from "../test-support/served-echo.js";
import { openApiDocument } from "./openapi-document.js";

const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ operationId: z.string(), security: z.array(z.unknown()) })),
  ),
  components: z.object({ schemas: z.record(z.string(), z.looseObject({})) }),
});

async function documentOf(options: ReturnType<typeof testServerOptions>) {
  return documentSchema.parse(JSON.parse(JSON.stringify(await openApiDocument(options))));
}

describe("the OpenAPI document", () => {
  it.each([true, false])(
    "has exactly the routes that are registered, and so has the list at start; with monitoring: %s",
    async (enablePerUserMonitoring) => {
      const options = testServerOptions({ enablePerUserMonitoring });
      const registered = createRouter(options, new ServerLife(options)).stack.flatMap(({ methods, path }) =>
        methods
          .filter((method) => method !== "HEAD")
          .map((method) => `${method} ${String(path).replace(/:(\w+)/g, "{$1}")}`),
      );
      const { paths } = await documentOf(options);
      const described = Object.entries(paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      );
      expect(described.sort()).toEqual(registered.sort());
      const listed = routeAddresses(options.config).map(({ method, path }) => `${method} ${path}`);
      expect(listed.sort()).toEqual(registered.sort());
    },
  );

  it.each<[Scope, unknown[]]>([
    ["per-user", [{ session_cookie: [] }]],
    ["shared", [{}, { session_cookie: [] }]],
  ])("says whether the workflow needs a user: %s", async (scope, security) => {
    const { paths } = await documentOf(testServerOptions({ application: new ServedEcho({ scope }) }));
    expect(paths["/generate"]?.["post"]?.security).toEqual(security);
    expect(paths["/v1/session"]?.["get"]?.security).toEqual([{ session_cookie: [] }]);
    expect(paths["/health"]?.["get"]?.security).toEqual([]);
  });

  it("takes the schema of the body from the workflow, with an example that it takes", async () => {
    const inputSchema = z.object({ a: z.int().min(3), b: z.enum(["x", "y"]), c: z.string().default("z") });
    const document = await documentOf(testServerOptions({ application: new ServedEcho({ inputSchema }) }));
    expect(document.components.schemas["WorkflowInput"]).toMatchObject({
      type: "object",
      required: ["a", "b"],
      properties: { a: { type: "integer", minimum: 3 }, c: { default: "z" } },
    });
    expect(document.paths["/generate"]?.["post"]).toMatchObject({
      requestBody: { content: { "application/json": { example: { a: 3, b: "x" } } } },
    });
  });

  it("gives no example where it knows of none", async () => {
    const inputSchema = z.object({ a: z.string().regex(/^[0-9]{9}$/) });
    const document = await documentOf(testServerOptions({ application: new ServedEcho({ inputSchema }) }));
    expect(JSON.stringify(document.paths["/generate"]?.["post"]?.["requestBody"])).not.toContain("example");
  });
});
