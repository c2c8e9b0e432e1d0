import { createHash } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { AlcoveError, z } from "@alcove/plugin-api";
import type { Prompt } from "@alcove/runtime";
import fc from "fast-check";
import { SignJWT } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import { exchange } from "../test-support/raw-http.js";
import { cookieProvider, RememberedCookies } from "../test-support/remembered-cookies.js";
import {
  type EchoOptions,
  type RecordedRun,
  ServedEcho,
  startTestServer,
  type TestServerOptions,
  testConfig,
} from "../test-support/served-echo.js";
import { SocketClient } from "../test-support/socket-client.js";

let server: ListeningServer | undefined;
afterEach(() => server?.close(100));

const alice = "7b031fd4-714b-598e-b755-a517d069edc5";
const bob = "e0d43398-5fc8-5c1d-95d5-d39399e69f51";

type FrontEnd = NonNullable<TestServerOptions["frontEnd"]>;

interface Started {
  readonly application: ServedEcho;
  readonly address: string;
  readonly server: ListeningServer;
}

async function start(
  echo: EchoOptions = {},
  webSocket: Partial<NonNullable<FrontEnd["webSocket"]>> = {},
  frontEnd: FrontEnd = {},
  others: TestServerOptions = {},
): Promise<Started> {
  const application = new ServedEcho(echo);
  const defaults = testConfig().general.frontEnd.webSocket;
  server = await startTestServer({
    ...others,
    application,
    frontEnd: { ...frontEnd, webSocket: { ...defaults, ...webSocket } },
  });
  return { application, address: server.address, server };
}

function untilAborted({ abort }: RecordedRun): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(abort.signal.reason);
    if (abort.signal.aborted) {
      fail();
    }
    abort.signal.addEventListener("abort", fail);
  });
}

/** Streams `one`, then waits until a test lets it go on, and streams `two`. */
function inTwoParts(): { readonly stream: NonNullable<EchoOptions["stream"]>; readonly goOn: () => void } {
  let goOn = (): void => undefined;
  const told = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  return {
    goOn,
    stream: async function* (run) {
      yield '{"value":"one"}';
      await Promise.race([told, untilAborted(run)]);
      yield '{"value":"two"}';
    },
  };
}

const waiting: EchoOptions = {
  stream: async function* (run) {
    yield '{"value":"one"}';
    await untilAborted(run);
  },
};

const streamed = { schema_type: "generate_stream" };

describe("a user_message", () => {
  it("runs the workflow with the text the user said last, and ends with a frame that says so", async () => {
    const { address, application } = await start();
    const client = await SocketClient.open(address);
    client.ask({ a: 1 }, { conversation_id: "c" });
    const about = {
      parent_id: "m1",
      conversation_id: "c",
      thread_id: "default",
      timestamp: "2026-11-20T16:57:00.000Z",
    };
    expect(await client.answer()).toMatchObject([
      { ...about, type: "system_response_message", status: "in_progress", content: { text: '{"a":1}' }, sequence: 1 },
      { ...about, type: "system_response_message", status: "complete", content: { text: null }, sequence: 2 },
    ]);
    expect(application.runs).toMatchObject([{ userId: alice, input: { a: 1 }, request: { conversationId: "c" } }]);
    expect(application.runs[0]?.request.request).toMatchObject({ method: "GET", path: "/websocket" });
    expect(application.runs[0]?.request.request?.headers).not.toHaveProperty("cookie");
    await expect.poll(() => application.openSessions).toBe(0);
  });

  it("streams chunks, and steps where they happened", async () => {
    const { address } = await start({
      stream: async function* (_run, onStep) {
        yield '{"value":"one"}';
        const about = { runId: "r", traceId: "t", userId: "u", uuid: "s", name: "f" };
        onStep({
          parentId: "root",
          functionAncestry: { functionId: "s", functionName: "f", parentId: undefined, parentName: undefined },
          payload: {
            ...about,
            eventType: "FUNCTION_START",
            eventTimestampMs: 0,
            spanStartTimestampMs: undefined,
            data: { input: 1 },
          },
        });
        yield '{"value":"two","more":1}';
      },
    });
    const client = await SocketClient.open(address);
    client.ask({}, streamed);
    expect(await client.answer()).toMatchObject([
      { content: { text: "one" }, sequence: 1 },
      {
        type: "system_intermediate_message",
        id: "s",
        intermediate_parent_id: "root",
        content: { name: "Function Start: f", payload: expect.stringContaining("Function Input") },
        sequence: 2,
      },
      { content: { text: '{"value":"two","more":1}' }, sequence: 3 },
      { status: "complete", sequence: 4 },
    ]);
  });

  it("gives a workflow that takes a text the text as it is", async () => {
    const application = new ServedEcho({ inputSchema: z.object({ value: z.string() }) });
    const unwrapInput = (body: unknown): unknown => (body as { value: unknown }).value;
    Object.assign(application.workflow, { unwrapInput });
    server = await startTestServer({ application });
    const client = await SocketClient.open(server.address);
    client.ask('{"a":1}');
    await client.answer();
    expect(application.runs[0]?.input).toBe('{"a":1}');
  });

  it("that fails is answered with an error and the frame that ends it, and tells no more than a client may know", async () => {
    const { address } = await start({
      run: async () => {
        throw new AlcoveError("STORE_FAILED", "SQLite said /var/secret");
      },
    });
    const client = await SocketClient.open(address);
    client.ask({}, { conversation_id: "c" });
    const frames = await client.answer();
    expect(frames).toMatchObject([
      {
        type: "error_message",
        status: "in_progress",
        conversation_id: "c",
        content: { code: "STORE_FAILED", details: null },
      },
      { type: "system_response_message", status: "complete", content: { text: null } },
    ]);
    expect(JSON.stringify(frames)).not.toContain("secret");
  });

  it.each([
    [
      "has no text of the user",
      { content: { messages: [{ role: "assistant", content: "hi" }] } },
      "invalid_user_message_content",
    ],
    ["has no messages", { content: {} }, "invalid_user_message_content"],
    [
      "has a text that is no JSON, for a workflow that takes objects",
      { content: { messages: [{ role: "user", content: "hi" }] } },
      "invalid_user_message_content",
    ],
    [
      "has a text with a key __proto__",
      { content: { messages: [{ role: "user", content: '{"__proto__":1}' }] } },
      "invalid_user_message_content",
    ],
    ["asks for a chat", { schema_type: "chat" }, "SCHEMA_TYPE_UNSUPPORTED"],
    ["asks for a stream of a chat", { schema_type: "chat_stream" }, "SCHEMA_TYPE_UNSUPPORTED"],
    ["asks for something unknown", { schema_type: "song" }, "invalid_message"],
    ["has an id that is no text", { id: 7 }, "invalid_message"],
    ["has a conversation with a name too long", { conversation_id: "c".repeat(201) }, "invalid_message"],
  ])("that %s is refused, and the socket goes on", async (_what, message, code) => {
    const { address, application } = await start();
    const client = await SocketClient.open(address);
    client.ask({}, message);
    const error = await client.frame(({ type }) => type === "error_message");
    expect(error.content).toMatchObject({ code, message: expect.any(String) });
    await client.frame(({ status }) => status === "complete");
    client.ask({ b: 2 }, { id: "next" });
    expect(await client.answer("next")).toMatchObject([{ content: { text: '{"b":2}' } }, { status: "complete" }]);
    expect(application.runs).toHaveLength(1);
  });

  it("takes the place of the one before in its conversation, whose run is aborted", async () => {
    const { address, application } = await start(waiting);
    const client = await SocketClient.open(address);
    client.ask({}, { ...streamed, id: "first", conversation_id: "c" });
    await client.frame(({ content }) => content?.text === "one");
    client.ask({ n: 2 }, { id: "second", conversation_id: "c" });
    expect(await client.answer("first")).toMatchObject([
      { content: { text: "one" } },
      { type: "error_message", content: { code: "RUN_ABORTED", message: expect.stringContaining("newer message") } },
      { status: "complete" },
    ]);
    expect(await client.answer("second")).toMatchObject([{ content: { text: '{"n":2}' } }, { status: "complete" }]);
    expect(application.runs[0]?.abort.signal.aborted).toBe(true);
  });

  it("in another conversation leaves the one before alone", async () => {
    const { stream, goOn } = inTwoParts();
    const { address } = await start({ stream });
    const client = await SocketClient.open(address);
    client.ask({}, { ...streamed, id: "first", conversation_id: "c" });
    await client.frame(({ content }) => content?.text === "one");
    client.ask({}, { id: "second", conversation_id: "d" });
    await client.answer("second");
    goOn();
    await client.answer("first");
    expect(client.texts("first")).toEqual(["one", "two"]);
  });

  it("beyond as many runs as a socket may have is refused", async () => {
    const { address } = await start(waiting);
    const client = await SocketClient.open(address);
    for (let index = 0; index <= 64; index += 1) {
      client.ask({}, { ...streamed, id: `m${index}`, conversation_id: `c${index}` });
    }
    expect(await client.answer("m64")).toMatchObject([
      { content: { code: "SESSION_QUEUE_FULL" } },
      { status: "complete" },
    ]);
  });
});

describe("a frame that cannot be served", () => {
  it.each([
    ["is no JSON", "{", "invalid_message"],
    ["is binary", Buffer.from("{}"), "invalid_message"],
    ["is a list", [], "invalid_message"],
    ["has no type", {}, "invalid_message"],
    ["is of a type only servers send", { type: "system_response_message" }, "invalid_message_type"],
    ["is of a type every object has", { type: "constructor" }, "invalid_message_type"],
    ["nests too deep", "[".repeat(500), "invalid_message"],
    [
      "answers what nobody asked",
      { type: "user_interaction_message", content: { messages: [{ role: "user", content: "yes" }] } },
      "NO_PENDING_INTERACTION",
    ],
  ])("because it %s is answered with an error_message", async (_what, frame, code) => {
    const { address } = await start();
    const client = await SocketClient.open(address);
    client.send(frame);
    await client.frame(({ type, content }) => type === "error_message" && content?.code === code);
    client.ask({ a: 1 });
    await client.answer();
    expect(client.texts()).toEqual(['{"a":1}']);
  });

  it("is answered whatever it is, and never ends the socket", async () => {
    const { address } = await start({}, {}, { maxBodyBytes: 1_048_576 });
    const client = await SocketClient.open(address);
    const type = fc.constantFrom("user_message", "user_interaction_message", "auth_message", "error_message", "");
    const message = fc.record(
      {
        role: fc.constantFrom("user", "assistant"),
        content: fc.oneof(fc.string(), fc.array(fc.record({ type: fc.string(), text: fc.jsonValue() }))),
      },
      { requiredKeys: [] },
    );
    const shaped = fc.record(
      {
        type,
        schema_type: fc.constantFrom("generate", "generate_stream", "chat", "x"),
        id: fc.oneof(fc.string(), fc.integer()),
        conversation_id: fc.oneof(fc.string(), fc.constant(null)),
        content: fc.oneof(fc.record({ messages: fc.array(message) }), fc.jsonValue()),
        payload: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const frame = fc.oneof(
      shaped.map((value) => JSON.stringify(value)),
      fc.json(),
      fc.string(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(frame, async (sent) => {
        const before = client.frames.length;
        client.send(sent);
        await client.count(before + 1);
        expect(client.socket.readyState).toBe(client.socket.OPEN);
      }),
      { numRuns: 200 },
    );
  });

  it("because it is too large, or no UTF-8, ends the socket with the protocol's own code", async () => {
    const { address } = await start();
    const large = await SocketClient.open(address);
    large.send("x".repeat(1_025));
    expect(await large.closed).toBe(1009);
    const garbled = await SocketClient.open(address);
    garbled.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect(await garbled.closed).toBe(1007);
  });

  it("is answered no faster than its client reads", async () => {
    const { address } = await start();
    const client = await SocketClient.open(address);
    client.socket.pause();
    const count = 30_000;
    for (let index = 0; index < count; index += 1) {
      client.send("{");
    }
    await expect.poll(() => client.socket.bufferedAmount).toBe(0);
    client.socket.resume();
    await client.count(count);
  }, 30_000);
});

const programs = {
  type: "api_key",
  issuer: "programs",
  keys: [
    { subject: "backup", sha256: createHash("sha256").update("backup-key").digest("hex"), roles: [] },
    { subject: "report", sha256: createHash("sha256").update("report-key").digest("hex"), roles: [] },
  ],
} as const;

describe("an auth_message", () => {
  const withKey = (token: string): object => ({ type: "auth_message", payload: { method: "api_key", token } });

  it.each([
    { method: "jwt", token: "a.b.c" },
    { method: "api_key", token: "k" },
    { method: "basic", username: "u", password: "p" },
  ])(
    "with $method is refused where no provider takes it, and the socket speaks for whom it spoke before",
    async (payload) => {
      const { address, application } = await start();
      const client = await SocketClient.open(address);
      client.send({ type: "auth_message", payload });
      expect(await client.frame(({ type }) => type === "auth_response_message")).toMatchObject({
        status: "error",
        user_id: null,
        payload: { code: "user_auth_error", message: expect.stringContaining(payload.method) },
      });
      client.ask({});
      await client.answer();
      expect(application.runs[0]?.userId).toBe(alice);
    },
  );

  it("says who speaks, where a provider accepts it; messages before it are of nobody, those behind it wait for it", async () => {
    const { address, application } = await start({}, {}, {}, { identity: { providers: [programs] } });
    const client = await SocketClient.open(address, { user: "" });
    client.ask({}, { id: "before" });
    client.send(withKey("wrong"));
    client.send(withKey("backup-key"));
    client.ask({ mine: 1 }, { id: "behind" });
    expect(await client.answer("before")).toMatchObject([
      { content: { code: "USER_ID_REQUIRED" } },
      { status: "complete" },
    ]);
    await client.answer("behind");
    const replies = client.frames.filter(({ type }) => type === "auth_response_message");
    expect(replies).toMatchObject([
      { status: "error", user_id: null, payload: { code: "user_auth_error" } },
      { status: "success", user_id: application.runs[0]?.userId, payload: null },
    ]);
    expect(application.runs).toMatchObject([{ input: { mine: 1 }, request: { principal: { subject: "backup" } } }]);
    expect(JSON.stringify(client.frames)).not.toContain("backup-key");
  });

  it("that names another user leaves what was begun as the one before", async () => {
    const { address, application } = await start(waiting, {}, {}, { identity: { providers: [programs] } });
    const client = await SocketClient.open(address, { user: "", headers: { "x-api-key": "backup-key" } });
    client.ask({}, { ...streamed, id: "first", conversation_id: "c" });
    await client.frame(({ content }) => content?.text === "one");
    client.send(withKey("report-key"));
    client.ask({}, { id: "second", conversation_id: "c" });
    await client.answer("second");
    await expect.poll(() => application.runs[0]?.abort.signal.aborted).toBe(true);
    expect(application.runs.map(({ request }) => request.principal?.subject)).toEqual(["backup", "report"]);
    expect(client.frames.filter(({ parent_id, type }) => parent_id === "first" && type === "error_message")).toEqual(
      [],
    );
  });

  it("counts no more than any other credential: one of another method is refused", async () => {
    const { address } = await start({}, {}, {}, { identity: { providers: [programs] } });
    const client = await SocketClient.open(address, { user: "" });
    client.send({ type: "auth_message", payload: { method: "jwt", token: "backup-key" } });
    expect(await client.frame(({ type }) => type === "auth_response_message")).toMatchObject({ status: "error" });
  });
});

describe("a credential that ends while its socket is open", () => {
  it("counts for no further message", async () => {
    const secret = "a secret of at least 32 bytes, for tests";
    const token = await new SignJWT({ sub: "zoe" })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuer("https://issuer.example")
      .setAudience("alcove")
      .setExpirationTime(2_000)
      .sign(new TextEncoder().encode(secret));
    let nowMs = 1_000_000;
    const provider = {
      type: "jwt",
      issuer: "https://issuer.example",
      audience: ["alcove"],
      key: { kind: "secret", secret },
      algorithms: ["HS256"],
      clockToleranceMs: 0,
      subjectClaim: "sub",
      rolesClaim: undefined,
      claims: [],
    } as const;
    const { address } = await start({}, {}, {}, { identity: { providers: [provider] }, nowMs: () => nowMs });
    const client = await SocketClient.open(address, { user: "", headers: { authorization: `Bearer ${token}` } });
    client.ask({ early: 1 });
    await client.answer();
    expect(client.texts()).toEqual(['{"early":1}']);
    nowMs = 3_000_000;
    client.ask({}, { id: "late" });
    expect(await client.answer("late")).toMatchObject([
      { content: { code: "CREDENTIAL_INVALID" } },
      { status: "complete" },
    ]);
  });
});

describe("an issued cookie that was renewed while its socket is open", () => {
  it("goes on counting there until its user is revoked, and opens no other", async () => {
    const cookieRegister = new RememberedCookies();
    const identity = { providers: [cookieProvider] };
    const { address, application } = await start({}, {}, {}, { identity, cookieRegister });
    const reply = await fetch(new URL("/generate", address), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    const headers = { cookie: reply.headers.get("set-cookie")?.split(";")[0] ?? "" };
    const client = await SocketClient.open(address, { user: "", headers });
    const userId = application.runs[0]?.userId ?? "";
    await cookieRegister.endEarlier(userId, 1);
    client.ask({ still: "here" }, { id: "after" });
    await client.answer("after");
    expect(application.runs.at(-1)?.userId).toBe(userId);
    const refused = await SocketClient.refused(address, { user: "", headers });
    expect([refused.status, refused.body.code]).toEqual([401, "CREDENTIAL_INVALID"]);
    await cookieRegister.revoke(userId);
    client.ask({}, { id: "revoked" });
    expect(await client.answer("revoked")).toMatchObject([
      { content: { code: "CREDENTIAL_INVALID" } },
      { status: "complete" },
    ]);
  });
});

describe("a request for a socket", () => {
  it.each([
    ["of nobody", { user: "" }, 401, "USER_ID_REQUIRED"],
    [
      "with two different cookies",
      { headers: { cookie: "nat-session=alice; nat-session=bob" } },
      400,
      "IDENTITY_CONFLICT",
    ],
    ["with a cookie and another session", { query: "?session=bob" }, 400, "IDENTITY_CONFLICT"],
    ["with a session that could be no cookie", { user: "", query: "?session=a%3Bb" }, 400, "REQUEST_INVALID"],
    ["with an empty session", { user: "", query: "?session=" }, 400, "REQUEST_INVALID"],
    ["with two sessions", { user: "", query: "?session=a&session=a" }, 400, "REQUEST_INVALID"],
    ["with an empty conversation", { query: "?conversation_id=" }, 400, "REQUEST_INVALID"],
    ["with a sequence that is no number", { query: "?conversation_id=c&after_sequence=-1" }, 400, "REQUEST_INVALID"],
    ["from a page of another origin", { headers: { origin: "https://evil.example" } }, 403, "ORIGIN_FORBIDDEN"],
    ["from a page without an origin of its own", { headers: { origin: "null" } }, 403, "ORIGIN_FORBIDDEN"],
    ["for another path", { path: "/web" }, 404, "ROUTE_NOT_FOUND"],
  ])("%s is refused with an error reply", async (_what, options, status, code) => {
    const { address, application } = await start();
    const refused = await SocketClient.refused(address, options);
    expect([refused.status, refused.body.code]).toEqual([status, code]);
    expect(refused.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "x-request-id": expect.any(String),
    });
    expect(application.runs).toEqual([]);
  });

  it("says how to identify, and names the request", async () => {
    const { address } = await start();
    const { headers } = await SocketClient.refused(address, { user: "", headers: { "x-request-id": "mine" } });
    expect(headers).toMatchObject({
      "www-authenticate": expect.stringContaining("nat-session"),
      "x-request-id": "mine",
    });
  });

  it.each([
    [
      "of another version",
      ["Sec-WebSocket-Version: 12", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="],
      426,
      "UPGRADE_REQUIRED",
    ],
    ["with a key that is none", ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: short"], 400, "REQUEST_INVALID"],
  ])("%s is refused with an error reply, and its connection closed", async (_what, headers, status, code) => {
    const { address } = await start();
    const head = [
      "GET /websocket HTTP/1.1",
      "Host: test",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Cookie: nat-session=alice",
    ];
    const answer = await exchange(address, [...head, ...headers, "", ""].join("\r\n"));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} .*"code":"${code}"`, "s"));
  });

  it.each(["/websocket", "/websocket/"])(
    "for %s that is no handshake at all says what the address speaks",
    async (path) => {
      const { address } = await start();
      const reply = await fetch(`${address}${path}`);
      expect([reply.status, reply.headers.get("upgrade")]).toEqual([426, "websocket"]);
      expect(await reply.json()).toMatchObject({ code: "UPGRADE_REQUIRED" });
    },
  );

  it("that is refused may break its connection at any moment, and harms nobody", async () => {
    const { address } = await start();
    const { hostname, port } = new URL(address);
    const head = ["GET /websocket HTTP/1.1", "Host: test", "Connection: Upgrade", "Upgrade: websocket", "", ""].join(
      "\r\n",
    );
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = connect(Number(port), hostname);
        await once(socket, "connect");
        socket.write(head);
        socket.resetAndDestroy();
        await once(socket, "close");
      }),
    );
    expect((await fetch(`${address}/health`)).status).toBe(200);
  });

  it("may name its user in the query", async () => {
    const { address, application } = await start();
    const client = await SocketClient.open(address, { user: "", query: "?session=bob" });
    client.ask({});
    await client.answer();
    expect(application.runs[0]?.userId).toBe(bob);
  });

  it("may be of nobody where the workflow is shared", async () => {
    const { address, application } = await start({ scope: "shared" });
    const client = await SocketClient.open(address, { user: "", query: "?conversation_id=c" });
    client.ask({});
    await client.answer();
    expect(application.runs).toMatchObject([{ userId: undefined, request: { conversationId: "c" } }]);
  });

  it("may come from a page of the server's own, or of an origin that is allowed with credentials", async () => {
    const cors = { ...testConfig().general.frontEnd.cors, allowOrigins: ["https://app.example"] };
    const allowed = await start({}, {}, { cors: { ...cors, allowCredentials: true } });
    await SocketClient.open(allowed.address, { headers: { origin: allowed.address } });
    await SocketClient.open(allowed.address, { headers: { origin: "https://app.example" } });
    await allowed.server.close(100);
    const { address } = await start({ scope: "shared" }, {}, { cors });
    const refused = await SocketClient.refused(address, { headers: { origin: "https://app.example" } });
    expect(refused).toMatchObject({ status: 403, body: { message: expect.stringContaining("allow_credentials") } });
    await SocketClient.open(address, { user: "", headers: { origin: "https://app.example" } });
  });

  it("beyond as many as a user may have, or the server, is refused until one is closed", async () => {
    const { address } = await start({}, { maxSocketsPerUser: 1, maxSockets: 2 });
    const first = await SocketClient.open(address);
    expect(await SocketClient.refused(address)).toMatchObject({ status: 503, body: { code: "TOO_MANY_SOCKETS" } });
    await SocketClient.open(address, { user: "bob" });
    const refused = await SocketClient.refused(address, { user: "carol" });
    expect(refused).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    first.leave();
    await expect
      .poll(() =>
        SocketClient.open(address).then(
          () => "open",
          () => "refused",
        ),
      )
      .toBe("open");
  });

  it("is answered as any other where sockets are switched off", async () => {
    const { address } = await start({}, { path: undefined });
    expect((await fetch(`${address}/websocket`)).status).toBe(404);
  });
});

describe("a request that offers another protocol", () => {
  it("is answered as if it had not, with its body and what follows on the connection", async () => {
    const { address } = await start();
    const { hostname, port } = new URL(address);
    const answer = await exchange(
      address,
      [
        "POST /generate HTTP/1.1",
        `Host: ${hostname}:${port}`,
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
        "Cookie: nat-session=alice",
        "Content-Type: application/json",
        "Content-Length: 7",
        "",
        '{"a":1}GET /health HTTP/1.1',
        "Host: test",
        "Connection: close",
        "",
        "",
      ].join("\r\n"),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK.*\{"a":1\}HTTP\/1\.1 200 OK.*\{"status":"healthy"\}$/s);
  });

  it("does not keep the server from stopping", async () => {
    const { address, server: listening } = await start();
    const sent = request(`${address}/health`, { headers: { connection: "Upgrade", upgrade: "h2c" } });
    sent.end();
    const [reply] = await once(sent, "response");
    reply.resume();
    await listening.close(10_000);
  });
});

describe("a client that goes away", () => {
  it("aborts its runs at once where it gets no grace", async () => {
    const { address, application } = await start(waiting);
    const client = await SocketClient.open(address);
    client.ask({}, { ...streamed, conversation_id: "c" });
    await client.frame(({ content }) => content?.text === "one");
    client.leave();
    await expect.poll(() => application.runs[0]?.abort.signal.aborted).toBe(true);
    await expect.poll(() => application.openSessions).toBe(0);
  });

  it("finds its run again within the grace, with all it has missed", async () => {
    const { stream, goOn } = inTwoParts();
    const { address } = await start({ stream }, { reconnectGraceMs: 60_000 });
    const first = await SocketClient.open(address);
    first.ask({}, { ...streamed, conversation_id: "c" });
    await first.frame(({ content }) => content?.text === "one");
    first.leave();
    await first.closed;
    goOn();
    // Whatever the first socket has confirmed is not sent again, whether its end has been noticed by now or not.
    const second = await SocketClient.open(address, { query: "?conversation_id=c&after_sequence=1" });
    expect(await second.answer()).toMatchObject([
      { content: { text: "two" }, sequence: 2 },
      { status: "complete", sequence: 3 },
    ]);
  });

  it("gets again what it says it has not got, also after the end", async () => {
    const { address } = await start({}, { reconnectGraceMs: 60_000 });
    const first = await SocketClient.open(address);
    first.ask({ a: 1 }, { conversation_id: "c" });
    await first.answer();
    const second = await SocketClient.open(address, { query: "?conversation_id=c&after_sequence=0" });
    expect(await second.answer()).toMatchObject([{ content: { text: '{"a":1}' } }, { status: "complete" }]);
  });

  it("moves its run to its newest socket, and the older one no longer ends it", async () => {
    const { stream, goOn } = inTwoParts();
    const { address, application } = await start({ stream });
    const first = await SocketClient.open(address);
    first.ask({}, { ...streamed, conversation_id: "c" });
    await first.frame(({ content }) => content?.text === "one");
    const second = await SocketClient.open(address, { query: "?conversation_id=c" });
    first.leave();
    await first.closed;
    goOn();
    expect(await second.answer()).toMatchObject([{ content: { text: "two" } }, { status: "complete" }]);
    expect(application.runs[0]?.abort.signal.aborted).toBe(false);
  });

  it("is given up when the grace is over, and what it ran is aborted", async () => {
    const { address, application } = await start(waiting, { reconnectGraceMs: 50 });
    const client = await SocketClient.open(address);
    client.ask({}, { ...streamed, conversation_id: "c" });
    await client.frame(({ content }) => content?.text === "one");
    client.leave();
    await expect.poll(() => application.runs[0]?.abort.signal.aborted).toBe(true);
    const late = await SocketClient.open(address, { query: "?conversation_id=c&after_sequence=0" });
    late.ask({ late: true }, { id: "m2" });
    await late.answer("m2");
    expect(late.frames.every(({ parent_id }) => parent_id === "m2")).toBe(true);
  });

  it("leaves nothing for anybody else to find: another user's conversation of that name is another", async () => {
    const { address, application } = await start(waiting, { reconnectGraceMs: 60_000 });
    const owner = await SocketClient.open(address);
    owner.ask({}, { ...streamed, conversation_id: "c" });
    await owner.frame(({ content }) => content?.text === "one");
    const other = await SocketClient.open(address, { user: "bob", query: "?conversation_id=c&after_sequence=0" });
    other.ask({ mine: true }, { id: "m2", conversation_id: "c" });
    await other.answer("m2");
    expect(other.frames.every(({ parent_id }) => parent_id === "m2")).toBe(true);
    expect(application.runs[0]?.abort.signal.aborted).toBe(false);
    owner.socket.ping();
    expect(owner.frames.every(({ parent_id }) => parent_id === "m1")).toBe(true);
  });
});

describe("a run that asks its person", () => {
  const deadlineMs = Date.UTC(2026, 10, 20, 16, 57, 30);
  const options = [
    { id: "1", label: "Red", value: "red" },
    { id: "2", label: "Blue", value: "blue", description: "Like the sky." },
  ];

  /** Asks, and ends when it was answered. */
  function asking(prompt: Prompt): EchoOptions {
    return {
      run: async (run) => {
        run.ask({ executionId: "e", interactionId: "i", prompt, deadlineMs });
        await Promise.race([expect.poll(() => run.answers.length).toBe(1), untilAborted(run)]);
        return run.answers[0]?.response;
      },
    };
  }

  function reply(text: string, conversation_id?: string): object {
    const content = { messages: [{ role: "user", content: [{ type: "text", text }] }] };
    return { type: "user_interaction_message", content, conversation_id };
  }

  it.each<[string, Prompt, string, object]>([
    ["a text", { inputType: "text", text: "?", placeholder: "x", isRequired: true }, "hello", { text: "hello" }],
    ["one option", { inputType: "radio", text: "?", options }, "blue", { selected: ["blue"] }],
    ["several options", { inputType: "checkbox", text: "?", options }, '["1","2"]', { selected: ["1", "2"] }],
    ["one of several options", { inputType: "checkbox", text: "?", options }, "1", { selected: ["1"] }],
  ])("gets %s from a user_interaction_message", async (_what, prompt, text, response) => {
    const { address } = await start(asking(prompt));
    const client = await SocketClient.open(address);
    client.ask({}, { conversation_id: "c" });
    const question = await client.frame(({ type }) => type === "system_interaction_message");
    expect(question).toMatchObject({
      parent_id: "m1",
      execution_id: "e",
      interaction_id: "i",
      content: { input_type: prompt.inputType, text: "?", timeout: 30, error: null },
    });
    client.send(reply(text, "c"));
    await client.answer();
    expect(client.texts()).toEqual([JSON.stringify(response)]);
    client.send(reply(text, "c"));
    await client.frame(({ content }) => content?.code === "NO_PENDING_INTERACTION");
  });

  it("is asked again by whoever comes back, and goes on meanwhile; nobody else finds it", async () => {
    const { address, application } = await start(asking({ inputType: "text", text: "?" }));
    const first = await SocketClient.open(address);
    first.ask({}, { conversation_id: "c" });
    await first.frame(({ type }) => type === "system_interaction_message");
    first.leave();
    await first.closed;
    const stranger = await SocketClient.open(address, { user: "bob", query: "?conversation_id=c" });
    stranger.send(reply("mine"));
    await stranger.frame(({ content }) => content?.code === "NO_PENDING_INTERACTION");
    const second = await SocketClient.open(address, { query: "?conversation_id=c" });
    await second.frame(({ type }) => type === "system_interaction_message");
    second.send(reply("hello"));
    await second.answer();
    expect([second.texts(), application.runs[0]?.abort.signal.aborted]).toEqual([['{"text":"hello"}'], false]);
  });

  it("is given up at once when the server stops, since people take longer", async () => {
    const { address, server: listening } = await start(asking({ inputType: "text", text: "?" }));
    const client = await SocketClient.open(address);
    client.ask({});
    await client.frame(({ type }) => type === "system_interaction_message");
    await listening.close(60_000);
    expect((await client.answer()).at(-2)).toMatchObject({ content: { code: "SHUTTING_DOWN" } });
  });

  it("may tell something that needs no answer", async () => {
    const { address } = await start({
      run: async (run) => {
        const prompt = { inputType: "notification", text: "Soon." } as const;
        run.ask({ executionId: "e", interactionId: "i", prompt, deadlineMs: undefined });
        return {};
      },
    });
    const client = await SocketClient.open(address);
    client.ask({});
    expect(await client.answer()).toMatchObject([
      { type: "system_interaction_message", content: { input_type: "notification", text: "Soon.", timeout: null } },
      { content: { text: "{}" } },
      { status: "complete" },
    ]);
  });
});

describe("a client that gives no sign of life", () => {
  it("is cut off, and its runs are aborted", async () => {
    const { address, application } = await start(waiting, { heartbeatIntervalMs: 50 });
    const client = await SocketClient.open(address);
    client.ask({}, streamed);
    await client.frame(({ content }) => content?.text === "one");
    client.socket.pause();
    await expect.poll(() => application.runs[0]?.abort.signal.aborted).toBe(true);
  });
});

describe("closing", () => {
  it("closes idle sockets at once, lets runs end, and refuses new messages and sockets", async () => {
    const { stream, goOn } = inTwoParts();
    const { address, server: listening } = await start({ stream });
    const idle = await SocketClient.open(address);
    const busy = await SocketClient.open(address, { user: "bob" });
    busy.ask({}, streamed);
    await busy.frame(({ content }) => content?.text === "one");
    const closed = listening.close(60_000);
    expect(await idle.closed).toBe(1012);
    busy.ask({}, { id: "late", conversation_id: "other" });
    expect(await busy.answer("late")).toMatchObject([{ content: { code: "SHUTTING_DOWN" } }, { status: "complete" }]);
    goOn();
    await busy.answer();
    expect(busy.texts()).toEqual(["one", "two"]);
    expect(await busy.closed).toBe(1012);
    await closed;
  });

  it("aborts runs that take too long, which tell their clients so", async () => {
    const { address, server: listening } = await start(waiting);
    const client = await SocketClient.open(address);
    client.ask({}, streamed);
    await client.frame(({ content }) => content?.text === "one");
    await listening.close(10);
    expect(await client.closed).toBe(1012);
    expect(client.frames).toMatchObject([
      { content: { text: "one" } },
      { type: "error_message", content: { code: "SHUTTING_DOWN" } },
      { status: "complete" },
    ]);
  });

  it("cuts off a client that does not answer", async () => {
    const { address, server: listening } = await start();
    const client = await SocketClient.open(address);
    client.socket.pause();
    await listening.close(10);
  });
});
