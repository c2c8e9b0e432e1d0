import type { Scope } from "@alcove/plugin-api";
import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import { type RecordedRun, ServedEcho, startTestServer } from "../test-support/served-echo.js";

let server: ListeningServer | undefined;
afterEach(() => server?.close(100));

const path = "/generate/stream";

/** A run that makes a chunk whenever it is let, and ends when it is told or given up. */
class Stage {
  #open: (() => void) | undefined;
  #opened = 0;
  readonly stream = async function* (this: Stage, { abort }: RecordedRun): AsyncGenerator<string, void, undefined> {
    for (let made = 1; made <= 3; made += 1) {
      await this.#turn(made, abort.signal);
      yield `{"value":"${made}"}`;
    }
  }.bind(this);

  /** Lets it make that many chunks in all. */
  upTo(count: number): void {
    this.#opened = count;
    this.#open?.();
  }

  #turn(count: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#opened >= count) {
          resolve();
        }
      };
      this.#open = look;
      signal.addEventListener("abort", () => reject(signal.reason));
      look();
    });
  }
}

async function start({
  scope = "per-user" as Scope,
  graceMs = 60_000,
  functions = [] as string[],
  frontEnd = {},
} = {}) {
  const stage = new Stage();
  const application = new ServedEcho({ stream: stage.stream, scope, functions });
  server = await startTestServer({ application, frontEnd: { reconnectGraceMs: graceMs, ...frontEnd } });
  return { stage, application, address: server.address, server };
}

/** A stream as its client reads it. */
class Client {
  text = "";
  readonly #leaving = new AbortController();

  static async open(
    url: string,
    { user = "alice", lastEventId = "", method = "POST", body = "{}" } = {},
  ): Promise<Client & { status: number }> {
    const client = new Client();
    const reply = await fetch(url, {
      method,
      headers: {
        "content-type": "application/json",
        ...(user === "" ? {} : { cookie: `nat-session=${user}` }),
        ...(lastEventId === "" ? {} : { "last-event-id": lastEventId }),
      },
      ...(method === "GET" ? {} : { body }),
      signal: client.#leaving.signal,
    });
    void client.#read(reply);
    return Object.assign(client, { status: reply.status });
  }

  get data(): string[] {
    return [...this.text.matchAll(/^data: \{"value":"(\d)"\}$/gm)].map(([, value = ""]) => value);
  }

  get lastId(): string {
    return [...this.text.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? "";
  }

  isEnded = false;

  leave(): void {
    this.#leaving.abort();
  }

  async #read(reply: Response): Promise<void> {
    try {
      for await (const part of reply.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        this.text += part;
      }
      this.isEnded = true;
    } catch {
      // It has left.
    }
  }
}

describe("a client that comes back to its stream", () => {
  it("gets what it has missed and then the rest, and its body is not looked at", async () => {
    const { stage, application, address } = await start();
    const first = await Client.open(`${address}${path}`);
    await expect.poll(() => first.lastId).toMatch(/\.0$/);
    stage.upTo(1);
    await expect.poll(() => first.data).toEqual(["1"]);
    first.leave();
    stage.upTo(2);
    const body = JSON.stringify("x".repeat(2_000));
    const second = await Client.open(`${address}${path}`, { lastEventId: first.lastId, body });
    await expect.poll(() => second.data).toEqual(["2"]);
    stage.upTo(3);
    await expect.poll(() => second.isEnded).toBe(true);
    expect(second.data).toEqual(["2", "3"]);
    expect([application.runs.length, application.runs[0]?.abort.signal.aborted]).toEqual([1, false]);
    const done = await Client.open(`${address}${path}`, { lastEventId: second.lastId });
    expect([done.status, done.text]).toEqual([204, ""]);
    const whole = await Client.open(`${address}${path}`, { lastEventId: second.lastId.replace(/\d+$/, "0") });
    await expect.poll(() => whole.isEnded).toBe(true);
    expect(whole.data).toEqual(["1", "2", "3"]);
  });

  it("may be a browser's EventSource on a route for GET", async () => {
    const endpoint = { method: "GET", path: "/e", legacyPath: undefined, description: undefined, functionName: "f" };
    const { stage, address } = await start({
      functions: ["f"],
      frontEnd: { endpoints: [{ ...endpoint, place: [] }] },
    });
    const first = await Client.open(`${address}/e/stream`, { method: "GET" });
    await expect.poll(() => first.lastId).not.toBe("");
    first.leave();
    stage.upTo(3);
    const second = await Client.open(`${address}/e/stream`, { method: "GET", lastEventId: first.lastId });
    await expect.poll(() => second.isEnded).toBe(true);
    expect(second.data).toEqual(["1", "2", "3"]);
  });

  it("is told the same when it is another user, asks on another route, or makes the id up, and nothing is run", async () => {
    const { stage, application, address } = await start();
    const owner = await Client.open(`${address}${path}`);
    await expect.poll(() => owner.lastId).not.toBe("");
    const { lastId } = owner;
    const refused = await Promise.all([
      Client.open(`${address}${path}`, { user: "bob", lastEventId: lastId }),
      Client.open(`${address}/generate/full`, { lastEventId: lastId }),
      Client.open(`${address}${path}`, { lastEventId: "5f4c2f0e-2c0e-4f6e-9a55-6d2a3c5b8f10.0" }),
      Client.open(`${address}${path}`, { lastEventId: "run-1.0" }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    await expect.poll(() => new Set(refused.map(({ text }) => text)).size).toBe(1);
    expect(refused[0]?.text).toContain("STREAM_NOT_FOUND");
    const nobody = await Client.open(`${address}${path}`, { user: "", lastEventId: lastId });
    expect([nobody.status, application.runs.length]).toEqual([401, 1]);
    stage.upTo(3);
    await expect.poll(() => owner.data).toEqual(["1", "2", "3"]);
  });

  it("takes the stream over from the connection it has lost, whose end aborts nothing then", async () => {
    const { stage, application, address } = await start();
    const first = await Client.open(`${address}${path}`);
    await expect.poll(() => first.lastId).not.toBe("");
    const second = await Client.open(`${address}${path}`, { lastEventId: first.lastId });
    await expect.poll(() => first.isEnded).toBe(true);
    stage.upTo(3);
    await expect.poll(() => second.isEnded).toBe(true);
    expect([first.data, second.data, application.runs[0]?.abort.signal.aborted]).toEqual([[], ["1", "2", "3"], false]);
  });

  it("finds nothing when the session has been ended", async () => {
    const { stage, application, address } = await start();
    const first = await Client.open(`${address}${path}`);
    stage.upTo(3);
    await expect.poll(() => first.isEnded).toBe(true);
    application.endings.over("7b031fd4-714b-598e-b755-a517d069edc5");
    expect((await Client.open(`${address}${path}`, { lastEventId: first.lastId })).status).toBe(404);
  });
});

describe("a client that leaves its stream", () => {
  it("aborts the run when the grace is over", async () => {
    const { application, address } = await start({ graceMs: 50 });
    const left = await Client.open(`${address}${path}`);
    await expect.poll(() => left.lastId).not.toBe("");
    left.leave();
    await expect.poll(() => application.runs[0]?.abort.signal.aborted).toBe(true);
    await expect.poll(() => application.openSessions).toBe(0);
    expect((await Client.open(`${address}${path}`, { lastEventId: left.lastId })).status).toBe(404);
  });

  it("aborts the run at once where nobody could know it again", async () => {
    const { stage, application, address } = await start({ scope: "shared" });
    const nameless = await Client.open(`${address}${path}`, { user: "" });
    stage.upTo(1);
    await expect.poll(() => nameless.data).toEqual(["1"]);
    nameless.leave();
    await expect.poll(() => application.runs[0]?.abort.signal.aborted).toBe(true);
    expect(nameless.text).not.toContain("id:");
    const named = await Client.open(`${address}${path}`);
    await expect.poll(() => named.lastId).not.toBe("");
  });

  it("is not waited for when the server stops", async () => {
    const { application, address, server: stopping } = await start();
    const left = await Client.open(`${address}${path}`);
    await expect.poll(() => left.lastId).not.toBe("");
    left.leave();
    await expect.poll(async () => (await fetch(`${address}/health`)).status).toBe(200);
    const staying = await Client.open(`${address}${path}`, { user: "bob" });
    await expect.poll(() => staying.lastId).not.toBe("");
    const closed = stopping.close(100);
    await expect.poll(() => application.runs[0]?.abort.signal.aborted).toBe(true);
    await closed;
    await expect.poll(() => staying.text).toContain("SHUTTING_DOWN");
  });
});

describe("a server without grace", () => {
  it("sends no ids, and begins nothing anew for a client that comes back", async () => {
    const { stage, application, address } = await start({ graceMs: 0 });
    stage.upTo(3);
    const reply = await Client.open(`${address}${path}`);
    await expect.poll(() => reply.isEnded).toBe(true);
    expect(reply.text).toBe('data: {"value":"1"}\n\ndata: {"value":"2"}\n\ndata: {"value":"3"}\n\n');
    const back = await Client.open(`${address}${path}`, { lastEventId: "5f4c2f0e-2c0e-4f6e-9a55-6d2a3c5b8f10.1" });
    expect([back.status, application.runs.length]).toEqual([404, 1]);
  });
});
