import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, expect, it } from "vitest";
import { ConnectionDrain } from "../connection-drain.js";
import { ServerLife } from "../server-life.js";
import { exchange } from "../test-support/raw-http.js";
import { ServedEcho, testServerOptions } from "../test-support/served-echo.js";
import { SocketClient } from "../test-support/socket-client.js";
import { SocketEntrance } from "./socket-entrance.js";

interface Opened {
  readonly server: Server;
  readonly entrance: SocketEntrance;
  readonly application: ServedEcho;
  readonly address: string;
}

let opened: Opened | undefined;
afterEach(async () => {
  await opened?.entrance.close(100);
  opened?.server.close();
});

async function open(): Promise<Opened> {
  const application = new ServedEcho();
  const options = testServerOptions({ application });
  const server = createServer();
  const entrance = new SocketEntrance(options, "/websocket", await ServerLife.create(options));
  entrance.attach(server, new ConnectionDrain(server));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  opened = { server, entrance, application, address: `http://127.0.0.1:${port}` };
  return opened;
}

/** A text as a client frames it: masked, with a mask of zeros. */
function frameOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.from([0x80 | 126, bytes.length >> 8, bytes.length & 0xff]);
  return Buffer.concat([Buffer.from([0x81]), length, Buffer.alloc(4), bytes]);
}

const closeFrame = Buffer.from([0x88, 0x80, 0, 0, 0, 0]);

it("loses nothing that the first client sends before what serves it is loaded", async () => {
  const { address, application } = await open();
  const handshake = [
    "GET /websocket HTTP/1.1",
    "host: test",
    "connection: Upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
    "cookie: nat-session=alice",
  ].join("\r\n");
  const content = { messages: [{ role: "user", content: [{ type: "text", text: '{"word":"early"}' }] }] };
  const message = JSON.stringify({ type: "user_message", schema_type: "generate", id: "m1", content });
  const answer = await exchange(
    address,
    Buffer.concat([Buffer.from(`${handshake}\r\n\r\n`), frameOf(message), closeFrame]),
  );
  expect(answer).toMatch(/^HTTP\/1\.1 101 /);
  expect(application.runs).toHaveLength(1);
});

it("refuses a socket that still waits for what serves it when the server stops", async () => {
  const { address, entrance, server } = await open();
  let closed: Promise<void> | undefined;
  server.once("upgrade", () => {
    closed = entrance.close(60_000);
  });
  expect(await SocketClient.refused(address)).toMatchObject({ status: 503, body: { code: "SHUTTING_DOWN" } });
  await closed;
});

it("refuses the first socket that is asked for after the server has begun to stop", async () => {
  const { address, entrance } = await open();
  await entrance.close(60_000);
  expect(await SocketClient.refused(address)).toMatchObject({ status: 503, body: { code: "SHUTTING_DOWN" } });
});

it("goes on after a client whose connection breaks while it waits", async () => {
  const { address, entrance, server } = await open();
  server.once("upgrade", (_request, connection: Duplex) => connection.destroy(new Error("The line is down.")));
  await expect(SocketClient.open(address)).rejects.toThrow();
  const client = await SocketClient.open(address);
  expect(entrance.openCount).toBe(1);
  client.leave();
});
