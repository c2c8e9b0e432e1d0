import { readdir } from "node:fs/promises";
import { describe, expect } from "vitest";
import { z } from "zod";
import { SocketClient } from "../../packages/server/src/test-support/socket-client.js";
import type { ServerProcess } from "./server-process.js";
import { runFigures, serveStreaming } from "./streaming-workflow.js";
import { test } from "./workplace.js";

const streamed = { schema_type: "generate_stream" };

function totals(client: SocketClient, messageId?: string): number[] {
  return client.texts(messageId).map((text) => z.object({ total: z.number() }).parse(JSON.parse(text)).total);
}

/** What a user's next run of one chunk counts to: one more than what is stored. */
async function nextTotal(server: ServerProcess, user: string): Promise<number | undefined> {
  const client = await SocketClient.open(server.url, { user });
  client.ask({ chunks: 1 }, streamed);
  await client.answer();
  client.socket.close();
  return totals(client)[0];
}

describe("a socket", () => {
  test("serves the workflow in the same room as every other route", async ({ workplace }) => {
    const server = await workplace.start();
    expect(server.printed).toMatch(/Route WebSocket ws:\/\/localhost:\d+\/websocket/);
    await server.client.generate("alice", { command: "note", action: "add", param1: "by HTTP" });
    const client = await SocketClient.open(server.url);
    client.ask({ command: "note", action: "list" });
    const frames = await client.answer();
    expect(frames.map(({ type, content }) => content?.name ?? type)).toEqual([
      "Function Start: <workflow>",
      "Function Start: notepad",
      "Function Complete: notepad",
      "Function Complete: <workflow>",
      "system_response_message",
      "system_response_message",
    ]);
    expect(JSON.parse(client.texts()[0] ?? "")).toMatchObject({ success: true, data: { notes: ["by HTTP"] } });
    const times = frames.map(({ timestamp }) => Date.parse(timestamp ?? ""));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    client.ask({ command: 1 }, { id: "m2" });
    expect(await client.answer("m2")).toMatchObject([
      { type: "error_message", content: { code: "INPUT_INVALID", details: [{ path: ["command"] }] } },
      { status: "complete" },
    ]);
  });

  test("streams each step before the result it led to, and a run that fails stores nothing", async ({ workplace }) => {
    const server = await serveStreaming(workplace);
    const client = await SocketClient.open(server.url);
    client.ask({ chunks: 3, outcome: "fail" }, streamed);
    const failed = await client.answer();
    expect(totals(client)).toEqual([1, 2]);
    expect(failed.slice(-2)).toMatchObject([
      { type: "error_message", content: { code: "workflow_error", message: "Broke at 3", details: "RangeError" } },
      { status: "complete", content: { text: null } },
    ]);
    client.ask({ chunks: 2 }, { ...streamed, id: "m2" });
    const names = (await client.answer("m2")).map(({ content }) => content?.name ?? content?.text);
    expect(names).toEqual([
      "Function Start: <workflow>",
      "Function Start: notepad",
      "Function Complete: notepad",
      "Function Start: notepad",
      "Function Complete: notepad",
      expect.stringContaining('"total":1'),
      "Function Complete: <workflow>",
      expect.stringContaining('"total":2'),
      null,
    ]);
    client.ask({ chunks: 1 }, { id: "m3" });
    expect(await client.answer("m3")).toMatchObject([
      { type: "error_message", content: { code: "OUTPUT_KIND_UNSUPPORTED" } },
      { status: "complete" },
    ]);
  });

  test("takes the turns of its user one after the other, over all conversations", async ({ workplace }) => {
    const server = await serveStreaming(workplace);
    const clients = await Promise.all([1, 2].map(() => SocketClient.open(server.url)));
    const ids = Array.from({ length: 20 }, (_, index) => `m${index}`);
    await Promise.all(
      clients.flatMap((client) =>
        ids.map((id) => {
          client.ask({ chunks: 1 }, { ...streamed, id, conversation_id: id });
          return client.answer(id);
        }),
      ),
    );
    // The conversations of both sockets are the same ones, so some were given up for those of the other.
    const counted = clients.flatMap((client) => ids.flatMap((id) => totals(client, id)));
    const committed = [...counted].sort((a, b) => a - b);
    expect(committed).toEqual(Array.from({ length: committed.length }, (_, index) => index + 1));
    expect(await nextTotal(server, "alice")).toBe(committed.length + 1);
  });

  test("survives a server that is killed at the moment its last frame comes", async ({ workplace }) => {
    for (const round of [1, 2, 3]) {
      const server = await serveStreaming(workplace);
      const client = await SocketClient.open(server.url);
      client.socket.on("message", () => {
        if (client.frames.at(-1)?.status === "complete") {
          server.signal("SIGKILL");
        }
      });
      client.ask({ chunks: 5 }, streamed);
      await client.answer();
      expect(totals(client).at(-1)).toBe(5 * round);
      await server.ended();
    }
    expect(await nextTotal(await serveStreaming(workplace), "alice")).toBe(16);
  });
});

describe("a client that loses its connection", () => {
  test("finds its run again, and nobody else does", async ({ workplace }) => {
    const overrides = { "general.front_end.websocket.reconnect_grace": "60" };
    const server = await serveStreaming(workplace, { overrides });
    const first = await SocketClient.open(server.url);
    first.ask({ chunks: 200, padding: 20_000 }, { ...streamed, conversation_id: "c" });
    await first.frame(({ content }) => content?.text !== undefined);
    first.socket.pause();
    first.leave();
    const after = first.frames.at(-1)?.sequence ?? 0;
    const stranger = await SocketClient.open(server.url, { user: "bob", query: "?conversation_id=c&after_sequence=0" });
    stranger.ask({ chunks: 1 }, streamed);
    await stranger.answer();
    expect([totals(stranger), stranger.frames.every(({ parent_id }) => parent_id === "m1")]).toEqual([[1], true]);
    const second = await SocketClient.open(server.url, { query: `?conversation_id=c&after_sequence=${after}` });
    await second.answer();
    const whole = Array.from({ length: 200 }, (_, index) => index + 1);
    expect([...totals(first), ...totals(second)]).toEqual(whole);
    const sequences = [...first.frames, ...second.frames].map(({ sequence }) => sequence);
    expect(sequences).toEqual(Array.from({ length: sequences.length }, (_, index) => index + 1));
    expect(await nextTotal(server, "alice")).toBe(201);
  });

  test("leaves nothing behind, where a hundred of two hundred do", async ({ workplace }) => {
    const server = await serveStreaming(workplace);
    await nextTotal(server, "warm-up");
    const handles = async (): Promise<number> => (await readdir(`/proc/${server.pid}/fd`)).length;
    server.client.close();
    const before = await handles();
    const clients = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const client = await SocketClient.open(server.url, { user: `user-${index}` });
        client.ask({ chunks: 20, outcome: index % 2 === 0 ? "wait" : "end" }, streamed);
        return client;
      }),
    );
    const leaving = clients.filter((_, index) => index % 2 === 0);
    // Each leaves somewhere else in its stream.
    await Promise.all(
      leaving.map(async (client, index) => {
        await client.frame(() => totals(client).length >= index % 20);
        client.leave();
      }),
    );
    const staying = clients.filter((_, index) => index % 2 === 1);
    await Promise.all(staying.map((client) => client.answer()));
    const whole = Array.from({ length: 20 }, (_, index) => index + 1).join();
    expect(staying.every((client) => totals(client).join() === whole)).toBe(true);
    await expect.poll(() => runFigures(server.client)).toEqual({ active: 0, cancelled: 100 });
    for (const client of staying) {
      client.socket.close();
    }
    server.client.close();
    await expect.poll(handles).toBeLessThanOrEqual(before);
    expect([await nextTotal(server, "user-0"), await nextTotal(server, "user-1")]).toEqual([1, 21]);
  }, 60_000);
});

describe("a client that reads slowly", () => {
  test("makes its run wait, delays nobody else, and gets everything", async ({ workplace }) => {
    const server = await serveStreaming(workplace);
    const slow = await SocketClient.open(server.url);
    slow.ask({ chunks: 300, padding: 100_000 }, streamed);
    await slow.count(1);
    slow.socket.pause();
    await expect.poll(() => runFigures(server.client)).toMatchObject({ active: 1 });
    expect(await nextTotal(server, "bob")).toBe(1);
    expect(await runFigures(server.client)).toMatchObject({ active: 1 });
    slow.socket.resume();
    await slow.answer();
    expect(totals(slow)).toHaveLength(300);
  });
});

describe("SIGTERM", () => {
  test("lets a run end that can, and ends the others with an error", async ({ workplace }) => {
    const server = await serveStreaming(workplace, { overrides: { "general.shutdown_timeout": "5" } });
    const slow = await SocketClient.open(server.url);
    slow.ask({ chunks: 100, padding: 100_000 }, streamed);
    await slow.count(1);
    slow.socket.pause();
    const waiting = await SocketClient.open(server.url, { user: "bob" });
    waiting.ask({ chunks: 2, outcome: "wait" }, streamed);
    await waiting.frame(() => totals(waiting).length === 1);
    server.signal("SIGTERM");
    slow.socket.resume();
    await slow.answer();
    expect([totals(slow).length, await slow.closed]).toEqual([100, 1012]);
    const ended = await waiting.answer();
    expect(ended.at(-2)).toMatchObject({ type: "error_message", content: { code: "SHUTTING_DOWN" } });
    expect([await waiting.closed, await server.ended()]).toEqual([1012, 0]);
    const next = await serveStreaming(workplace);
    expect([await nextTotal(next, "alice"), await nextTotal(next, "bob")]).toEqual([101, 1]);
  });
});
