import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { ServerProcess } from "./server-process.js";
import { StreamReply } from "./stream-client.js";
import { pluginPaths, Workplace } from "./workplace.js";

const lineSchema = z.looseObject({
  level: z.string(),
  msg: z.string(),
  scope: z.string().optional(),
  component: z.string().optional(),
  requestId: z.string().optional(),
  runId: z.string().optional(),
  traceId: z.string().optional(),
});

describe("the log of a server", () => {
  let workplace: Workplace;
  let server: ServerProcess;

  beforeAll(async () => {
    workplace = await Workplace.create();
    server = await workplace.start({
      configFile: await workplace.write("logged.yml", {
        general: {
          telemetry: {
            logging: { console: { _type: "console", level: "INFO", scopes: { server: "debug", helper: "silent" } } },
            tracing: { kept: { _type: "file", path: "spans.jsonl" } },
          },
        },
        plugins: [pluginPaths.telling, pluginPaths.time],
        functions: { clock: { _type: "current_datetime" }, helper: { _type: "telling_helper" } },
        workflow: { _type: "telling_workflow" },
      }),
    });
  });

  afterAll(() => workplace.dispose());

  const lines = () =>
    server.printed
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => lineSchema.parse(JSON.parse(line)));

  function post(requestId: string, body: object, more: Record<string, string> = {}) {
    const headers = {
      "content-type": "application/json",
      cookie: "nat-session=s3cret-cookie",
      "x-request-id": requestId,
    };
    return server.client.send({
      method: "POST",
      path: "/generate?token=s3cret-query",
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    });
  }

  async function linesOf(requestId: string) {
    await expect
      .poll(() => lines().some((line) => line.requestId === requestId && /^(POST|GET|DELETE) \S+ \d+$/.test(line.msg)))
      .toBe(true);
    return lines().filter((line) => line.requestId === requestId);
  }

  it("names request, run and trace on every line that a run leads to, and says what became of the request", async () => {
    const reply = await post("first", { said: "hello" });
    const { run_id, trace_id } = z.object({ run_id: z.string(), trace_id: z.string() }).parse(reply.json);
    const ofRequest = await linesOf("first");
    expect(ofRequest.map(({ msg }) => msg)).toEqual([
      "The workflow is being built",
      "The workflow was called",
      "POST /generate 200",
    ]);
    for (const line of ofRequest) {
      expect(line).toMatchObject({ runId: run_id, traceId: trace_id });
    }
    expect(ofRequest.at(-1)).toMatchObject({
      scope: "server",
      level: "debug",
      method: "POST",
      path: "/generate",
      route: "/generate",
      status: 200,
      durationMs: expect.any(Number),
      complete: true,
      userId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it("has no line without a request between the first request and the last", async () => {
    const failed = await post("failing", { said: "Bearer s3cret-token", outcome: "fail" });
    expect(failed.status).toBe(422);
    await using stream = await StreamReply.open(server.url, "/generate/stream", "bob", { outcome: "fail" });
    await expect.poll(() => stream.isComplete).toBe(true);
    await server.client.send({ method: "DELETE", path: "/v1/session", headers: { cookie: "nat-session=bob" } });
    await server.client.get("/nowhere", { "x-request-id": "last" });
    await linesOf("last");
    const all = lines();
    const served = all.slice(all.findIndex(({ msg }) => msg.startsWith("Listening on")) + 1);
    expect(served.length).toBeGreaterThan(8);
    expect(served.filter(({ requestId }) => requestId === undefined)).toEqual([]);
    const ofRuns = served.filter(({ component, msg }) => component !== undefined || msg.includes("/generate"));
    // GET /health, by which the test knows that the server is up, is no run either.
    expect(ofRuns.filter(({ runId, traceId }) => runId === undefined || traceId === undefined)).toEqual([]);
  });

  it("keeps the lines of users apart who call at the same time", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `parallel-${index}`);
    const replies = await Promise.all(ids.map((id) => post(id, {}, { cookie: `nat-session=${id}` })));
    for (const [index, id] of ids.entries()) {
      const { run_id } = z.object({ run_id: z.string() }).parse(replies[index]?.json);
      const ofRequest = await linesOf(id);
      expect(ofRequest).toHaveLength(3);
      expect(new Set(ofRequest.map(({ runId }) => runId))).toEqual(new Set([run_id]));
    }
  });

  it("holds no credential, whoever has put it into words", async () => {
    await post(
      "with-secrets",
      { said: "Bearer s3cret-token", outcome: "fail" },
      { authorization: "Bearer s3cret-token" },
    );
    const ofRequest = await linesOf("with-secrets");
    expect(ofRequest.map(({ msg }) => msg)).toContain("POST /generate refused: Broke at Bearer [redacted]");
    expect(server.printed).not.toContain("s3cret");
  });

  it("obeys the levels of components", () => {
    expect(lines().filter(({ component }) => component === "helper")).toEqual([]);
    expect(lines().filter(({ component }) => component === "workflow").length).toBeGreaterThan(0);
  });
});
