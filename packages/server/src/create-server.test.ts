import { once } from "node:events";
import { Agent, createServer as createHttpServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { createServer } from "./create-server.js";
import { exchange } from "./test-support/raw-http.js";
import { type EchoOptions, ServedEcho, startTestServer, testServerOptions } from "./test-support/served-echo.js";

// The id that the cookie alice stands for.
const alice = "7b031fd4-714b-598e-b755-a517d069edc5";

const hasIpv6Loopback = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

interface Gate {
  readonly application: ServedEcho;
  readonly signals: AbortSignal[];
  open(): void;
}

function gatedApplication(options: EchoOptions = {}): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const signals: AbortSignal[] = [];
  const application = new ServedEcho({
    ...options,
    run: async ({ abort }) => {
      signals.push(abort.signal);
      await opened;
      return { done: true };
    },
    stream: async function* ({ abort }) {
      signals.push(abort.signal);
      await opened;
      yield '{"value":"done"}';
    },
  });
  return { application, signals, open };
}

function post(address: string, signal?: AbortSignal, path = "/generate"): Promise<Response> {
  return fetch(`${address}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie: "nat-session=alice" },
    body: "{}",
    signal: signal ?? null,
  });
}

describe("listening", () => {
  it("tells the real port", async () => {
    const server = await startTestServer();
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    await server.close(100);
  });

  it.skipIf(!hasIpv6Loopback).each(["[::1]", "::1"])(
    "takes an IPv6 address with and without brackets: %s",
    async (host) => {
      const server = await startTestServer({ frontEnd: { host } });
      expect(server.address).toMatch(/^http:\/\/\[::1\]:[1-9]\d*$/);
      expect((await fetch(`${server.address}/health`)).status).toBe(200);
      await server.close(100);
    },
  );

  it("fails with a clear error when the port is in use", async () => {
    const server = await startTestServer();
    const port = Number(new URL(server.address).port);
    await expect(startTestServer({ frontEnd: { port } })).rejects.toMatchObject({
      code: "LISTEN_FAILED",
      message: `Port ${port} of 127.0.0.1 is in use by another process.`,
    });
    await server.close(100);
  });

  it("answers malformed HTTP with 400", async () => {
    const server = await startTestServer();
    expect(await exchange(server.address, "NONSENSE\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    await server.close(100);
  });
});

describe("a client that goes away", () => {
  it("aborts its run", async () => {
    const { application, signals, open } = gatedApplication();
    const server = await startTestServer({ application });
    const client = new AbortController();
    const reply = post(server.address, client.signal).catch((error: unknown) => error);
    await expect.poll(() => signals.length).toBe(1);
    expect(signals[0]?.aborted).toBe(false);
    client.abort();
    await expect.poll(() => signals[0]?.aborted).toBe(true);
    expect(await reply).toMatchObject({ name: "AbortError" });
    open();
    await expect.poll(() => application.openSessions).toBe(0);
    await server.close(100);
  });

  it("aborts nothing where the function is declared to finish on its own, until its user wants to be forgotten", async () => {
    const { application, signals, open } = gatedApplication({ onDisconnect: "finish" });
    await using http = createHttpServer();
    const gone = new Promise<unknown>((resolve) => {
      http.on("request", (_request, response) => response.once("close", () => resolve(response.writableFinished)));
    });
    http.on("request", (await createServer(testServerOptions({ application }))).requestListener);
    await once(http.listen(0, "127.0.0.1"), "listening");
    const client = new AbortController();
    const { port } = http.address() as AddressInfo;
    const reply = post(`http://127.0.0.1:${port}`, client.signal).catch((error: unknown) => error);
    await expect.poll(() => signals.length).toBe(1);
    client.abort();
    expect([await gone, (await reply) instanceof DOMException, signals[0]?.aborted]).toEqual([false, true, false]);
    application.endings.wanted("somebody else");
    expect(signals[0]?.aborted).toBe(false);
    application.endings.wanted(alice);
    expect(signals[0]?.aborted).toBe(true);
    open();
  });

  it("aborts nothing when it has its reply", async () => {
    const { application, signals, open } = gatedApplication();
    const server = await startTestServer({ application });
    open();
    await (await post(server.address)).text();
    await server.close(1000);
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
  });
});

describe("closing", () => {
  it("lets the requests in flight end, tells their clients to leave, and takes no new ones", async () => {
    const { application, signals, open } = gatedApplication();
    const server = await startTestServer({ application });
    const reply = post(server.address);
    await expect.poll(() => signals.length).toBe(1);
    const closed = server.close(5000);
    expect(server.close(1)).toBe(closed);
    const another = () =>
      fetch(`${server.address}/health`).then(
        () => "served",
        () => "refused",
      );
    await expect.poll(another).toBe("refused");
    open();
    const answered = await reply;
    expect(answered.headers.get("connection")).toBe("close");
    expect(await answered.json()).toEqual({ done: true });
    await closed;
  });

  it("goes on serving for the configured delay, and says meanwhile that it should get nothing new", async () => {
    const server = await startTestServer({ shutdownDelayMs: 200 });
    expect((await fetch(`${server.address}/ready`)).status).toBe(200);
    const closed = server.close(1000);
    const stopping = await fetch(`${server.address}/ready`);
    expect([stopping.status, await stopping.json()]).toMatchObject([503, { code: "SHUTTING_DOWN", details: null }]);
    expect((await post(server.address)).status).toBe(200);
    await closed;
    await expect(fetch(`${server.address}/ready`)).rejects.toThrow();
  });

  it("closes idle connections at once", async () => {
    const server = await startTestServer();
    const { port } = new URL(server.address);
    const agent = new Agent({ keepAlive: true });
    const call = request({ port, path: "/health", agent }).end();
    const [response] = await once(call, "response");
    response.resume();
    await once(response, "end");
    const silent = connect(Number(port), "127.0.0.1");
    await once(silent, "connect");
    silent.on("error", () => undefined);
    await server.close(60_000);
    agent.destroy();
  });

  it("refuses what has not ended when the time is over, if it obeys its signal", async () => {
    const application = new ServedEcho({
      run: ({ abort: { signal } }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const server = await startTestServer({ application });
    const reply = post(server.address);
    await expect.poll(() => application.runs.length).toBe(1);
    await server.close(10);
    const refused = await reply;
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: "SHUTTING_DOWN" }]);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.get("connection")).toBe("close");
  });

  it("gives up at once what waits for a person, who may never come", async () => {
    const application = new ServedEcho({
      stream: async function* (run) {
        await new Promise((resolve) => setImmediate(resolve));
        run.isWaiting = true;
        const prompt = { inputType: "text", text: "?" } as const;
        run.ask({ executionId: "e", interactionId: "i", prompt, deadlineMs: undefined });
        yield await new Promise<string>((_, reject) => {
          run.abort.signal.addEventListener("abort", () => reject(run.abort.signal.reason));
        });
      },
    });
    const server = await startTestServer({ application });
    const reply = await post(server.address, undefined, "/v1/workflow/stream");
    await expect.poll(() => application.runs[0]?.isWaiting).toBe(true);
    await server.close(60_000);
    expect(await reply.text()).toContain('event: error\ndata: {"code":"SHUTTING_DOWN"');
  });

  it("says of what has not ended although it was given up that nobody knows what it stores", async () => {
    const { application, signals, open } = gatedApplication();
    const server = await startTestServer({ application });
    const reply = post(server.address);
    await expect.poll(() => signals.length).toBe(1);
    await server.close(10);
    const unknown = await reply;
    expect([unknown.status, await unknown.json()]).toMatchObject([503, { code: "OUTCOME_UNKNOWN" }]);
    expect(signals[0]?.aborted).toBe(true);
    open();
  });

  it("cuts off a stream that has not ended a second after the time is over", async () => {
    const { application, signals, open } = gatedApplication();
    const server = await startTestServer({ application });
    const reply = await post(server.address, undefined, "/generate/stream");
    await expect.poll(() => signals.length).toBe(1);
    await server.close(10);
    await expect(reply.text()).rejects.toThrow();
    expect(signals[0]?.aborted).toBe(true);
    open();
  });
});
