import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Reply } from "./http-client.js";
import type { ServerProcess } from "./server-process.js";
import { type CollectedSpan, named, newTrace, SpanCollector, treeBelow } from "./span-collector.js";
import { StreamReply } from "./stream-client.js";
import { pluginPaths, test, Workplace } from "./workplace.js";

const toldSchema = z.object({
  run_id: z.string(),
  trace_id: z.string(),
  trace_headers: z.record(z.string(), z.string()),
  helper_trace_headers: z.record(z.string(), z.string()),
});

const secrets = ["s3cret-said", "s3cret-cookie", "s3cret-token", "s3cret-query", "s3cret-header"];

function configuration(tracing: object, more: object = {}): object {
  return {
    general: { telemetry: { tracing, ...more } },
    plugins: [pluginPaths.telling, pluginPaths.time],
    functions: {
      clock: { _type: "current_datetime" },
      helper: { _type: "telling_helper" },
    },
    workflow: { _type: "telling_workflow" },
  };
}

const ofWorkflow = {
  "invoke_agent telling_workflow": {
    "<workflow>": { "execute_tool helper": { "execute_tool clock": {} } },
    commit: {},
  },
};

describe("a server that traces", () => {
  let workplace: Workplace;
  let collector: SpanCollector;
  let server: ServerProcess;

  beforeAll(async () => {
    workplace = await Workplace.create();
    collector = await SpanCollector.start();
    const headers = { authorization: "Bearer for-the-collector" };
    const configFile = await workplace.write(
      "traced.yml",
      configuration({
        collector: { _type: "otlp", endpoint: collector.endpoint, headers },
        kept: { _type: "file", path: "spans.jsonl" },
      }),
    );
    server = await workplace.start({ configFile });
  });

  afterAll(async () => {
    await workplace.dispose();
    await collector[Symbol.asyncDispose]();
  });

  function post(user: string, body: object, headers: Record<string, string> = {}, path = "/generate"): Promise<Reply> {
    return server.client.send({
      method: "POST",
      path,
      headers: { "content-type": "application/json", cookie: `nat-session=${user}`, ...headers },
      body: JSON.stringify(body),
    });
  }

  async function collected(traceId: string, count: number): Promise<CollectedSpan[]> {
    await expect.poll(() => collector.spansOf(traceId).length).toBe(count);
    return collector.spansOf(traceId);
  }

  it("nests the spans of a request, its run, its functions and its commit in the caller's trace", async () => {
    const { traceId, spanId, traceparent } = newTrace();
    const reply = await post(
      "alice",
      { said: "hello" },
      { traceparent, tracestate: "vendor=1", "conversation-id": "c1" },
    );
    const told = toldSchema.parse(reply.json);
    const spans = await collected(traceId, 6);
    expect(treeBelow(spanId, spans)).toEqual({ "POST /generate": ofWorkflow });
    const request = named(spans, "POST /generate");
    expect(reply.headers["traceresponse"]).toBe(`00-${traceId}-${request.spanId}-01`);
    expect(request.attributes).toEqual({
      "http.request.method": "POST",
      "http.route": "/generate",
      "http.response.status_code": 200,
      "url.scheme": "http",
      "alcove.request.id": reply.headers["x-request-id"],
    });
    expect(named(spans, "invoke_agent telling_workflow").attributes).toEqual({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "telling_workflow",
      "gen_ai.conversation.id": "c1",
      "enduser.pseudo.id": expect.stringMatching(/^[0-9a-f]{32}$/),
      "alcove.run.id": told.run_id,
      "alcove.step.id": expect.any(String),
    });
    expect(named(spans, "execute_tool helper").attributes).toMatchObject({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "helper",
      "alcove.run.id": told.run_id,
    });
    expect(told.trace_id).toBe(traceId);
    expect(collector.resources.at(-1)).toMatchObject({ "service.name": "traced" });
    expect(collector.authorizations).toEqual(["Bearer for-the-collector"]);
  });

  it("gives each function the headers that make its requests children of its own span", async () => {
    const { traceId, traceparent } = newTrace();
    const told = toldSchema.parse((await post("alice", {}, { traceparent, tracestate: "vendor=1" })).json);
    const spans = await collected(traceId, 6);
    const headersOf = (name: string) => ({
      traceparent: `00-${traceId}-${named(spans, name).spanId}-01`,
      tracestate: "vendor=1",
    });
    expect(told.trace_headers).toEqual(headersOf("<workflow>"));
    expect(told.helper_trace_headers).toEqual(headersOf("execute_tool helper"));
  });

  it("carries the ids of the steps a client sees", async () => {
    const { traceId, traceparent } = newTrace();
    const reply = await post("alice", {}, { traceparent }, "/generate/full?filter_steps=FUNCTION_START,WORKFLOW_START");
    const steps = [...reply.text.matchAll(/^intermediate_data: (.*)$/gm)].map(([, json = ""]) =>
      z.object({ id: z.string(), parent_id: z.string(), name: z.string() }).parse(JSON.parse(json)),
    );
    const spans = await collected(traceId, 8);
    const ofSteps = spans.filter(({ attributes }) => attributes["alcove.step.id"] !== undefined);
    expect(new Set(ofSteps.map(({ attributes }) => attributes["alcove.step.id"]))).toEqual(
      new Set(steps.map(({ id }) => id)),
    );
    const stepOfSpan = new Map(ofSteps.map(({ spanId, attributes }) => [spanId, attributes["alcove.step.id"]]));
    for (const { parentSpanId = "", attributes } of ofSteps) {
      const step = steps.find(({ id }) => id === attributes["alcove.step.id"]);
      expect(stepOfSpan.get(parentSpanId) ?? "root").toBe(step?.parent_id);
    }
  });

  it("begins a trace where the caller names none, or names it in the reference's header only", async () => {
    const [plain, named] = [await post("alice", {}), newTrace()];
    const told = toldSchema.parse(plain.json);
    expect(told.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(treeBelow(undefined, await collected(told.trace_id, 6))).toEqual({ "POST /generate": ofWorkflow });
    await post("alice", {}, { "workflow-trace-id": named.traceId });
    expect(treeBelow(undefined, await collected(named.traceId, 6))).toEqual({ "POST /generate": ofWorkflow });
  });

  it("records nothing of a trace whose caller records nothing, and still hands it on", async () => {
    const { traceId, spanId } = newTrace();
    const told = toldSchema.parse((await post("alice", {}, { traceparent: `00-${traceId}-${spanId}-00` })).json);
    expect(told.trace_headers["traceparent"]).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    const later = toldSchema.parse((await post("alice", {})).json);
    await collected(later.trace_id, 6);
    expect(collector.spansOf(traceId)).toEqual([]);
  });

  it("ends the spans of a run that fails, with the kind of the error and nothing of what it says", async () => {
    const { traceId, spanId, traceparent } = newTrace();
    const reply = await post("alice", { said: "s3cret-said", outcome: "fail" }, { traceparent });
    expect(reply.status).toBe(422);
    const spans = await collected(traceId, 5);
    expect(treeBelow(spanId, spans)).toEqual({
      "POST /generate": {
        "invoke_agent telling_workflow": { "<workflow>": { "execute_tool helper": { "execute_tool clock": {} } } },
      },
    });
    const statusOf = (name: string) => named(spans, name).status;
    expect(statusOf("<workflow>")).toEqual({ code: 2, message: "BrokenTaleError" });
    expect(statusOf("invoke_agent telling_workflow")).toEqual({ code: 2, message: "workflow_error" });
    expect(statusOf("execute_tool helper").code).toBe(0);
    expect(statusOf("POST /generate").code).toBe(0);
    expect(named(spans, "POST /generate").attributes).toMatchObject({
      "error.type": "workflow_error",
      "http.response.status_code": 422,
    });
  });

  it("spans a stream to its last chunk, and one that fails as failed", async () => {
    const whole = newTrace();
    await (await post("alice", {}, { traceparent: whole.traceparent }, "/generate/stream")).text;
    const spans = await collected(whole.traceId, 8);
    const [run] = spans.filter(({ name }) => name.startsWith("invoke_agent"));
    expect(treeBelow(whole.spanId, spans)).toHaveProperty(["POST /generate/stream", "invoke_agent telling_workflow"]);
    expect(spans.filter(({ name }) => name === "execute_tool helper")).toHaveLength(2);
    expect(run?.status.code).toBe(0);

    const broken = newTrace();
    await post("alice", { outcome: "fail" }, { traceparent: broken.traceparent }, "/generate/stream");
    const request = named(await collected(broken.traceId, 7), "POST /generate/stream");
    expect(request.status).toEqual({ code: 2, message: "workflow_error" });
  });

  it("ends every span of a stream whose client has gone", async () => {
    const reply = await StreamReply.open(server.url, "/generate/stream", "alice", {});
    const traceId = String(reply.message.headers["traceresponse"]).split("-")[1] ?? "";
    await reply[Symbol.asyncDispose]();
    await expect.poll(() => collector.spansOf(traceId).map(({ name }) => name)).toContain("POST /generate/stream");
    const spans = collector.spansOf(traceId);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    expect(spans.filter(({ parentSpanId = "" }) => parentSpanId !== "" && !ids.has(parentSpanId))).toEqual([]);
  });

  it("keeps the traces of users apart who call at the same time, and tells the users apart without naming them", async () => {
    const calls = Array.from({ length: 40 }, (_, index) => ({ user: `user-${index % 4}`, trace: newTrace() }));
    await Promise.all(calls.map(({ user, trace: { traceparent } }) => post(user, {}, { traceparent })));
    const pseudonyms = new Map<string, Set<unknown>>();
    for (const { user, trace } of calls) {
      const spans = await collected(trace.traceId, 6);
      expect(treeBelow(trace.spanId, spans)).toEqual({ "POST /generate": ofWorkflow });
      const { attributes } = named(spans, "invoke_agent telling_workflow");
      pseudonyms.set(user, (pseudonyms.get(user) ?? new Set()).add(attributes["enduser.pseudo.id"]));
    }
    expect([...pseudonyms.values()].map((ofUser) => ofUser.size)).toEqual([1, 1, 1, 1]);
    expect(new Set([...pseudonyms.values()].flatMap((ofUser) => [...ofUser])).size).toBe(4);
  });

  it("follows requests that no route takes, without their paths", async () => {
    const { traceId, traceparent } = newTrace();
    await server.client.get("/s3cret-query?token=s3cret-query", { traceparent });
    const [span] = await collected(traceId, 1);
    expect(span).toMatchObject({ name: "GET", attributes: { "error.type": "ROUTE_NOT_FOUND" } });
  });

  it("exports nothing that a client says, and no credential", async () => {
    const { traceId, traceparent } = newTrace();
    await post(
      "s3cret-cookie",
      { said: "s3cret-said" },
      { traceparent, authorization: "Bearer s3cret-token", "x-anything": "s3cret-header" },
      "/generate?token=s3cret-query",
    );
    await collected(traceId, 6);
    const kept = await readFile(join(workplace.folder, "spans.jsonl"), "utf8");
    for (const secret of [...secrets, "7b031fd4-714b-598e-b755-a517d069edc5", "for-the-collector"]) {
      expect(collector.received).not.toContain(secret);
      expect(kept).not.toContain(secret);
    }
  });

  it("writes the same spans into a file, one a line", async () => {
    const { traceId, spanId, traceparent } = newTrace();
    await post("alice", {}, { traceparent });
    const spans = await collected(traceId, 6);
    const lineSchema = z.object({ trace_id: z.string(), span_id: z.string(), parent_id: z.string(), name: z.string() });
    const linesOfTrace = async () =>
      (await readFile(join(workplace.folder, "spans.jsonl"), "utf8"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((line) => line["trace_id"] === traceId)
        .map((line) => lineSchema.parse(line));
    await expect.poll(async () => (await linesOfTrace()).length).toBe(6);
    const asCollected = (await linesOfTrace()).map((line) => `${line.parent_id} ${line.span_id} ${line.name}`);
    expect(new Set(asCollected)).toEqual(
      new Set(spans.map((span) => `${span.parentSpanId} ${span.spanId} ${span.name}`)),
    );
    expect(asCollected.at(-1)).toContain(spanId);
  });
});

describe("a server that is told to record content", () => {
  test("puts inputs and outputs into spans, and hands out the last spans when it stops", async ({ workplace }) => {
    await using collector = await SpanCollector.start();
    const exporter = { _type: "otlp", endpoint: collector.endpoint };
    const configFile = await workplace.write("t.yml", configuration({ exporter }, { record_content: true }));
    const server = await workplace.start({ configFile });
    const told = toldSchema.parse((await server.client.generate("alice", { said: "hello" })).json);
    expect(await server.stop()).toBe(0);
    const spans = collector.spansOf(told.trace_id);
    expect(named(spans, "execute_tool helper").attributes).toMatchObject({
      "gen_ai.tool.call.arguments": '{"said":"hello"}',
      "gen_ai.tool.call.result": expect.stringContaining("trace_headers"),
    });
    const { attributes } = named(spans, "invoke_agent telling_workflow");
    expect(JSON.parse(String(attributes["input.value"]))).toMatchObject({ said: "hello" });
    expect(String(attributes["output.value"])).toContain(told.run_id);
  });
});

describe("a server whose collector is not there", () => {
  test("serves all the same, says so once, and stops in time", async ({ workplace }) => {
    await using silent = await SpanCollector.start({ isSilent: true });
    const configFile = await workplace.write(
      "t.yml",
      configuration({
        // Port 1 of the loopback refuses connections.
        dead: { _type: "otlp", endpoint: "http://user:s3cret-token@127.0.0.1:1", timeout: "100ms" },
        silent: { _type: "otlp", endpoint: silent.endpoint },
        unwritable: { _type: "file", path: "/dev/null/spans.jsonl" },
      }),
    );
    const server = await workplace.start({ configFile, overrides: { "general.shutdown_timeout": "2s" } });
    const complaint = /Spans do not reach (http:\/\/127\.0\.0\.1:1|\/dev\/null)[^;]*;/g;
    const call = async () => expect((await server.client.generate("alice", {})).status).toBe(200);
    await call();
    await expect.poll(() => server.printed.match(complaint)?.length).toBe(2);
    await call();
    // A server that takes longer than it may ends with 1.
    expect(await server.stop()).toBe(0);
    expect(server.printed.match(complaint)).toHaveLength(2);
    expect(server.printed).not.toContain("s3cret-token");
  });
});

describe("a server that does not trace", () => {
  test("hands the caller's trace on to functions, and says nothing of spans", async ({ workplace }) => {
    const { client } = await workplace.start({ configFile: await workplace.write("t.yml", configuration({})) });
    const { traceId, traceparent } = newTrace();
    const headers = { "content-type": "application/json", cookie: "nat-session=alice" };
    const send = (more: Record<string, string>) =>
      client.send({ method: "POST", path: "/generate", headers: { ...headers, ...more }, body: "{}" });
    const reply = await send({ traceparent, tracestate: "vendor=1" });
    const told = toldSchema.parse(reply.json);
    expect(told).toMatchObject({
      trace_id: traceId,
      trace_headers: { traceparent, tracestate: "vendor=1" },
      helper_trace_headers: { traceparent, tracestate: "vendor=1" },
    });
    expect(reply.headers).not.toHaveProperty("traceresponse");
    expect(toldSchema.parse((await send({})).json).trace_headers).toEqual({});
    expect(toldSchema.parse((await send({ traceparent: "ff-nonsense" })).json).trace_headers).toEqual({});
  });
});
