import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ServerProcess } from "./server-process.js";
import { pluginPaths, test, Workplace } from "./workplace.js";

let workplace: Workplace;
let server: ServerProcess;

beforeAll(async () => {
  workplace = await Workplace.create();
  server = await workplace.start({ overrides: { "general.front_end.max_body_bytes": "2000" } });
});

afterAll(() => workplace.dispose());

const json = { "content-type": "application/json" };
const alice = { ...json, cookie: "nat-session=alice" };
const stats = '{"command":"stats"}';

interface Refusal {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly status: number;
  readonly code: string;
}

const refusals: readonly Refusal[] = [
  { name: "an unknown route", method: "GET", path: "/nowhere", status: 404, code: "ROUTE_NOT_FOUND" },
  { name: "GET on a POST route", method: "GET", path: "/generate", status: 405, code: "METHOD_NOT_ALLOWED" },
  { name: "DELETE on a GET route", method: "DELETE", path: "/health", status: 405, code: "METHOD_NOT_ALLOWED" },
  {
    name: "a body over the limit",
    method: "POST",
    path: "/generate",
    headers: alice,
    body: JSON.stringify({ command: "note", action: "add", param1: "x".repeat(3_000) }),
    status: 413,
    code: "BODY_TOO_LARGE",
  },
  {
    name: "a form",
    method: "POST",
    path: "/generate",
    headers: { ...alice, "content-type": "application/x-www-form-urlencoded" },
    body: "command=stats",
    status: 415,
    code: "MEDIA_TYPE_UNSUPPORTED",
  },
  {
    name: "plain text",
    method: "POST",
    path: "/v1/workflow",
    headers: { ...alice, "content-type": "text/plain" },
    body: stats,
    status: 415,
    code: "MEDIA_TYPE_UNSUPPORTED",
  },
  {
    name: "broken JSON",
    method: "POST",
    path: "/generate",
    headers: alice,
    body: "{",
    status: 422,
    code: "BODY_INVALID",
  },
  {
    name: "bytes that are no UTF-8",
    method: "POST",
    path: "/generate",
    headers: alice,
    body: Buffer.concat([Buffer.from('{"command":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
    status: 422,
    code: "BODY_INVALID",
  },
  {
    name: "an incomplete input",
    method: "POST",
    path: "/generate",
    headers: alice,
    body: "{}",
    status: 422,
    code: "INPUT_INVALID",
  },
  {
    name: "no identity",
    method: "POST",
    path: "/generate",
    headers: json,
    body: stats,
    status: 401,
    code: "USER_ID_REQUIRED",
  },
  {
    name: "no identity on the other route",
    method: "POST",
    path: "/v1/workflow",
    headers: json,
    body: stats,
    status: 401,
    code: "USER_ID_REQUIRED",
  },
  {
    name: "an empty identity",
    method: "POST",
    path: "/generate",
    headers: { ...json, cookie: "nat-session=" },
    body: stats,
    status: 401,
    code: "USER_ID_REQUIRED",
  },
  {
    name: "two identities",
    method: "POST",
    path: "/generate",
    headers: { ...json, cookie: "nat-session=alice; nat-session=bob" },
    body: stats,
    status: 400,
    code: "IDENTITY_CONFLICT",
  },
];

describe("a refusal", () => {
  it.each(refusals)("of $name is $status $code, as JSON", async ({ method, path, headers, body, status, code }) => {
    const reply = await server.client.send({
      method,
      path,
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    });
    expect(reply.status).toBe(status);
    expect(reply.headers["content-type"]).toMatch(/^application\/json/);
    expect(reply.headers["x-request-id"]).toMatch(/\S/);
    expect(reply.json).toMatchObject({ code, message: expect.stringMatching(/\S/) });
    expect(reply.json).toHaveProperty("details");
    expect(reply.text).not.toMatch(/node_modules|\.js:|\.ts:/);
  });

  it("of a method names those that work", async () => {
    const reply = await server.client.get("/generate");
    expect(reply.headers.allow).toContain("POST");
  });

  it("of a call without identity says which cookie to send", async () => {
    const reply = await server.client.generate(undefined, { command: "stats" });
    expect(reply.text).toContain("nat-session");
  });

  it("changes nothing and does not hold up the next call", async () => {
    const reply = await server.client.generate("after-refusals", { command: "stats" });
    expect(reply.text).toContain('"commands_executed":1');
  });
});

describe("X-Request-Id", () => {
  it("is new for every reply", async () => {
    const [first, second] = [await server.client.get("/health"), await server.client.get("/health")];
    expect(first.headers["x-request-id"]).toMatch(/\S/);
    expect(first.headers["x-request-id"]).not.toBe(second.headers["x-request-id"]);
  });

  it("is the caller's where the caller sends one", async () => {
    const reply = await server.client.get("/nowhere", { "x-request-id": "trace-me.42" });
    expect(reply.headers["x-request-id"]).toBe("trace-me.42");
  });

  it("is a new one where the caller's could break a log line", async () => {
    const reply = await server.client.get("/health", { "x-request-id": "two words" });
    expect(reply.headers["x-request-id"]).toMatch(/^[A-Za-z0-9._-]+$/);
  });
});

describe("the routes beside the workflow", () => {
  it("GET /health says that the server is healthy", async () => {
    const reply = await server.client.get("/health");
    expect({ status: reply.status, body: reply.text }).toEqual({ status: 200, body: '{"status":"healthy"}' });
  });

  it("keep a client that sends half a body from holding up others", async () => {
    const half = request(new URL("/generate", server.url), {
      method: "POST",
      headers: { ...alice, "content-length": "100" },
    });
    half.on("error", () => undefined);
    half.write('{"command":');
    const reply = await server.client.generate("alice", { command: "stats" });
    expect(reply.status).toBe(200);
    half.destroy();
  });
});

describe("a shared workflow", () => {
  test("needs no identity", async ({ workplace: own }) => {
    const configFile = await own.write("clock.yml", {
      plugins: [pluginPaths.time],
      workflow: { _type: "current_datetime", timezone: "Asia/Tokyo" },
    });
    const { client } = await own.start({ configFile });
    const reply = await client.generate(undefined, {});
    expect(reply.status).toBe(200);
    expect(reply.text).toMatch(
      /^\{"datetime":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00","timezone":"Asia\/Tokyo"\}$/,
    );
    const refused = await client.generate(undefined, { timezone: "Europe/Atlantis" });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain("Europe/Atlantis");
  });
});
