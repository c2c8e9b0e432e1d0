import { describe, expect } from "vitest";
import { type ReceivedFrame, SocketClient } from "../../packages/server/src/test-support/socket-client.js";
import type { ServerProcess } from "./server-process.js";
import { pluginPaths, test, type Workplace } from "./workplace.js";

async function serve(workplace: Workplace): Promise<ServerProcess> {
  const configFile = await workplace.write("curious.yml", {
    plugins: [pluginPaths.curious],
    workflow: { _type: "curious_workflow" },
  });
  return workplace.start({ configFile });
}

function question(client: SocketClient, text: string): Promise<ReceivedFrame> {
  return client.frame(({ type, content }) => type === "system_interaction_message" && content?.text === text);
}

function reply(client: SocketClient, text: string): void {
  const content = { messages: [{ role: "user", content: [{ type: "text", text }] }] };
  client.send({ type: "user_interaction_message", conversation_id: "c", content });
}

describe("a workflow that asks its person over a socket", () => {
  test("leaves the user's turn free while it waits, and is asked again where its person comes back", async ({
    workplace,
  }) => {
    const server = await serve(workplace);
    const first = await SocketClient.open(server.url);
    first.ask({}, { conversation_id: "c" });
    const asked = await question(first, "Which colour?");
    expect(asked).toMatchObject({ content: { input_type: "radio", options: [{ value: "red" }, { value: "blue" }] } });
    reply(first, "green");
    await first.frame(({ content }) => content?.code === "INTERACTION_RESPONSE_INVALID");
    first.ask({ ask: false }, { id: "meanwhile" });
    expect((await first.answer("meanwhile")).at(-1)).toMatchObject({ status: "complete" });
    expect(first.texts("meanwhile")).toEqual(['{"kept":[]}']);
    first.leave();
    await first.closed;
    const stranger = await SocketClient.open(server.url, { user: "bob", query: "?conversation_id=c" });
    reply(stranger, "red");
    await stranger.frame(({ content }) => content?.code === "NO_PENDING_INTERACTION");
    const second = await SocketClient.open(server.url, { query: "?conversation_id=c" });
    await question(second, "Which colour?");
    reply(second, "blue");
    await question(second, "Keep blue?");
    reply(second, "yes");
    await second.answer();
    expect(second.texts()).toEqual(['{"kept":["blue"]}']);
    second.ask({ ask: false }, { id: "after" });
    await second.answer("after");
    expect(second.texts("after")).toEqual(['{"kept":["blue"]}']);
  });

  test("does not keep a server from stopping", async ({ workplace }) => {
    const server = await serve(workplace);
    const client = await SocketClient.open(server.url);
    client.ask({});
    await question(client, "Which colour?");
    server.signal("SIGTERM");
    expect((await client.answer()).at(-2)).toMatchObject({ content: { code: "SHUTTING_DOWN" } });
    expect([await client.closed, await server.ended()]).toEqual([1012, 0]);
  });
});
