import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { AlcoveError } from "@alcove/plugin-api";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { ListeningServer } from "../create-server.js";
import { Scrape } from "../test-support/scrape.js";
import { ServedEcho, startTestServer, type TestServerOptions } from "../test-support/served-echo.js";
import { watchedStore } from "../test-support/watched-store.js";

let server: ListeningServer | undefined;

afterEach(() => server?.close(100));

async function start(options: TestServerOptions = {}): Promise<string> {
  server = await startTestServer({ ...options, frontEnd: { metrics: true, ...options.frontEnd } });
  return server.address;
}

/** Over a connection of its own, so that it is known how many there are. */
async function scrape(address: string): Promise<Scrape> {
  const [reply] = (await once(get(`${address}/metrics`, { agent: false }), "response")) as [IncomingMessage];
  return Scrape.parse(await text(reply));
}

function post(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = { "content-type": "application/json", cookie: "nat-session=alice" };
  return fetch(url, { method: "POST", headers, body: '{"a":1}', ...init });
}

const requests = "alcove_http_requests_total";

describe("GET /metrics", () => {
  it("does not exist unless it is switched on", async () => {
    const address = await start({ frontEnd: { metrics: false } });
    expect((await fetch(`${address}/metrics`)).status).toBe(404);
  });

  it("is for operators: where other machines could ask for it, somebody has to be one", async () => {
    const address = await start({ frontEnd: { host: "0.0.0.0", allowInsecureIdentity: true } });
    const reply = await fetch(`${address.replace("0.0.0.0", "127.0.0.1")}/metrics`);
    expect([reply.status, await reply.json()]).toMatchObject([403, { code: "FORBIDDEN" }]);
  });

  it("is for operators where users are verified, also on this machine", async () => {
    const identity = { providers: [{ type: "api_key", issuer: "keys", keys: [] }] } as const;
    const reply = await fetch(`${await start({ identity })}/metrics`);
    expect([reply.status, await reply.json()]).toMatchObject([403, { code: "FORBIDDEN" }]);
  });

  it("has the media type of Prometheus' text format, and is not to be kept", async () => {
    const reply = await fetch(`${await start()}/metrics`);
    expect(reply.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(reply.headers.get("cache-control")).toBe("no-store");
  });

  it("counts requests by method, route and status, whatever their query", async () => {
    const address = await start();
    await post(`${address}/generate`);
    await post(`${address}/generate`);
    await post(`${address}/generate`, { headers: { cookie: "nat-session=alice" } });
    await (await post(`${address}/generate/full?filter_steps=none`)).text();
    await fetch(`${address}/health`, { method: "HEAD" });
    const { value } = await scrape(address);
    expect(value(requests, { method: "POST", route: "/generate", status: "200" })).toBe(2);
    expect(value(requests, { method: "POST", route: "/generate", status: "415" })).toBe(1);
    expect(value(requests, { method: "POST", route: "/generate/full", status: "200" })).toBe(1);
    expect(value(requests, { method: "HEAD", route: "/health", status: "200" })).toBe(1);
    expect(value("alcove_http_request_duration_seconds_count", { method: "POST", route: "/generate" })).toBe(3);
  });

  it("counts what no route took in one place, so that clients cannot make series up", async () => {
    const address = await start();
    // The process's own series come and go by themselves.
    const own = ({ samples }: Scrape): number => samples.filter(({ name }) => name.startsWith("alcove_")).length;
    const before = own(await scrape(address));
    for (let index = 0; index < 50; index += 1) {
      await post(`${address}/made-up-${index}?user=${index}`);
      await fetch(`${address}/generate`, { method: "DELETE" });
    }
    const after = await scrape(address);
    expect(after.value(requests, { method: "any", route: "unmatched", status: "404" })).toBe(50);
    expect(after.value(requests, { method: "any", route: "unmatched", status: "405" })).toBe(50);
    // Two statuses of what is not matched with its histogram, and those of the first scrape itself.
    expect(own(after) - before).toBeLessThan(50);
    expect(after.text).not.toContain("made-up");
  });

  it("tells a client that left from a reply, and shows streams and connections while they are open", async () => {
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const application = new ServedEcho({
      async *stream({ abort }) {
        yield '{"value":"1"}';
        yield '{"value":"2"}';
        begun();
        await new Promise((resolve) => abort.signal.addEventListener("abort", resolve));
        throw new AlcoveError("RUN_ABORTED", "left");
      },
    });
    const address = await start({ application });
    const socket = connect(Number(new URL(address).port), "127.0.0.1");
    socket.write(
      "POST /generate/stream HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncookie: nat-session=alice\r\ncontent-length: 2\r\n\r\n{}",
    );
    await hasBegun;
    const open = await scrape(address);
    expect(open.value("alcove_http_open_streams")).toBe(1);
    expect(open.value("alcove_http_connections")).toBe(2);
    socket.destroy();
    const aborted = { method: "POST", route: "/generate/stream", status: "aborted" };
    await expect.poll(async () => (await scrape(address)).find(requests, aborted)).toBe(1);
    const { value } = await scrape(address);
    expect(value("alcove_http_open_streams")).toBe(0);
    await expect.poll(async () => (await scrape(address)).value("alcove_http_connections")).toBe(1);
  });

  it("shows WebSockets while they are open, apart from connections that speak HTTP", async () => {
    const address = await start();
    const socket = new WebSocket(`${address.replace("http", "ws")}/websocket`, {
      headers: { cookie: "nat-session=alice" },
    });
    await once(socket, "open");
    const open = await scrape(address);
    expect([open.value("alcove_open_websockets"), open.value("alcove_http_connections")]).toEqual([1, 1]);
    socket.close();
    await expect.poll(async () => (await scrape(address)).value("alcove_open_websockets")).toBe(0);
  });

  it("shows what the store and the runtime have counted, durations in seconds", async () => {
    const application = new ServedEcho();
    const { runs, wakes } = application.figures;
    runs.record("stream", "cancelled", 30);
    runs.record("stream", "completed", 0.25);
    runs.recordReplay();
    wakes.record("stored", 2);
    const store = watchedStore({
      commits: 7,
      commitFailures: new Map([["STORE_FULL", 2]]),
      lastWrite: { failure: "STORE_FULL", atMs: 0 },
    });
    store.figures.batchSizes.record(2);
    const { value, find } = await scrape(await start({ application, store }));
    expect(value("alcove_runs_total", { kind: "stream", outcome: "cancelled" })).toBe(1);
    expect(value("alcove_runs_total", { kind: "single", outcome: "failed" })).toBe(0);
    expect(value("alcove_run_duration_seconds_bucket", { kind: "stream", le: "0.00025" })).toBe(1);
    expect(value("alcove_run_duration_seconds_bucket", { kind: "stream", le: "0.05" })).toBe(2);
    expect(value("alcove_run_duration_seconds_sum", { kind: "stream" })).toBeCloseTo(0.03025);
    expect(value("alcove_idempotent_replays_total")).toBe(1);
    expect(value("alcove_session_wakes_total", { origin: "stored" })).toBe(1);
    expect(value("alcove_commits_total")).toBe(7);
    expect(value("alcove_commit_failures_total", { code: "STORE_FULL" })).toBe(2);
    expect(find("alcove_commit_failures_total", { code: "STORE_FAILED" })).toBeUndefined();
    expect(value("alcove_commit_batch_size_bucket", { le: "1" })).toBe(0);
    expect(value("alcove_commit_batch_size_bucket", { le: "2" })).toBe(1);
    expect(value("alcove_store_writable")).toBe(0);
  });

  it("shows the process's own metrics once, however many servers there are in it", async () => {
    const other = await startTestServer({ frontEnd: { metrics: true } });
    const { value, samples } = await scrape(await start());
    await other.close(100);
    expect(value("nodejs_eventloop_lag_p99_seconds")).toBeGreaterThanOrEqual(0);
    expect(value("process_resident_memory_bytes")).toBeGreaterThan(1_000_000);
    expect(samples.filter(({ name }) => name === "process_cpu_seconds_total")).toHaveLength(1);
  });
});
