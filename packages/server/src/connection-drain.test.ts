import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "./create-server.js";
import { startTestServer } from "./test-support/served-echo.js";

let server: ListeningServer | undefined;
afterEach(() => server?.close(100));

const offering = [
  "GET /health HTTP/1.1",
  "Host: test",
  "Connection: Upgrade, HTTP2-Settings, keep-alive",
  "Upgrade: h2c",
  "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
  "",
  "",
].join("\r\n");

/** Sends a request over and over on one connection, each after the reply to the one before. Resolves to the replies. */
async function sendEach(address: string, request: string, times: number): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname).setEncoding("utf8");
  let text = "";
  for (let sent = 0; sent < times; sent += 1) {
    const reply = once(socket, "data");
    socket.write(request);
    const [part] = await reply;
    text += String(part);
  }
  socket.destroy();
  return text;
}

describe("a connection whose client offers another protocol with every request", () => {
  it("is answered each time, and leaves no listeners behind", async () => {
    const warnings: string[] = [];
    const note = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", note);
    try {
      server = await startTestServer();
      const replies = await sendEach(server.address, offering, 20);
      expect(replies.match(/\{"status":"healthy"\}/g)).toHaveLength(20);
    } finally {
      process.off("warning", note);
    }
    expect(warnings).toEqual([]);
  });
});

describe("a connection that was just opened when the server stops", () => {
  it("gets the answer to its first request, which came too late to be read before, and is ended with it", async () => {
    const { socket, closing } = await openedBeforeStop();
    socket.write("GET /health HTTP/1.1\r\nHost: test\r\n\r\n");
    let text = "";
    for await (const part of socket) {
      text += String(part);
    }
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text).toMatch(/\r\nconnection: close\r\n/i);
    await closing;
  });

  it("does not keep the server from stopping when it says nothing", async () => {
    const { socket, closing } = await openedBeforeStop();
    await closing;
    const parts = await socket.toArray();
    expect(parts).toEqual([]);
  });
});

/** A connection over which nothing was sent, and the end of the server it leads to. */
async function openedBeforeStop(): Promise<{ readonly socket: Socket; readonly closing: Promise<void> }> {
  server = await startTestServer();
  const { hostname, port } = new URL(server.address);
  const socket = connect(Number(port), hostname).setEncoding("utf8");
  await once(socket, "connect");
  return { socket, closing: server.close(60_000) };
}
