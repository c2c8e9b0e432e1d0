import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import { type EchoOptions, ServedEcho, startTestServer, testConfig } from "../test-support/served-echo.js";
import { SocketClient } from "../test-support/socket-client.js";

const alice = "7b031fd4-714b-598e-b755-a517d069edc5";

let server: ListeningServer | undefined;
afterEach(() => server?.close(100));

async function start(echo: EchoOptions = {}): Promise<{ application: ServedEcho; address: string }> {
  const application = new ServedEcho(echo);
  const { webSocket } = testConfig().general.frontEnd;
  server = await startTestServer({
    application,
    frontEnd: { webSocket: { ...webSocket, reconnectGraceMs: 60_000 } },
  });
  return { application, address: server.address };
}

const untilAborted: EchoOptions = {
  stream: async function* ({ abort }) {
    yield '{"value":"one"}';
    await new Promise((_, reject) => abort.signal.addEventListener("abort", () => reject(abort.signal.reason)));
  },
};

/** Says something in the conversation `c` and goes away when the answer is there. */
async function talk(address: string, user: string): Promise<void> {
  const client = await SocketClient.open(address, { user });
  client.ask({ private: user }, { conversation_id: "c" });
  await client.answer();
  client.leave();
  await client.closed;
}

/** The texts a client gets that comes back to the conversation `c`, up to the answer to its next message. */
async function textsOnReturn(address: string, user: string): Promise<string[]> {
  const client = await SocketClient.open(address, { user, query: "?conversation_id=c&after_sequence=0" });
  client.ask({ next: true }, { id: "m2", conversation_id: "other" });
  await client.answer("m2");
  return client.texts("m1");
}

describe("what WebSocket conversations keep", () => {
  it("is forgotten with the user's session, and nobody else's is", async () => {
    const { application, address } = await start();
    await talk(address, "alice");
    await talk(address, "bob");
    application.endings.over(alice);
    expect(await textsOnReturn(address, "alice")).toEqual([]);
    expect(await textsOnReturn(address, "bob")).toEqual(['{"private":"bob"}']);
  });

  it("is not kept of a run that had asked its person something when the session ended", async () => {
    const { application, address } = await start({
      run: (run) => {
        run.ask({
          executionId: "e1",
          interactionId: "i1",
          prompt: { inputType: "text", text: "Really?", isRequired: true },
          deadlineMs: undefined,
        });
        return new Promise((_, reject) =>
          run.abort.signal.addEventListener("abort", () => reject(run.abort.signal.reason)),
        );
      },
    });
    const client = await SocketClient.open(address);
    client.ask({}, { conversation_id: "c" });
    await client.frame(({ type }) => type === "system_interaction_message");
    application.endings.over(alice);
    application.runs[0]?.abort.abort(new Error("The session was ended."));
    await client.answer();
    client.leave();
    const again = await SocketClient.open(address, { query: "?conversation_id=c&after_sequence=0" });
    again.send({ type: "no such type" });
    await again.count(1);
    expect(again.frames.map(({ parent_id }) => parent_id)).not.toContain("m1");
  });
});

describe("a run over a socket, when somebody wants to end the user's session", () => {
  it("is given up while its client is away, and goes on for a client that is there", async () => {
    const { application, address } = await start(untilAborted);
    const [away, there, ofBob] = await Promise.all([
      SocketClient.open(address),
      SocketClient.open(address),
      SocketClient.open(address, { user: "bob" }),
    ]);
    for (const [index, client] of [away, there, ofBob].entries()) {
      client.ask({}, { schema_type: "generate_stream", conversation_id: `c${index}` });
      await client.frame(({ content }) => content?.text === "one");
    }
    away.leave();
    ofBob.leave();
    await expect
      .poll(() => {
        application.endings.wanted(alice);
        return application.runs.map(({ abort }) => abort.signal.aborted);
      })
      .toEqual([true, false, false]);
  });
});
