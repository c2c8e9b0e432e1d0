import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListeningServer } from "./create-server.js";
import { startTestServer } from "./test-support/served-echo.js";

let server: ListeningServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close(100));

async function send(bytes: string): Promise<string> {
  const { hostname, port } = new URL(server.address);
  const socket = connect(Number(port), hostname);
  socket.end(bytes);
  return text(socket);
}

describe("what is no HTTP request", () => {
  it.each([
    ["an unknown method", "FOO / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "REQUEST_INVALID"],
    [
      "two lengths",
      "POST /generate HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
      400,
      "REQUEST_INVALID",
    ],
    [
      "a control character in a header",
      "GET / HTTP/1.1\r\nHost: a\r\nCookie: a\u0001b\r\n\r\n",
      400,
      "REQUEST_INVALID",
    ],
    [
      "a transfer coding nobody knows",
      "POST /generate HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
      400,
      "REQUEST_INVALID",
    ],
    [
      "headers beyond all measure",
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
      431,
      "HEADERS_TOO_LARGE",
    ],
  ])("is answered with JSON: %s", async (_what, bytes, status, code) => {
    const [head = "", body = ""] = (await send(bytes)).split("\r\n\r\n");
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toContain("x-content-type-options: nosniff");
    expect(head).toMatch(/x-request-id: \S/);
    expect(JSON.parse(body)).toMatchObject({ code, details: null });
  });
});

describe("an expectation nobody knows", () => {
  it("is ignored", async () => {
    const reply = await send("GET /health HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nConnection: close\r\n\r\n");
    expect(reply).toMatch(/^HTTP\/1\.1 200 /);
  });
});
