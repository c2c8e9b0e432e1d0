import { describe, expect } from "vitest";
import { z } from "zod";
import { pluginPaths, test } from "./workplace.js";

const configuration = {
  general: {
    front_end: {
      root_path: "/api",
      disable_legacy_routes: true,
      workflow: { path: "/v2/ask" },
      endpoints: [
        { function_name: "todo__add", path: "/v2/todo", description: "Puts something on the list." },
        { function_name: "now", path: "/v2/now", method: "GET" },
      ],
    },
  },
  functions: { now: { _type: "current_datetime", timezone: "UTC" } },
  function_groups: { todo: { _type: "per_user_todo" } },
  workflow: { _type: "per_user_todo_assistant", todo_name: "todo", current_datetime_name: "now" },
  plugins: [pluginPaths.todo, pluginPaths.time],
};

describe("configured endpoints", () => {
  test("are where the configuration says, under the root path too, and nowhere else", async ({ workplace }) => {
    const { client } = await workplace.start({ configFile: await workplace.write("config.yml", configuration) });
    const added = await client.generate("alice", { text: "milk" }, "/v2/todo");
    expect([added.status, added.json]).toEqual([200, expect.objectContaining({ message: "Added item 1" })]);
    const listed = await client.generate("alice", { command: "list" }, "/api/v2/ask");
    expect(listed.json).toMatchObject({ items: [{ text: "milk" }] });
    const streamed = await client.generate("alice", { text: "tea" }, "/api/v2/todo/full");
    expect(streamed.text).toMatch(/"name":"todo__add"[\s\S]*data: \{"value":"\{\\"success\\":true/);
    expect((await client.generate(undefined, { text: "x" }, "/v2/todo")).status).toBe(401);
    for (const path of ["/generate", "/v1/workflow", "/generate/stream", "/apiary/v2/todo"]) {
      expect((await client.generate("alice", {}, path)).json).toMatchObject({ code: "ROUTE_NOT_FOUND" });
    }
    const key = { cookie: "nat-session=alice", "content-type": "application/json", "idempotency-key": "k" };
    const body = JSON.stringify({ text: "jam" });
    await client.send({ method: "POST", path: "/v2/todo", headers: key, body });
    const repeated = await client.send({ method: "POST", path: "/api/v2/todo", headers: key, body });
    expect(repeated.headers).toMatchObject({ "idempotent-replayed": "true" });
    const elsewhere = await client.send({ method: "POST", path: "/v2/ask", headers: key, body: '{"command":"list"}' });
    expect(elsewhere.json).toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED" });
  });

  test("that are called with GET take no body, and nobody else's method", async ({ workplace }) => {
    const { client } = await workplace.start({ configFile: await workplace.write("config.yml", configuration) });
    expect((await client.get("/v2/now")).json).toMatchObject({ timezone: "UTC" });
    expect((await client.get("/v2/now/stream")).text).toMatch(/^intermediate_data: /);
    const head = await client.send({ method: "HEAD", path: "/v2/now" });
    expect([head.status, head.headers["allow"]]).toEqual([405, "GET, OPTIONS"]);
    const options = await client.send({ method: "OPTIONS", path: "/v2/now" });
    expect([options.status, options.headers["allow"]]).toEqual([204, "GET, OPTIONS"]);
    expect((await client.generate("alice", {}, "/v2/now")).json).toMatchObject({ code: "METHOD_NOT_ALLOWED" });
  });

  test("are described, each with its own schemas", async ({ workplace }) => {
    const { client } = await workplace.start({ configFile: await workplace.write("config.yml", configuration) });
    const { paths, servers } = z
      .object({ servers: z.array(z.unknown()), paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse((await client.get("/openapi.json")).json);
    expect(servers).toMatchObject([{ url: "/api" }]);
    expect(paths["/v2/todo"]).toMatchObject({
      post: {
        operationId: "run_todo__add",
        description: expect.stringContaining("Puts something on the list."),
        requestBody: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/todo__add.Input" } } },
        },
      },
    });
    expect(Object.keys(paths["/v2/now/full"] ?? {})).toEqual(["get"]);
    expect(paths["/generate"]).toBeUndefined();
  });

  test("that lead to the same address are refused, with their places", async ({ workplace }) => {
    const file = await workplace.write(
      "config.yml",
      [
        `plugins: ${JSON.stringify(configuration.plugins)}`,
        "functions: { now: { _type: current_datetime, timezone: UTC } }",
        "workflow: { _type: current_datetime, timezone: UTC }",
        "general:",
        "  front_end:",
        "    endpoints:",
        "      - function_name: now",
        "        path: /generate/full",
        "      - { function_name: now, path: /health, method: GET }",
        "",
      ].join("\n"),
    );
    const { exitCode, stderr } = await workplace.alcove("validate", "--config_file", file);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      "config.yml:8:15: general.front_end.endpoints[0].path leads to POST /generate/full, which general.front_end.workflow.legacy_path leads to as well.",
    );
    expect(stderr).toMatch(/config\.yml:9:37: .* leads to GET \/health, which Alcove itself serves as well\./);
  });
});
