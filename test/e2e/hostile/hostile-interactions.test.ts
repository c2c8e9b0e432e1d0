import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { type ReceivedFrame, SocketClient } from "../../../packages/server/src/test-support/socket-client.js";
import type { Reply } from "../http-client.js";
import type { ServerProcess } from "../server-process.js";
import { pluginPaths, Workplace } from "../workplace.js";
import { answersIn, exchange, inShort } from "./hostile-answers.js";
import { interactionFrameCases } from "./interaction-frames.js";
import { interactionRequestCases, wrongResponses } from "./interaction-requests.js";
import { malformedFrameCases } from "./malformed-frames.js";
import { type AskedVictim, MAX_FRAME_BYTES, reply, said, sendOver, socketAnswers, trudyKey } from "./socket-case.js";

const LEAST_CASES_OF_A_KIND = 20;
const secret = "the wedding nobody may hear of";
const cookie = "v1c71m-c00k1e-9d2e";
const askedIn = z.object({ execution_id: z.string(), interaction_id: z.string() });
const frameCases = [...interactionFrameCases, ...malformedFrameCases];
const last = { type: "last", id: "last" };

let workplace: Workplace;
let server: ServerProcess;
let victim: AskedVictim;
/** The victim's own end, which stays open all the time. */
let watching: SocketClient;
let framesBefore: number;
let logLengthBefore: number;
let handlesBefore: number;

async function handles(): Promise<number> {
  return (await readdir(`/proc/${server.pid}/fd`)).length;
}

function send(method: string, path: string, body?: unknown, user = cookie): Promise<Reply> {
  const headers = { cookie: `nat-session=${user}`, "content-type": "application/json" };
  return server.client.send({ method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

const isQuestion = ({ type }: ReceivedFrame): boolean => type === "system_interaction_message";

beforeAll(async () => {
  workplace = await Workplace.create();
  const sha256 = createHash("sha256").update(trudyKey).digest("hex");
  const configFile = await workplace.write("curious.yml", {
    general: {
      identity: {
        providers: [{ _type: "session_cookie" }, { _type: "api_key", keys: [{ subject: "trudy", sha256 }] }],
      },
      front_end: { max_body_bytes: MAX_FRAME_BYTES },
    },
    plugins: [pluginPaths.curious],
    workflow: { _type: "curious_workflow" },
  });
  server = await workplace.start({ configFile, moreArguments: ["--log_level", "debug"] });
  const ids = { conversationId: "talk-of-the-victim", messageId: "message-of-the-victim", jobId: "job-of-the-victim" };
  const asked = askedIn.parse((await send("POST", "/v1/workflow", { about: secret })).json);
  await send("POST", "/v1/workflow/async", { about: secret, job_id: ids.jobId });
  await vi.waitFor(async () => expect((await send("GET", `/executions/${ids.jobId}`)).text).toContain(secret), 10_000);
  watching = await SocketClient.open(server.url, { user: cookie });
  watching.ask({ about: secret }, { id: ids.messageId, conversation_id: ids.conversationId });
  await watching.frame(isQuestion);
  const { user_id } = z.object({ user_id: z.string() }).parse((await send("GET", "/v1/session")).json);
  victim = { ...ids, userId: user_id, executionId: asked.execution_id, interactionId: asked.interaction_id };
  framesBefore = watching.frames.length;
  logLengthBefore = server.printed.length;
  handlesBefore = await handles();
});

afterAll(() => workplace.dispose());

describe("hostile frames about questions", () => {
  it.concurrent.for(frameCases.map((hostile, index) => [hostile.name, hostile, index] as const))(
    "%s",
    async ([_name, { opening, steps, closeCode }, index], { expect }) => {
      const client = await SocketClient.open(server.url, { user: `mallory-${index}`, ...opening?.(victim) });
      const expected: string[] = [];
      for (const [sent, ...answers] of steps(victim)) {
        expected.push(...answers);
        for (const each of [sent].flat()) {
          sendOver(client, each);
        }
        await expect.poll(() => socketAnswers(client)).toEqual(expected);
      }
      if (closeCode === undefined) {
        client.send(last);
        await client.frame(({ parent_id }) => parent_id === last.id);
        expect(socketAnswers(client).slice(0, -1)).toEqual(expected);
        client.socket.close();
      }
      expect(await client.closed).toBe(closeCode ?? 1005);
      const received = JSON.stringify(client.frames);
      expect(received).not.toContain(secret);
      expect(received).not.toMatch(/node_modules|\bat (?:async )?[\w.<>]+ \(|\/tmp\/|\.sqlite/);
    },
  );
});

describe("hostile requests about questions", () => {
  it.concurrent.each(interactionRequestCases.map((hostile) => [hostile.name, hostile] as const))(
    "%s",
    async (_name, { bytes, answer }) => {
      const text = await exchange(server.url, bytes(victim));
      expect(answersIn(text).map(inShort)).toEqual([answer]);
      expect(text).not.toContain(secret);
    },
  );
});

describe("a question of one's own", () => {
  let question: z.output<typeof askedIn>;
  const own = "mallory-with-a-question";
  const respond = (body: unknown): Promise<Reply> =>
    send("POST", `/executions/${question.execution_id}/interactions/${question.interaction_id}/response`, body, own);

  beforeAll(async () => {
    question = askedIn.parse((await send("POST", "/v1/workflow", {}, own)).json);
  });

  it.each(wrongResponses)("is not answered by %s", async (_name, body, answer) => {
    const reply = await server.client.send({
      method: "POST",
      path: `/executions/${question.execution_id}/interactions/${question.interaction_id}/response`,
      headers: { cookie: `nat-session=${own}`, "content-type": "application/json" },
      body,
    });
    expect(`${reply.status} ${z.object({ code: z.string() }).parse(reply.json).code}`).toBe(answer);
    expect((await send("GET", `/executions/${question.execution_id}`, undefined, own)).text).toContain(
      question.interaction_id,
    );
  });

  it("is answered once, however many answers come at once, and never again", async () => {
    const body = { response: { selected_option: "red" } };
    const replies = await Promise.all(Array.from({ length: 20 }, () => respond(body)));
    expect(replies.map(({ status }) => status).sort()).toEqual([204, ...Array<number>(19).fill(400)]);
    const again = await respond(body);
    expect([again.status, again.text]).toEqual([400, expect.stringContaining("INTERACTION_RESOLVED")]);
    await expect
      .poll(async () => (await send("GET", `/executions/${question.execution_id}`, undefined, own)).text)
      .toContain("Keep red?");
  });
});

describe("after all of them", () => {
  it("the victim was told nothing, is asked the same, and can answer", async () => {
    expect(watching.frames).toHaveLength(framesBefore);
    const { json } = await send("GET", `/executions/${victim.executionId}`);
    expect(json).toMatchObject({ status: "interaction_required", interaction_id: victim.interactionId });
    expect((await send("GET", `/executions/${victim.jobId}`)).json).toMatchObject({ status: "interaction_required" });
    watching.send(reply(victim.conversationId, { content: said("blue") }));
    await watching.frame(({ content }) => content?.text === "Keep blue?");
    watching.send(reply(victim.conversationId, { content: said("yes") }));
    await watching.answer(victim.messageId);
    expect(watching.texts(victim.messageId)).toEqual(['{"kept":["blue"]}']);
  });

  it("the log tells of no fault of the server, no secret, and nothing of how it is built", () => {
    const logged = server.printed.slice(logLengthBefore);
    expect(logged).not.toMatch(/"level":"(?:error|warn|fatal)"|\b(?:ERROR|WARN)\b/);
    expect(logged).not.toMatch(/\bat (?:async )?[\w.<>]+ \(|\.[jt]s:\d+/);
    for (const hidden of [secret, cookie, trudyKey]) {
      expect(server.printed).not.toContain(hidden);
    }
  });

  it("nothing is held open", async () => {
    server.client.close();
    await expect.poll(handles).toBeLessThanOrEqual(handlesBefore);
  });
});

describe("the cases", () => {
  it("are distinct, and as many as were promised", () => {
    const frames = frameCases.map(({ name }) => name);
    const requests = interactionRequestCases.map(({ bytes }) => bytes(victim));
    expect([new Set(frames).size, new Set(requests).size]).toEqual([frames.length, requests.length]);
    expect(Math.min(frames.length, requests.length)).toBeGreaterThanOrEqual(LEAST_CASES_OF_A_KIND);
  });
});
