import type { Prompt } from "@alcove/runtime";
import { afterEach, describe, expect, it } from "vitest";
import type { EchoOptions } from "../test-support/served-echo.js";
import { SocketClient } from "../test-support/socket-client.js";
import { SocketServers, untilAborted } from "../test-support/socket-server.js";

const servers = new SocketServers();
afterEach(() => servers.close());

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
    const { address } = await servers.start(asking(prompt));
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
    const { address, application } = await servers.start(asking({ inputType: "text", text: "?" }));
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
    const { address, server: listening } = await servers.start(asking({ inputType: "text", text: "?" }));
    const client = await SocketClient.open(address);
    client.ask({});
    await client.frame(({ type }) => type === "system_interaction_message");
    await listening.close(60_000);
    expect((await client.answer()).at(-2)).toMatchObject({ content: { code: "SHUTTING_DOWN" } });
  });

  it("may tell something that needs no answer", async () => {
    const { address } = await servers.start({
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
