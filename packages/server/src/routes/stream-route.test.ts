import { once } from "node:events";
import { request } from "node:http";
import { AlcoveError } from "@alcove/plugin-api";
import type { IntermediateStep, StepListener } from "@alcove/runtime";
import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import { parseEventStream } from "../test-support/event-stream-parser.js";
import { type EchoOptions, type RecordedRun, ServedEcho, startTestServer } from "../test-support/served-echo.js";

let server: ListeningServer | undefined;
afterEach(() => server?.close(100));

type Stream = NonNullable<EchoOptions["stream"]>;

async function start(stream?: Stream, frontEnd = {}): Promise<{ application: ServedEcho; address: string }> {
  const application = new ServedEcho(stream === undefined ? {} : { stream });
  server = await startTestServer({ application, frontEnd });
  return { application, address: server.address };
}

function post(
  address: string,
  path: string,
  headers: Record<string, string> = {},
  body = '{"a":1}',
): Promise<Response> {
  return fetch(`${address}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie: "nat-session=alice", ...headers },
    body,
  });
}

function functionStep(eventType: "FUNCTION_START" | "FUNCTION_END", payload: string): IntermediateStep {
  const data = eventType === "FUNCTION_START" ? { input: payload } : { output: payload };
  const about = { runId: "r", traceId: "t", userId: "u", uuid: "s", name: "f" };
  return {
    parentId: "root",
    functionAncestry: { functionId: "s", functionName: "f", parentId: undefined, parentName: undefined },
    payload: { ...about, eventType, eventTimestampMs: 0, spanStartTimestampMs: undefined, data },
  };
}

function untilAborted({ abort }: RecordedRun): Promise<never> {
  return new Promise((_resolve, reject) => {
    abort.signal.addEventListener("abort", () => reject(abort.signal.reason));
  });
}

describe("a streamed reply", () => {
  it.each(["/generate/stream", "/v1/workflow/stream", "/generate/full", "/v1/workflow/full?filter_steps=none"])(
    "of %s is an event stream that nobody keeps or collects",
    async (path) => {
      const { address } = await start();
      const reply = await post(address, path);
      expect(Object.fromEntries(reply.headers)).toMatchObject({
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
        "x-request-id": expect.any(String),
      });
      expect(reply.headers.get("idempotent-replayed")).toBeNull();
      expect(await reply.text()).toBe('data: {"value":"{\\"a\\":1}"}\n\n');
    },
  );

  it("sends its headers before there is anything to say, and heartbeats meanwhile", async () => {
    let finish = (): void => undefined;
    const { address } = await start(
      async function* () {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        yield '{"value":"late"}';
      },
      { streamHeartbeatMs: 20 },
    );
    const reply = await post(address, "/generate/stream");
    const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes(":\n\n:\n\n")) {
      text += (await reader?.read())?.value ?? "";
    }
    finish();
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
      text += part.value;
    }
    expect(text).toMatch(/^(:\n\n)+data: \{"value":"late"\}\n\n$/);
  });

  it("has steps where they happened, also those before the first chunk was asked for", async () => {
    const { address } = await start(async function* (_run, onStep) {
      onStep(functionStep("FUNCTION_START", "in"));
      yield '{"value":"1"}';
      onStep(functionStep("FUNCTION_END", "out"));
      yield '{"value":"2"}';
    });
    const fields = parseEventStream(await (await post(address, "/generate/stream")).text()).map(
      (record) => record[0]?.[0],
    );
    expect(fields).toEqual(["intermediate_data", "data", "intermediate_data", "data"]);
    const wanted = await post(address, "/generate/full?filter_steps=FUNCTION_END");
    expect(parseEventStream(await wanted.text()).map((record) => record[0]?.[0])).toEqual([
      "data",
      "intermediate_data",
      "data",
    ]);
  });

  it("ends with an error frame when its run fails, with no more than the client may know", async () => {
    const { address } = await start(async function* () {
      yield '{"value":"1"}';
      throw new AlcoveError("STORE_FAILED", "SQLite said /var/secret");
    });
    const reply = await post(address, "/generate/full");
    const [chunk, failure, ...rest] = parseEventStream(await reply.text());
    expect([reply.status, chunk, rest]).toEqual([200, [["data", '{"value":"1"}']], []]);
    expect(failure?.[0]).toEqual(["event", "error"]);
    expect(JSON.parse(failure?.[1]?.[1] ?? "")).toMatchObject({ code: "STORE_FAILED", details: null });
    expect(JSON.stringify(failure)).not.toContain("secret");
  });

  it("says when it is a recorded one", async () => {
    const { address } = await start();
    const reply = await post(address, "/generate/stream", { "idempotency-key": "sent-before" });
    expect(reply.headers.get("idempotent-replayed")).toBe("true");
  });

  it.each([
    ["nobody asks", { cookie: "" }, "{}", 401],
    ["the body is no JSON", {}, "{", 422],
    ["the body is too large", {}, JSON.stringify("x".repeat(2_000)), 413],
    ["the idempotency key is blank", { "idempotency-key": " " }, "{}", 400],
  ])("is an ordinary error reply when %s", async (_what, headers, body, status) => {
    const { address, application } = await start();
    const reply = await post(address, "/generate/stream", headers, body);
    expect([reply.status, reply.headers.get("content-type")]).toEqual([status, "application/json; charset=utf-8"]);
    expect(reply.headers.get("x-accel-buffering")).toBeNull();
    expect(application.openSessions).toBe(0);
  });

  it("has its run aborted when the client leaves", async () => {
    const { address, application } = await start(async function* (run) {
      yield '{"value":"1"}';
      await untilAborted(run);
    });
    const leaving = new AbortController();
    const reply = await fetch(`${address}/generate/stream`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: "nat-session=alice" },
      body: "{}",
      signal: leaving.signal,
    });
    await reply.body?.getReader().read();
    leaving.abort();
    await expect.poll(() => application.runs[0]?.abort.signal.aborted).toBe(true);
    await expect.poll(() => application.openSessions).toBe(0);
  });

  it("goes on when the client leaves, where its function is declared to finish on its own", async () => {
    let made = 0;
    let goOn = (): void => undefined;
    const application = new ServedEcho({
      onDisconnect: "finish",
      stream: async function* () {
        yield '{"value":"1"}';
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        for (; made < 100; made += 1) {
          yield JSON.stringify({ value: "x".repeat(65_536) });
        }
      },
    });
    server = await startTestServer({ application });
    const left = new AbortController();
    const reply = await fetch(`${server.address}/generate/stream`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: "nat-session=alice" },
      body: "{}",
      signal: left.signal,
    });
    await reply.body?.getReader().read();
    left.abort();
    goOn();
    await expect.poll(() => made).toBe(100);
    expect(application.runs[0]?.abort.signal.aborted).toBe(false);
  });

  it("ends with an error frame when the server stops and the run is not over in time", async () => {
    const { address } = await start(async function* (run) {
      yield '{"value":"1"}';
      await untilAborted(run);
    });
    const reply = await post(address, "/generate/stream");
    const text = reply.text();
    await server?.close(50);
    expect(parseEventStream(await text).at(-1)).toEqual([
      ["event", "error"],
      ["data", '{"code":"SHUTTING_DOWN","message":"The server is stopping.","details":null}'],
    ]);
  });
});

describe("a stream whose function ignores that the server stops", () => {
  it("is cut off a second later, without a word on how its run ended", async () => {
    const { address } = await start(async function* () {
      yield '{"value":"1"}';
      await new Promise(() => undefined);
    });
    const reply = await post(address, "/generate/stream");
    const received: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const part of reply.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        received.push(part);
      }
    };
    const outcome = reading().then(
      () => "complete",
      () => "broken connection",
    );
    await server?.close(20);
    expect([await outcome, received.join("")]).toEqual(["broken connection", 'data: {"value":"1"}\n\n']);
  });
});

describe("a client that does not read", () => {
  /** Opens a stream, and reads nothing before `resume`. */
  async function openPaused(address: string) {
    const headers = { "content-type": "application/json", cookie: "nat-session=alice" };
    const sent = request(`${address}/generate/stream`, { method: "POST", headers, agent: false });
    sent.end("{}");
    const [reply] = await once(sent, "response");
    reply.pause();
    return reply;
  }
  const chunk = JSON.stringify({ value: "x".repeat(65_536) });

  it("makes the run wait instead of the server's memory grow, and misses nothing", async () => {
    let made = 0;
    const total = 1_000;
    const { address } = await start(async function* () {
      for (; made < total; made += 1) {
        yield chunk;
      }
    });
    const reply = await openPaused(address);
    let before = -1;
    await expect
      .poll(
        () => {
          const stands = made === before && made > 0;
          before = made;
          return stands;
        },
        { interval: 200 },
      )
      .toBe(true);
    expect(made).toBeLessThan(total / 2);
    let bytes = 0;
    for await (const part of reply) {
      bytes += part.length;
    }
    expect([made, bytes]).toEqual([total, total * `data: ${chunk}\n\n`.length]);
  });

  it("is told how many steps were left out, and gets every chunk all the same", async () => {
    let tell: StepListener = () => undefined;
    let finish = (): void => undefined;
    const { address } = await start(async function* (_run, onStep) {
      tell = onStep;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      yield '{"value":"end"}';
    });
    const reply = await openPaused(address);
    const count = 2_000;
    for (let index = 0; index < count; index += 1) {
      tell(functionStep("FUNCTION_START", "x".repeat(10_000)));
    }
    finish();
    let text = "";
    for await (const part of reply) {
      text += part;
    }
    const seen = parseEventStream(text).filter(([field]) => field?.[0] === "intermediate_data").length;
    expect(seen).toBeLessThan(count);
    expect(Number(/^: (\d+) steps left out/m.exec(text)?.[1])).toBe(count - seen);
    expect(text.endsWith('data: {"value":"end"}\n\n')).toBe(true);
  });
});
