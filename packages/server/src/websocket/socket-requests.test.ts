import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { exchange } from "../test-support/raw-http.js";
import { testConfig } from "../test-support/served-echo.js";
import { SocketClient } from "../test-support/socket-client.js";
import { bob, SocketServers } from "../test-support/socket-server.js";

const servers = new SocketServers();
afterEach(() => servers.close());

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
    const { address, application } = await servers.start();
    const refused = await SocketClient.refused(address, options);
    expect([refused.status, refused.body.code]).toEqual([status, code]);
    expect(refused.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "x-request-id": expect.any(String),
    });
    expect(application.runs).toEqual([]);
  });

  it("says how to identify, and names the request", async () => {
    const { address } = await servers.start();
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
    const { address } = await servers.start();
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
      const { address } = await servers.start();
      const reply = await fetch(`${address}${path}`);
      expect([reply.status, reply.headers.get("upgrade")]).toEqual([426, "websocket"]);
      expect(await reply.json()).toMatchObject({ code: "UPGRADE_REQUIRED" });
    },
  );

  it("that is refused may break its connection at any moment, and harms nobody", async () => {
    const { address } = await servers.start();
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
    const { address, application } = await servers.start();
    const client = await SocketClient.open(address, { user: "", query: "?session=bob" });
    client.ask({});
    await client.answer();
    expect(application.runs[0]?.userId).toBe(bob);
  });

  it("may be of nobody where the workflow is shared", async () => {
    const { address, application } = await servers.start({ scope: "shared" });
    const client = await SocketClient.open(address, { user: "", query: "?conversation_id=c" });
    client.ask({});
    await client.answer();
    expect(application.runs).toMatchObject([{ userId: undefined, request: { conversationId: "c" } }]);
  });

  it("may come from a page of the server's own, or of an origin that is allowed with credentials", async () => {
    const cors = { ...testConfig().general.frontEnd.cors, allowOrigins: ["https://app.example"] };
    const allowed = await servers.start({}, {}, { cors: { ...cors, allowCredentials: true } });
    await SocketClient.open(allowed.address, { headers: { origin: allowed.address } });
    await SocketClient.open(allowed.address, { headers: { origin: "https://app.example" } });
    await allowed.server.close(100);
    const { address } = await servers.start({ scope: "shared" }, {}, { cors });
    const refused = await SocketClient.refused(address, { headers: { origin: "https://app.example" } });
    expect(refused).toMatchObject({ status: 403, body: { message: expect.stringContaining("allow_credentials") } });
    await SocketClient.open(address, { user: "", headers: { origin: "https://app.example" } });
  });

  it("beyond as many as a user may have, or the server, is refused until one is closed", async () => {
    const { address } = await servers.start({}, { maxSocketsPerUser: 1, maxSockets: 2 });
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
    const { address } = await servers.start({}, { path: undefined });
    expect((await fetch(`${address}/websocket`)).status).toBe(404);
  });
});

describe("a request that offers another protocol", () => {
  it("is answered as if it had not, with its body and what follows on the connection", async () => {
    const { address } = await servers.start();
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
    const { address, server: listening } = await servers.start();
    const sent = request(`${address}/health`, { headers: { connection: "Upgrade", upgrade: "h2c" } });
    sent.end();
    const [reply] = await once(sent, "response");
    reply.resume();
    await listening.close(10_000);
  });
});
