import { AlcoveError, z } from "@alcove/plugin-api";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { ServedEcho } from "../test-support/served-echo.js";
import { SocketClient } from "../test-support/socket-client.js";
import { alice, inTwoParts, SocketServers, streamed, waiting } from "../test-support/socket-server.js";

const servers = new SocketServers();
afterEach(() => servers.close());

describe("a user_message", () => {
  it("runs the workflow with the text the user said last, and ends with a frame that says so", async () => {
    const { address, application } = await servers.start();
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
    const { address } = await servers.start({
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
    const { address } = await servers.start(application);
    const client = await SocketClient.open(address);
    client.ask('{"a":1}');
    await client.answer();
    expect(application.runs[0]?.input).toBe('{"a":1}');
  });

  it("that fails is answered with an error and the frame that ends it, and tells no more than a client may know", async () => {
    const { address } = await servers.start({
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
    const { address, application } = await servers.start();
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
    const { address, application } = await servers.start(waiting);
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
    const { address } = await servers.start({ stream });
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
    const { address } = await servers.start(waiting);
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
    const { address } = await servers.start();
    const client = await SocketClient.open(address);
    client.send(frame);
    await client.frame(({ type, content }) => type === "error_message" && content?.code === code);
    client.ask({ a: 1 });
    await client.answer();
    expect(client.texts()).toEqual(['{"a":1}']);
  });

  it("is answered whatever it is, and never ends the socket", async () => {
    const { address } = await servers.start({}, {}, { maxBodyBytes: 1_048_576 });
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
    const { address } = await servers.start();
    const large = await SocketClient.open(address);
    large.send("x".repeat(1_025));
    expect(await large.closed).toBe(1009);
    const garbled = await SocketClient.open(address);
    garbled.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect(await garbled.closed).toBe(1007);
  });

  it("is answered no faster than its client reads", async () => {
    const { address } = await servers.start();
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
