import { AlcoveError, type Logger, silentLogger, WorkflowError, z } from "@alcove/plugin-api";
import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "./create-server.js";
import { ServedEcho, startTestServer, type TestServerOptions } from "./test-support/served-echo.js";

const alice = "7b031fd4-714b-598e-b755-a517d069edc5";
const servers: ListeningServer[] = [];

async function start(options: TestServerOptions = {}): Promise<string> {
  const server = await startTestServer(options);
  servers.push(server);
  return server.address;
}

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", cookie: "nat-session=alice", ...headers },
    body: JSON.stringify(body),
  });
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(100)));
});

describe("workflow routes", () => {
  it.each(["/generate", "/v1/workflow"])("run the workflow for the user of the cookie at %s", async (path) => {
    const application = new ServedEcho();
    const reply = await post(`${await start({ application })}${path}`, { b: "ä€😀", a: [1, null] });
    expect(reply.status).toBe(200);
    expect(await reply.text()).toBe('{"b":"ä€😀","a":[1,null]}');
    expect(reply.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(application.runs).toMatchObject([{ userId: alice }]);
    expect(application.openSessions).toBe(0);
  });

  it("hand the facts of the request to the run, without credentials", async () => {
    const application = new ServedEcho();
    await post(
      `${await start({ application })}/generate?x=1`,
      {},
      {
        authorization: "Bearer secret",
        "proxy-authorization": "Basic secret",
        "x-api-key": "secret",
        "workflow-parent-id": "step-7",
        "x-test": "h1",
        "x-request-id": "my-request.1",
        "conversation-id": "c1",
        "workflow-run-id": "8E2D1A54-9E0B-4DE6-8F3C-0B7C1B1E0E11",
        traceparent: "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
      },
    );
    const request = application.runs[0]?.request;
    expect(request).toMatchObject({
      conversationId: "c1",
      parentId: "step-7",
      runId: "8e2d1a54-9e0b-4de6-8f3c-0b7c1b1e0e11",
      traceId: "0af7651916cd43dd8448eb211c80319c",
      request: { requestId: "my-request.1", method: "POST", path: "/generate", headers: { "x-test": "h1" } },
    });
    expect(JSON.stringify(request)).not.toContain("secret");
    const names = Object.keys(request?.request?.headers ?? {});
    const credentials = ["authorization", "proxy-authorization", "cookie", "x-api-key"];
    expect(names.filter((name) => credentials.includes(name))).toEqual([]);
  });

  it("refuse a call without user on a per-user workflow, and say how to name one", async () => {
    const application = new ServedEcho();
    const reply = await post(`${await start({ application })}/generate`, {}, { cookie: "other=1" });
    expect(reply.status).toBe(401);
    expect(reply.headers.get("www-authenticate")).toContain('Cookie realm="alcove"');
    const body = await reply.json();
    expect(body).toMatchObject({ code: "USER_ID_REQUIRED", message: expect.stringContaining("Cookie: nat-session=") });
    expect(application.runs).toEqual([]);
  });

  it("need no user on a shared workflow", async () => {
    const application = new ServedEcho({ scope: "shared" });
    const reply = await post(`${await start({ application })}/generate`, { a: 1 }, { cookie: "" });
    expect(reply.status).toBe(200);
    expect(application.runs).toMatchObject([{ userId: undefined }]);
  });

  it("refuse a request that names two users", async () => {
    const reply = await post(`${await start()}/generate`, {}, { cookie: "nat-session=alice; nat-session=bob" });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ code: "IDENTITY_CONFLICT" });
  });

  it("tell what the workflow threw", async () => {
    const application = new ServedEcho({ run: () => Promise.reject(new WorkflowError(new RangeError("too far"))) });
    const reply = await post(`${await start({ application })}/generate`, {});
    expect(reply.status).toBe(422);
    expect(await reply.text()).toBe('{"code":"workflow_error","message":"too far","details":"RangeError"}');
    expect(application.openSessions).toBe(0);
  });

  it("log a fault of the server with its cause, and do not tell it", async () => {
    const errors: unknown[] = [];
    const logger: Logger = { ...silentLogger, error: (message, fields) => errors.push([message, fields]) };
    const application = new ServedEcho({ run: () => Promise.reject(new Error("secret")) });
    const reply = await post(`${await start({ application, logger })}/generate`, {}, { "x-request-id": "r1" });
    expect(reply.status).toBe(500);
    expect(reply.headers.get("x-request-id")).toBe("r1");
    expect(await reply.text()).not.toContain("secret");
    expect(errors).toMatchObject([[expect.any(String), { requestId: "r1", error: { message: "secret" } }]]);
  });

  it("say when to come back", async () => {
    const full = new AlcoveError("SESSION_QUEUE_FULL", "too many", { retryAfterSeconds: 2 });
    const application = new ServedEcho({ run: () => Promise.reject(full) });
    const reply = await post(`${await start({ application })}/generate`, {});
    expect(reply.status).toBe(503);
    expect(reply.headers.get("retry-after")).toBe("2");
  });

  it("carry the reference's list of faults when the input is invalid", async () => {
    const inputSchema = z.object({ command: z.string() });
    const invalid = new AlcoveError("INPUT_INVALID", "The input is invalid.", { details: [] });
    const application = new ServedEcho({ inputSchema, run: () => Promise.reject(invalid) });
    const address = await start({ application });
    expect(await (await post(`${address}/generate`, {})).json()).toEqual({
      code: "INPUT_INVALID",
      message: "The input is invalid.",
      details: [],
      detail: [{ type: "missing", loc: ["body", "command"], msg: "Field required", input: {} }],
    });
    expect(await (await post(`${address}/generate`, { command: 1 })).json()).toMatchObject({
      detail: [{ type: "string_type", loc: ["body", "command"], msg: "Input should be a valid string", input: 1 }],
    });
  });
});

describe("requests no route takes", () => {
  it.each([
    ["GET", "/nowhere", 404, "ROUTE_NOT_FOUND"],
    ["GET", "/GENERATE", 404, "ROUTE_NOT_FOUND"],
    ["GET", "/monitor/users", 404, "ROUTE_NOT_FOUND"],
    ["GET", "/generate", 405, "METHOD_NOT_ALLOWED"],
    ["DELETE", "/generate", 405, "METHOD_NOT_ALLOWED"],
    ["PROPFIND", "/generate", 405, "METHOD_NOT_ALLOWED"],
    ["POST", "/health", 405, "METHOD_NOT_ALLOWED"],
  ])("%s %s are %i", async (method, path, status, code) => {
    const reply = await fetch(`${await start()}${path}`, { method });
    expect(reply.status).toBe(status);
    expect(reply.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(reply.headers.get("x-request-id")).not.toBeNull();
    expect(await reply.json()).toMatchObject({ code, message: expect.stringContaining(path), details: null });
    expect(reply.headers.get("allow")).toBe(
      status === 404 ? null : path === "/health" ? "HEAD, GET, OPTIONS" : "POST, OPTIONS",
    );
  });

  it("get the methods of the path for OPTIONS", async () => {
    const reply = await fetch(`${await start()}/generate`, { method: "OPTIONS" });
    expect(reply.status).toBe(204);
    expect(reply.headers.get("allow")).toBe("POST, OPTIONS");
  });
});

describe("request id", () => {
  it.each(["abc", "A-1.b_2", "x".repeat(128)])("is the client's where it is plain: %s", async (id) => {
    const reply = await fetch(`${await start()}/health`, { headers: { "x-request-id": id } });
    expect(reply.headers.get("x-request-id")).toBe(id);
  });

  it.each(["", "a b", "<script>", "x".repeat(129)])("is a new UUID where the client's is %j", async (id) => {
    const reply = await fetch(`${await start()}/health`, { headers: { "x-request-id": id } });
    expect(reply.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("health", () => {
  it("says that the process serves", async () => {
    const address = await start();
    expect(await (await fetch(`${address}/health`)).text()).toBe('{"status":"healthy"}');
    const head = await fetch(`${address}/health`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });
});

describe("access log", () => {
  it("writes one line a request, without query", async () => {
    const lines: string[] = [];
    const logger: Logger = { ...silentLogger, debug: (message) => lines.push(message) };
    const address = await start({ logger, accessLog: true });
    await (await fetch(`${address}/health?token=secret`)).text();
    await expect.poll(() => lines).toEqual(["GET /health 200"]);
  });
});
