import { afterEach, describe, expect, it } from "vitest";
import { SocketClient } from "../test-support/socket-client.js";
import { inTwoParts, SocketServers, streamed, waiting } from "../test-support/socket-server.js";

const servers = new SocketServers();
afterEach(() => servers.close());

describe("a client that goes away", () => {
  it("aborts its runs at once where it gets no grace", async () => {
    const { address, application } = await servers.start(waiting);
    const client = await SocketClient.open(address);
    client.ask({}, { ...streamed, conversation_id: "c" });
    await client.frame(({ content }) => content?.text === "one");
    client.leave();
    await expect.poll(() => application.runs[0]?.abort.signal.aborted).toBe(true);
    await expect.poll(() => application.openSessions).toBe(0);
  });

  it("finds its run again within the grace, with all it has missed", async () => {
    const { stream, goOn } = inTwoParts();
    const { address } = await servers.start({ stream }, { reconnectGraceMs: 60_000 });
    const first = await SocketClient.open(address);
    first.ask({}, { ...streamed, conversation_id: "c" });
    await first.frame(({ content }) => content?.text === "one");
    first.leave();
    await first.closed;
    goOn();
    // Whatever the first socket has confirmed is not sent again, whether its end has been noticed by now or not.
    const second = await SocketClient.open(address, { query: "?conversation_id=c&after_sequence=1" });
    expect(await second.answer()).toMatchObject([
      { content: { text: "two" }, sequence: 2 },
      { status: "complete", sequence: 3 },
    ]);
  });

  it("gets again what it says it has not got, also after the end", async () => {
    const { address } = await servers.start({}, { reconnectGraceMs: 60_000 });
    const first = await SocketClient.open(address);
    first.ask({ a: 1 }, { conversation_id: "c" });
    await first.answer();
    const second = await SocketClient.open(address, { query: "?conversation_id=c&after_sequence=0" });
    expect(await second.answer()).toMatchObject([{ content: { text: '{"a":1}' } }, { status: "complete" }]);
  });

  it("moves its run to its newest socket, and the older one no longer ends it", async () => {
    const { stream, goOn } = inTwoParts();
    const { address, application } = await servers.start({ stream });
    const first = await SocketClient.open(address);
    first.ask({}, { ...streamed, conversation_id: "c" });
    await first.frame(({ content }) => content?.text === "one");
    const second = await SocketClient.open(address, { query: "?conversation_id=c" });
    first.leave();
    await first.closed;
    goOn();
    expect(await second.answer()).toMatchObject([{ content: { text: "two" } }, { status: "complete" }]);
    expect(application.runs[0]?.abort.signal.aborted).toBe(false);
  });

  it("is given up when the grace is over, and what it ran is aborted", async () => {
    const { address, application } = await servers.start(waiting, { reconnectGraceMs: 50 });
    const client = await SocketClient.open(address);
    client.ask({}, { ...streamed, conversation_id: "c" });
    await client.frame(({ content }) => content?.text === "one");
    client.leave();
    await expect.poll(() => application.runs[0]?.abort.signal.aborted).toBe(true);
    const late = await SocketClient.open(address, { query: "?conversation_id=c&after_sequence=0" });
    late.ask({ late: true }, { id: "m2" });
    await late.answer("m2");
    expect(late.frames.every(({ parent_id }) => parent_id === "m2")).toBe(true);
  });

  it("leaves nothing for anybody else to find: another user's conversation of that name is another", async () => {
    const { address, application } = await servers.start(waiting, { reconnectGraceMs: 60_000 });
    const owner = await SocketClient.open(address);
    owner.ask({}, { ...streamed, conversation_id: "c" });
    await owner.frame(({ content }) => content?.text === "one");
    const other = await SocketClient.open(address, { user: "bob", query: "?conversation_id=c&after_sequence=0" });
    other.ask({ mine: true }, { id: "m2", conversation_id: "c" });
    await other.answer("m2");
    expect(other.frames.every(({ parent_id }) => parent_id === "m2")).toBe(true);
    expect(application.runs[0]?.abort.signal.aborted).toBe(false);
    owner.socket.ping();
    expect(owner.frames.every(({ parent_id }) => parent_id === "m1")).toBe(true);
  });
});

describe("a client that gives no sign of life", () => {
  it("is cut off, and its runs are aborted", async () => {
    const { address, application } = await servers.start(waiting, { heartbeatIntervalMs: 50 });
    const client = await SocketClient.open(address);
    client.ask({}, streamed);
    await client.frame(({ content }) => content?.text === "one");
    client.socket.pause();
    await expect.poll(() => application.runs[0]?.abort.signal.aborted).toBe(true);
  });
});

describe("closing", () => {
  it("closes idle sockets at once, lets runs end, and refuses new messages and sockets", async () => {
    const { stream, goOn } = inTwoParts();
    const { address, server: listening } = await servers.start({ stream });
    const idle = await SocketClient.open(address);
    const busy = await SocketClient.open(address, { user: "bob" });
    busy.ask({}, streamed);
    await busy.frame(({ content }) => content?.text === "one");
    const closed = listening.close(60_000);
    expect(await idle.closed).toBe(1012);
    busy.ask({}, { id: "late", conversation_id: "other" });
    expect(await busy.answer("late")).toMatchObject([{ content: { code: "SHUTTING_DOWN" } }, { status: "complete" }]);
    goOn();
    await busy.answer();
    expect(busy.texts()).toEqual(["one", "two"]);
    expect(await busy.closed).toBe(1012);
    await closed;
  });

  it("aborts runs that take too long, which tell their clients so", async () => {
    const { address, server: listening } = await servers.start(waiting);
    const client = await SocketClient.open(address);
    client.ask({}, streamed);
    await client.frame(({ content }) => content?.text === "one");
    await listening.close(10);
    expect(await client.closed).toBe(1012);
    expect(client.frames).toMatchObject([
      { content: { text: "one" } },
      { type: "error_message", content: { code: "SHUTTING_DOWN" } },
      { status: "complete" },
    ]);
  });

  it("cuts off a client that does not answer", async () => {
    const { address, server: listening } = await servers.start();
    const client = await SocketClient.open(address);
    client.socket.pause();
    await listening.close(10);
  });
});
