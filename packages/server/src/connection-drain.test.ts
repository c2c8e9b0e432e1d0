import { once } from "node:events";
import { connect } from "node:net";
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
