import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { note, notesOf } from "./assistant-client.js";
import type { HttpClient, Reply } from "./http-client.js";
import type { ServerProcess } from "./server-process.js";
import { StreamReply } from "./stream-client.js";
import { pluginPaths, Workplace } from "./workplace.js";

let workplace: Workplace;

beforeAll(async () => {
  workplace = await Workplace.create();
});

afterAll(() => workplace.dispose());

/** A connection that is slow, or otherwise a burden. */
function open(server: ServerProcess, bytes: string): Socket {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  socket.setEncoding("latin1");
  socket.write(bytes);
  return socket;
}

async function answerOf(socket: Socket): Promise<string> {
  let answer = "";
  socket.on("data", (text: string) => {
    answer += text;
  });
  await once(socket, "close");
  return answer;
}

describe("a user who keeps too much", () => {
  it("is told so, keeps what there is, and may remove some of it and go on, also after a restart", async () => {
    const overrides = { "general.max_bytes_per_user": "6000" };
    const send = (client: HttpClient, action: string, text = "", key?: string): Promise<Reply> =>
      client.send({
        method: "POST",
        path: "/generate",
        headers: {
          cookie: "nat-session=hoarder",
          "content-type": "application/json",
          ...(key && { "idempotency-key": key }),
        },
        body: JSON.stringify({ command: "note", action, param1: text }),
      });
    const statusOf = async (reply: Promise<Reply>): Promise<number> => (await reply).status;
    const kept = async ({ client }: ServerProcess): Promise<number> => {
      const { json } = await client.get("/v1/session", { cookie: "nat-session=hoarder" });
      const { bytes, records } = z
        .object({ bytes: z.number(), records: z.array(z.object({ bytes: z.number() })) })
        .parse(json);
      return records.reduce((sum, each) => sum + each.bytes, bytes);
    };
    const first = await workplace.start({ overrides });
    expect(await statusOf(send(first.client, "add", "a".repeat(2_000), "one"))).toBe(200);
    const refused = await send(first.client, "add", "b".repeat(4_000), "two");
    expect([refused.status, refused.json]).toMatchObject([413, { code: "STATE_TOO_LARGE" }]);
    expect(refused.text).toContain("general.max_bytes_per_user");
    expect(await kept(first)).toBeLessThan(6_000);
    expect((await note(first.client, "modest", "add", "c".repeat(4_000))).success).toBe(true);
    await first.stop("SIGKILL");
    const second = await workplace.start({ overrides });
    const { client } = second;
    expect(await statusOf(send(client, "add", "b".repeat(4_000)))).toBe(413);
    expect(await statusOf(send(client, "list", "", "three"))).toBe(200);
    expect((await notesOf(client, "hoarder")).map(({ length }) => length)).toEqual([2_000]);
    expect(await statusOf(send(client, "clear"))).toBe(200);
    expect(await statusOf(send(client, "add", "d".repeat(1_000)))).toBe(200);
    expect(await kept(second)).toBeLessThan(6_000);
    await second.stop();
  });
});

describe("clients that are slow, or send too much", () => {
  let server: ServerProcess;
  const head = "POST /generate HTTP/1.1\r\nHost: a\r\nCookie: nat-session=slow\r\nContent-Type: application/json\r\n";

  beforeAll(async () => {
    server = await workplace.start({
      overrides: {
        "general.front_end.limits.max_header_bytes": "2048",
        "general.front_end.limits.headers_timeout": "1s",
        "general.front_end.limits.request_timeout": "1500ms",
        "general.front_end.limits.keep_alive_timeout": "1s",
      },
    });
  });

  afterAll(() => server.stop());

  it("are told so and cut off, while everybody else is served", async () => {
    const slow = [
      ...Array.from({ length: 100 }, () => open(server, "GET /health HTTP/1.1\r\nHost: a\r\n")),
      ...Array.from({ length: 100 }, () => open(server, `${head}Content-Length: 100\r\n\r\n{"command":`)),
      ...Array.from({ length: 100 }, () => open(server, `${head}Transfer-Encoding: chunked\r\n\r\nff\r\n{"com`)),
      ...Array.from({ length: 50 }, () => open(server, "")),
    ];
    const answers = Promise.all(slow.map(answerOf));
    // One byte now and then, so that the connections are never silent.
    const trickle = setInterval(() => {
      for (const socket of slow.slice(0, 300)) {
        socket.write("x");
      }
    }, 200);
    for (let served = 0; served < 20; served += 1) {
      expect((await note(server.client, "quick", "add", `${served}`)).success).toBe(true);
    }
    for (const [index, answer] of (await answers).entries()) {
      if (index < 300) {
        expect(answer).toMatch(/^HTTP\/1\.1 408 /);
        expect(answer).toContain('"code":"REQUEST_TIMED_OUT"');
      }
    }
    clearInterval(trickle);
    expect((await note(server.client, "slow", "count")).data.commands_executed).toBe(1);
  });

  it("are told that their headers are too large", async () => {
    const answer = await answerOf(
      open(server, `GET /health HTTP/1.1\r\nHost: a\r\nX-Long: ${"x".repeat(3_000)}\r\n\r\n`),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('"code":"HEADERS_TOO_LARGE"');
  });

  it("have their connection closed when nothing comes after a reply", async () => {
    const answer = await answerOf(open(server, "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("streams", () => {
  it("are limited for each user, and for all together", async () => {
    const configFile = await workplace.write("streams.yml", {
      plugins: [pluginPaths.assistant, pluginPaths.streaming],
      general: {
        store: { path: "streams.sqlite" },
        max_queued_runs_per_user: 4,
        front_end: { limits: { max_streams: 3, max_streams_per_user: 2 } },
      },
      functions: { notepad: { _type: "per_user_notepad" } },
      workflow: { _type: "streaming_workflow" },
    });
    const server = await workplace.start({ configFile, overrides: { "general.store.path": "streams.sqlite" } });
    const waiting = { chunks: 2, outcome: "wait" };
    const first = await StreamReply.open(server.url, "/generate/stream", "alice", waiting);
    const body = JSON.stringify({ chunks: 1 });
    const second = open(
      server,
      `POST /generate/stream HTTP/1.1\r\nHost: a\r\nCookie: nat-session=alice\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const third = await waitForRefusal(server, "alice");
    expect(third.status).toBe(429);
    expect(third.headers["retry-after"]).toBe("1");
    expect(third.json).toMatchObject({ code: "TOO_MANY_STREAMS_OF_USER" });
    const ofBob = await StreamReply.open(server.url, "/generate/stream", "bob", waiting);
    expect(ofBob.status).toBe(200);
    const ofCarol = await server.client.generate("carol", { chunks: 1 }, "/generate/stream");
    expect(ofCarol.status).toBe(503);
    expect(ofCarol.json).toMatchObject({ code: "TOO_MANY_STREAMS" });
    first.leave();
    second.destroy();
    ofBob.leave();
    await expect
      .poll(async () => (await server.client.generate("carol", { chunks: 1 }, "/generate/stream")).status)
      .toBe(200);
    await server.stop();
  });

  /** The second stream is counted as soon as the server has read it, which nobody outside can see. */
  async function waitForRefusal(server: ServerProcess, user: string) {
    for (;;) {
      const reply = await Promise.race([
        server.client.generate(user, { chunks: 1 }, "/generate/full"),
        new Promise<undefined>((resolve) => setTimeout(resolve, 500, undefined)),
      ]);
      if (reply !== undefined) {
        return reply;
      }
    }
  }
});

describe("new sessions", () => {
  it("are limited for each address, as a trusted proxy tells it; whoever has a session is served", async () => {
    const server = await workplace.start({
      overrides: {
        "general.front_end.limits.max_new_sessions_per_minute": "2",
        "general.front_end.trusted_proxies": '["127.0.0.1"]',
      },
    });
    const call = (user: string, address: string) =>
      server.client.send({
        method: "POST",
        path: "/generate",
        headers: {
          "content-type": "application/json",
          cookie: `nat-session=${user}`,
          "x-forwarded-for": `192.0.2.99, ${address}`,
        },
        body: '{"command":"stats"}',
      });
    const statuses = async (calls: readonly (readonly [string, string])[]): Promise<number[]> => {
      const replies: number[] = [];
      for (const [user, address] of calls) {
        replies.push((await call(user, address)).status);
      }
      return replies;
    };
    const one = "198.51.100.1";
    const other = "198.51.100.2";
    expect(
      await statuses([
        ["a1", one],
        ["a2", one],
        ["a3", one],
        ["a1", one],
        ["a3", other],
        ["a4", other],
        ["a5", other],
        ["a3", one],
      ]),
    ).toEqual([200, 200, 429, 200, 200, 200, 429, 200]);
    const refused = await call("a9", one);
    expect(refused.json).toMatchObject({ code: "NEW_SESSIONS_LIMITED" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(await server.client.get("/v1/session", { cookie: "nat-session=a9" })).toMatchObject({ status: 404 });
    await server.stop();
  });
});

describe("one call", () => {
  it("has as much time and state as it is given", async () => {
    const configFile = await workplace.write("time.yml", {
      plugins: [pluginPaths.assistant, pluginPaths.streaming],
      general: { run_timeout: "300ms", max_session_bytes: 2_048 },
      functions: { notepad: { _type: "per_user_notepad" } },
      workflow: { _type: "streaming_workflow" },
    });
    const server = await workplace.start({ configFile, overrides: { "general.store.path": "time.sqlite" } });
    const stream = await StreamReply.open(server.url, "/generate/stream", "alice", { chunks: 2, outcome: "wait" });
    await stream.ended();
    expect(stream.error).toMatchObject({ code: "RUN_TIMED_OUT", details: { runTimeoutMs: 300 } });
    const next = await (await StreamReply.open(server.url, "/generate/stream", "alice", { chunks: 1 })).ended();
    expect(next.totals).toEqual([1]);
    await server.stop();
  });

  it("that would make the session too large is refused, and changes nothing", async () => {
    const server = await workplace.start({
      overrides: { "general.max_session_bytes": "2048", "general.store.path": "size.sqlite" },
    });
    await note(server.client, "alice", "add", "small");
    const refused = await server.client.generate("alice", {
      command: "note",
      action: "add",
      param1: "x".repeat(4_000),
    });
    expect(refused.status).toBe(413);
    expect(refused.json).toMatchObject({ code: "STATE_TOO_LARGE" });
    expect((await note(server.client, "alice", "list")).data.notes).toEqual(["small"]);
    await server.stop();
  });
});
