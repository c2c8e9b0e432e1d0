import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { SocketClient } from "../../packages/server/src/test-support/socket-client.js";
import type { Reply } from "./http-client.js";
import type { ServerProcess } from "./server-process.js";
import { type CollectedSpan, named, newTrace, SpanCollector, treeBelow } from "./span-collector.js";
import { pluginPaths, Workplace } from "./workplace.js";

const questionSchema = z.object({ execution_id: z.string(), interaction_id: z.string() });
const questionOf = questionSchema.pick({ execution_id: true });
type Question = z.output<typeof questionSchema>;

const run = "invoke_agent curious_workflow";
const ofRun = { "<workflow>": {}, commit: {} };

let workplace: Workplace;
let collector: SpanCollector;
let configFile: string;
let server: ServerProcess;
/** What stands for alice in spans, as plain calls have it. */
let pseudonym: unknown;

beforeAll(async () => {
  workplace = await Workplace.create();
  collector = await SpanCollector.start();
  configFile = await workplace.write("curious.yml", {
    general: { telemetry: { tracing: { collector: { _type: "otlp", endpoint: collector.endpoint } } } },
    plugins: [pluginPaths.curious],
    workflow: { _type: "curious_workflow" },
  });
  server = await workplace.start({ configFile });
  const { traceId, traceparent } = newTrace();
  await post("/generate", { ask: false }, { traceparent });
  pseudonym = named(await collected(traceId, 4), run).attributes["enduser.pseudo.id"];
  expect(pseudonym).toMatch(/^[0-9a-f]{32}$/);
});

afterAll(async () => {
  await workplace.dispose();
  await collector[Symbol.asyncDispose]();
});

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Reply> {
  return server.client.send({
    method: "POST",
    path,
    headers: { "content-type": "application/json", cookie: "nat-session=alice", ...headers },
    body: JSON.stringify(body),
  });
}

async function restart(signal: NodeJS.Signals): Promise<void> {
  await server.stop(signal);
  server = await workplace.start({ configFile });
}

/** Answers a question of a run in a trace of its own. */
async function answer({ execution_id, interaction_id }: Question, option: string, traceparent: string): Promise<void> {
  const path = `/executions/${execution_id}/interactions/${interaction_id}/response`;
  const reply = await post(path, { response: { selected_option: option } }, { traceparent });
  expect(reply.status).toBe(204);
}

async function askedBy(executionId: string, text: string): Promise<Question> {
  const execution = () => server.client.get(`/executions/${executionId}`, { cookie: "nat-session=alice" });
  await expect.poll(async () => (await execution()).text).toContain(text);
  return questionSchema.parse((await execution()).json);
}

/** The spans of a trace, once there are so many. */
async function collected(traceId: string, count: number): Promise<CollectedSpan[]> {
  await vi.waitFor(() => expect(collector.spansOf(traceId).map(({ name }) => name)).toHaveLength(count), 10_000);
  return collector.spansOf(traceId);
}

/** What every run has in its span, whatever it was started by. */
function assertOfAlice(spans: readonly CollectedSpan[]): void {
  const runs = spans.filter(({ name }) => name === run);
  expect(runs.map(({ attributes }) => attributes["enduser.pseudo.id"])).toEqual(runs.map(() => pseudonym));
  expect(new Set(runs.map(({ attributes }) => attributes["alcove.run.id"])).size).toBe(1);
}

describe("the spans of a run over a socket", () => {
  it("are in the span of whoever opened the socket", async () => {
    const { traceId, spanId, traceparent } = newTrace();
    const client = await SocketClient.open(server.url, { headers: { traceparent } });
    client.ask({ ask: false }, { conversation_id: "talk" });
    await client.answer();
    const spans = await collected(traceId, 3);
    expect(treeBelow(spanId, spans)).toEqual({ [run]: ofRun });
    expect(named(spans, run).attributes).toMatchObject({ "gen_ai.conversation.id": "talk" });
    assertOfAlice(spans);
    client.ask({ ask: 1 }, { id: "refused" });
    await client.answer("refused");
    client.ask({ ask: false }, { id: "next" });
    await client.answer("next");
    expect((await collected(traceId, 6)).filter(({ name }) => name === run)).toHaveLength(2);
    client.socket.close();
  });

  it("are a trace of their own where nobody says in which they are", async () => {
    const client = await SocketClient.open(server.url);
    client.ask({}, { conversation_id: "c" });
    const question = await client.frame(({ type }) => type === "system_interaction_message");
    const { execution_id } = questionOf.parse(question);
    await answer(await askedBy(execution_id, "Which colour"), "red", newTrace().traceparent);
    await answer(await askedBy(execution_id, "Keep red"), "no", newTrace().traceparent);
    await client.answer();
    client.socket.close();
    const all = () => collector.spans.filter(({ attributes }) => attributes["gen_ai.conversation.id"] === "c");
    await expect.poll(() => all().length).toBe(1);
    const spans = await collected(all()[0]?.traceId ?? "", 3);
    expect(treeBelow(undefined, spans)).toEqual({ [run]: ofRun });
    assertOfAlice(spans);
  });
});

describe("the spans of a job", () => {
  it("are in the span of the request that submitted it", async () => {
    const { traceId, spanId, traceparent } = newTrace();
    const reply = await post("/generate/async", { ask: false, sync_timeout: 60 }, { traceparent });
    expect(reply.status).toBe(200);
    const spans = await collected(traceId, 4);
    expect(treeBelow(spanId, spans)).toEqual({ "POST /generate/async": { [run]: ofRun } });
    assertOfAlice(spans);
  });

  it("are not recorded where its caller records nothing", async () => {
    const { traceId, spanId } = newTrace();
    const unrecorded = { traceparent: `00-${traceId}-${spanId}-00` };
    const body = { ask: false, sync_timeout: 60 };
    expect((await post("/generate/async", body, unrecorded)).status).toBe(200);
    const later = newTrace();
    await post("/generate/async", body, { traceparent: later.traceparent });
    await collected(later.traceId, 4);
    expect(collector.spansOf(traceId)).toEqual([]);
  });
});

describe("the spans of a run that waits for a person", () => {
  it("are one tree, which says when it asked, and is linked to where the answers came from", async () => {
    const { traceId, spanId, traceparent } = newTrace();
    const answers = [newTrace(), newTrace()] as const;
    const reply = await post("/v1/workflow", {}, { traceparent, "conversation-id": "talk" });
    const { execution_id } = questionSchema.parse(reply.json);
    await answer(questionSchema.parse(reply.json), "blue", answers[0].traceparent);
    await answer(await askedBy(execution_id, "Keep blue"), "no", answers[1].traceparent);
    const spans = await collected(traceId, 4);
    expect(treeBelow(spanId, spans)).toEqual({ "POST /v1/workflow": { [run]: ofRun } });
    assertOfAlice(spans);
    const { links, events } = named(spans, run);
    const answered = await Promise.all(answers.map(async (each) => (await collected(each.traceId, 1))[0]?.spanId));
    expect(links.map((link) => link.spanId)).toEqual(answered);
    expect(events.map(({ name }) => name)).toEqual([
      "alcove.turn_taken",
      "alcove.asked",
      "alcove.answered",
      "alcove.asked",
      "alcove.answered",
    ]);
  });

  it.each(["SIGTERM", "SIGKILL"] as const)("are still in the span of their request after a %s", async (signal) => {
    const { traceId, spanId, traceparent } = newTrace();
    const answers = [newTrace(), newTrace()] as const;
    const reply = await post("/v1/workflow", {}, { traceparent, "conversation-id": "talk" });
    const question = questionSchema.parse(reply.json);
    await collected(traceId, 1);
    await restart(signal);
    await answer(question, "blue", answers[0].traceparent);
    await answer(await askedBy(question.execution_id, "Keep blue"), "no", answers[1].traceparent);
    // A process that was told to stop ends the spans of the run it gives up.
    const spans = await collected(traceId, signal === "SIGTERM" ? 6 : 4);
    expect(treeBelow(spanId, spans)).toMatchObject({ "POST /v1/workflow": { [run]: ofRun } });
    assertOfAlice(spans);
    const resumed = spans.find(({ name, links }) => name === run && links.length > 0);
    expect(resumed?.attributes).toMatchObject({ "gen_ai.conversation.id": "talk" });
    const answered = await Promise.all(answers.map(async (each) => (await collected(each.traceId, 1))[0]?.spanId));
    expect(resumed?.links.map((link) => link.spanId)).toEqual(answered);
  });

  it("are in the span of the request where it is a job that is begun again", async () => {
    const { traceId, spanId, traceparent } = newTrace();
    const reply = await post("/generate/async", { job_id: "a-job" }, { traceparent });
    expect(reply.status).toBe(202);
    await askedBy("a-job", "Which colour");
    await collected(traceId, 1);
    await restart("SIGKILL");
    await answer(await askedBy("a-job", "Which colour"), "red", newTrace().traceparent);
    await answer(await askedBy("a-job", "Keep red"), "no", newTrace().traceparent);
    const spans = await collected(traceId, 4);
    expect(treeBelow(spanId, spans)).toEqual({ "POST /generate/async": { [run]: ofRun } });
    assertOfAlice(spans);
  });
});
