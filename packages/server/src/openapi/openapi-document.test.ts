import type { IdentityProviderConfig } from "@alcove/config";
import type { Scope } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { routeAddresses } from "../routes/route-addresses.js";
import { createRouter } from "../routes/router.js";
import { ServerLife } from "../server-life.js";
import { ServedEcho, testConfig, testServerOptions } from "../test-support/served-echo.js";
import { openApiDocument } from "./openapi-document.js";

const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ operationId: z.string(), security: z.array(z.unknown()) })),
  ),
  components: z.object({
    schemas: z.record(z.string(), z.looseObject({})),
    securitySchemes: z.record(z.string(), z.unknown()),
  }),
});

async function documentOf(options: ReturnType<typeof testServerOptions>) {
  return documentSchema.parse(JSON.parse(JSON.stringify(await openApiDocument(options))));
}

const sessionCookie: IdentityProviderConfig = { type: "session_cookie" };
const allProviders: readonly IdentityProviderConfig[] = [
  sessionCookie,
  {
    type: "issued_cookie",
    issuer: "issued-cookie",
    secrets: ["x"],
    isSecure: true,
    sameSite: "lax",
    maxAgeMs: 1,
    rotateAfterMs: 1,
    rotationOverlapMs: 1,
  },
  {
    type: "jwt",
    issuer: "tokens",
    audience: ["a"],
    key: { kind: "secret", secret: "x" },
    algorithms: ["HS256"],
    clockToleranceMs: 1,
    subjectClaim: "sub",
    rolesClaim: undefined,
    claims: [],
  },
  { type: "api_key", issuer: "keys", keys: [] },
  { type: "basic", issuer: "people", users: [] },
  { type: "trusted_header", issuer: "proxy", header: "x-user", rolesHeader: undefined, proxies: ["127.0.0.1"] },
];

describe("the OpenAPI document", () => {
  it.each([true, false])(
    "has exactly the routes that are registered, and so has the list at start; with all that can be switched on: %s",
    async (isOn) => {
      const identity = { providers: isOn ? allProviders : [sessionCookie] };
      const options = testServerOptions({ enablePerUserMonitoring: isOn, identity });
      const registered = createRouter(options, await ServerLife.create(options), undefined).stack.flatMap(
        ({ methods, path }) =>
          methods.filter((method) => method !== "HEAD").map((method) => `${method} ${String(path)}`),
      );
      const { paths } = await documentOf(options);
      const described = Object.entries(paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      );
      const asDescribed = registered.map((route) => route.replace(/:(\w+)/g, "{$1}"));
      expect(described.sort()).toEqual(asDescribed.sort());
      const listed = routeAddresses(options.config, options.runtime.entries).map(
        ({ method, path }) => `${method} ${path}`,
      );
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

  it("says how to say who one is, as the configuration has it", async () => {
    const { paths, components } = await documentOf(testServerOptions({ identity: { providers: allProviders } }));
    expect(Object.keys(components.securitySchemes)).toEqual([
      "session_cookie",
      "issued_cookie",
      "token",
      "api_key",
      "api_key_as_bearer",
      "basic",
      "trusted_header",
    ]);
    expect(paths["/generate"]?.["post"]?.security).toEqual(
      Object.keys(components.securitySchemes).map((name) => ({ [name]: [] })),
    );
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

  it("gives no example of what may be left out, which a viewer would send unasked", async () => {
    const options = { enablePerUserMonitoring: true, frontEnd: { metrics: true, reconnectGraceMs: 1_000 } };
    const document = await openApiDocument(testServerOptions(options));
    const isParameter = z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().optional() });
    const optional: string[] = [];
    JSON.stringify(document, (_key, value: unknown) => {
      const { data } = isParameter.safeParse(value);
      if (data !== undefined && data.required !== true) {
        optional.push(data.name);
        expect(data).not.toHaveProperty("example");
      }
      return value;
    });
    expect(optional).toEqual(expect.arrayContaining(["X-Request-Id", "Idempotency-Key", "Last-Event-ID", "after"]));
  });

  it("lists no single reply of a function that only streams", async () => {
    const application = new ServedEcho({ functions: ["chunks"], streamsOnly: true });
    const endpoint = { ...testConfig().general.frontEnd.workflow, functionName: "chunks", path: "/chunks" };
    const frontEnd = { endpoints: [{ ...endpoint, legacyPath: undefined }] };
    const { paths } = await documentOf(testServerOptions({ application, frontEnd }));
    const ofEntries = /^\/(?:chunks|generate|v1\/workflow)(?!\/async)/;
    expect(Object.keys(paths).filter((path) => ofEntries.test(path))).toEqual([
      "/generate/stream",
      "/v1/workflow/stream",
      "/generate/full",
      "/v1/workflow/full",
      "/chunks/stream",
      "/chunks/full",
    ]);
  });

  it("gives no example where it knows of none", async () => {
    const inputSchema = z.object({ a: z.string().regex(/^[0-9]{9}$/) });
    const document = await documentOf(testServerOptions({ application: new ServedEcho({ inputSchema }) }));
    expect(JSON.stringify(document.paths["/generate"]?.["post"]?.["requestBody"])).not.toContain("example");
  });
});
