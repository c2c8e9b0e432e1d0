import { readdir } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect } from "vitest";
import type { ServerProcess } from "./server-process.js";
import { StreamReply } from "./stream-client.js";
import { runFigures, serveStreaming } from "./streaming-workflow.js";
import { test } from "./workplace.js";

/** Twice what is kept of a user for the monitor, and less than one reply that somebody holds. */
const heapBytesKeptPerStream = 4_000;

function stream({ url }: ServerProcess, user: string, body: object, path = "/generate/stream"): Promise<StreamReply> {
  return StreamReply.open(url, path, user, body);
}

/** On SIGUSR2 a server with this prints the bytes of its heap that are in use once all garbage is gone. */
const heapArguments = [
  "--expose-gc",
  "--import",
  `data:text/javascript,${encodeURIComponent('process.on("SIGUSR2", () => { gc(); console.log("Heap: " + process.memoryUsage().heapUsed + "."); })')}`,
];

async function heapBytes(server: ServerProcess): Promise<number> {
  const figuresIn = (text: string) => [...text.matchAll(/Heap: (\d+)\./g)].map(([, bytes]) => Number(bytes));
  const { length } = figuresIn(server.printed);
  server.signal("SIGUSR2");
  await expect.poll(() => figuresIn(server.printed).length, { timeout: 20_000 }).toBeGreaterThan(length);
  return figuresIn(server.printed).at(-1) ?? Number.NaN;
}

describe("a stream", () => {
  test("shows its steps as they happen and each before the result it led to", async ({ workplace }) => {
    const server = await serveStreaming(workplace);
    const reply = await (await stream(server, "alice", { chunks: 2 })).ended();
    const shown = reply.records.map(([[field = "", value = ""] = []]) =>
      field === "data" ? value : (JSON.parse(value) as { name: string }).name,
    );
    expect(shown).toEqual([
      "Function Start: <workflow>",
      "Function Start: notepad",
      "Function Complete: notepad",
      // The first chunk waits for the second one, and that for the commit; steps wait for nothing.
      "Function Start: notepad",
      "Function Complete: notepad",
      String.raw`{"value":"{\"total\":1,\"padding\":\"\"}"}`,
      "Function Complete: <workflow>",
      String.raw`{"value":"{\"total\":2,\"padding\":\"\"}"}`,
    ]);
    expect([reply.status, reply.isComplete]).toEqual([200, true]);
  });

  test("shows raw steps on /full, those of the types asked for", async ({ workplace }) => {
    const server = await serveStreaming(workplace);
    const types = async (path: string): Promise<string[]> => {
      const reply = await (await stream(server, "alice", { chunks: 1 }, path)).ended();
      return reply.records.map(([[field = "", value = ""] = []]) => {
        const type = field === "data" ? field : (JSON.parse(value) as { type: string; payload: string });
        return typeof type === "string" ? type : (JSON.parse(type.payload) as { event_type: string }).event_type;
      });
    };
    expect(await types("/generate/full")).toEqual([
      "WORKFLOW_START",
      "FUNCTION_START",
      "FUNCTION_START",
      "FUNCTION_END",
      "FUNCTION_END",
      "WORKFLOW_END",
      "data",
    ]);
    expect(await types("/v1/workflow/full?filter_steps=WORKFLOW_END,LLM_END")).toEqual(["WORKFLOW_END", "data"]);
    expect(await types("/v1/workflow/full?filter_steps=none")).toEqual(["data"]);
  });

  test("that fails ends with a framed error, and nothing of it is stored", async ({ workplace }) => {
    const server = await serveStreaming(workplace);
    for (const path of ["/generate/stream", "/generate/full", "/v1/workflow/stream", "/v1/workflow/full"]) {
      const reply = await (await stream(server, "alice", { chunks: 3, outcome: "fail" }, path)).ended();
      expect([reply.status, reply.totals, reply.error]).toEqual([
        200,
        [1, 2],
        { code: "workflow_error", message: "Broke at 3", details: "RangeError" },
      ]);
    }
    expect((await (await stream(server, "alice", { chunks: 1 })).ended()).totals).toEqual([1]);
  });

  test("of a workflow with a single result has that as its one chunk", async ({ workplace }) => {
    const server = await workplace.start();
    const reply = await (
      await stream(server, "alice", { command: "stats" }, "/generate/full?filter_steps=none")
    ).ended();
    const [[[, value = ""] = []] = [], ...rest] = reply.records;
    expect(JSON.parse((JSON.parse(value) as { value: string }).value)).toMatchObject({ success: true });
    expect(rest).toEqual([]);
    const refused = await server.client.generate("alice", { command: 1 }, "/generate/stream");
    expect({ status: refused.status, body: refused.json }).toMatchObject({
      status: 422,
      body: { code: "INPUT_INVALID", detail: [{ loc: ["body", "command"] }] },
    });
  });

  test("that finds the user's queue full is refused with 503, not with a frame", async ({ workplace }) => {
    const server = await serveStreaming(workplace, { overrides: { "general.max_queued_runs_per_user": "1" } });
    await using working = await stream(server, "alice", { chunks: 1, outcome: "wait" });
    const waiting = stream(server, "alice", { chunks: 1 });
    await expect.poll(async () => (await runFigures(server.client)).active).toBe(2);
    const refused = await stream(server, "alice", { chunks: 1 });
    await refused.ended();
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([503, { code: "SESSION_QUEUE_FULL" }]);
    working.leave();
    expect((await (await waiting).ended()).totals).toEqual([1]);
  });

  test("is replayed to a retry, also by the next process", async ({ workplace }) => {
    const first = await serveStreaming(workplace);
    const send = async ({ url }: ServerProcess) =>
      (await StreamReply.open(url, "/generate/stream", "alice", { chunks: 3 }, "k")).ended();
    expect((await send(first)).totals).toEqual([1, 2, 3]);
    await first.stop("SIGKILL");
    const second = await serveStreaming(workplace);
    const retried = await send(second);
    expect([retried.totals, retried.message.headers["idempotent-replayed"]]).toEqual([[1, 2, 3], "true"]);
    expect((await (await stream(second, "alice", { chunks: 1 })).ended()).totals).toEqual([4]);
  });

  test("whose last chunk was read survives a server that is killed at that moment", async ({ workplace }) => {
    for (const round of [1, 2, 3]) {
      const server = await serveStreaming(workplace);
      const reply = await stream(server, "alice", { chunks: 5 });
      const last = 5 * round;
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (reply.totals.at(-1) === last) {
            server.signal("SIGKILL");
            resolve();
          }
        };
        reply.message.on("data", look);
        look();
      });
      await server.ended();
    }
    const server = await serveStreaming(workplace);
    expect((await (await stream(server, "alice", { chunks: 1 })).ended()).totals).toEqual([16]);
  });
});

describe("a client that leaves its stream", () => {
  test("aborts the run: nothing is stored, it counts as cancelled, and the user's turn is free", async ({
    workplace,
  }) => {
    const server = await serveStreaming(workplace);
    const left = await stream(server, "alice", { chunks: 3, outcome: "wait" });
    await expect.poll(() => left.totals).toEqual([1, 2]);
    left.leave();
    await expect.poll(() => runFigures(server.client)).toEqual({ active: 0, cancelled: 1 });
    expect((await (await stream(server, "alice", { chunks: 1 })).ended()).totals).toEqual([1]);
  });

  test.for([
    ["no grace", "0s", false],
    ["a grace in which none comes back", "2s", true],
  ] as const)(
    "leaves nothing behind, where five hundred of a thousand do at random moments, with %s",
    { timeout: 90_000 },
    async ([_what, grace, isKept], { workplace }) => {
      const server = await serveStreaming(workplace, {
        overrides: {
          "general.front_end.metrics": "true",
          "general.per_user_resident_idle": "1",
          "general.front_end.reconnect_grace": grace,
        },
        nodeArguments: heapArguments,
      });
      for (let index = 0; index < 50; index += 1) {
        await (await stream(server, "warm-up", { chunks: 20 })).ended();
      }
      const handles = async (): Promise<number> => (await readdir(`/proc/${server.pid}/fd`)).length;
      const before = await handles();
      const heapBefore = await heapBytes(server);
      const patience = { timeout: 40_000, interval: 100 };
      const replies = await Promise.all(
        Array.from({ length: 1_000 }, (_, index) =>
          stream(server, `user-${index}`, { chunks: 20, outcome: index % 2 === 0 ? "wait" : "end" }),
        ),
      );
      const leaving = replies.filter((_, index) => index % 2 === 0);
      const moments = fc.sample(fc.nat(19), { seed: 4, numRuns: leaving.length });
      await Promise.all(
        leaving.map(async (reply, index) => {
          await expect.poll(() => reply.totals.length, patience).toBeGreaterThanOrEqual(moments[index] ?? 0);
          reply.leave();
        }),
      );
      const complete = await Promise.all(replies.filter((_, index) => index % 2 === 1).map((reply) => reply.ended()));
      const whole = Array.from({ length: 20 }, (_, index) => index + 1);
      expect(complete.every((reply) => reply.isComplete && reply.totals.join() === whole.join())).toBe(true);
      // Not what is known of each user, which leaves memory with the user.
      const metrics = async (): Promise<string> => (await server.client.get("/metrics")).text;
      await expect.poll(metrics, patience).toMatch(/^alcove_runs_total\{kind="stream",outcome="cancelled"\} 500$/m);
      const framed = replies.filter(({ totals }) => totals.length > 0);
      // Frames have ids where their stream was kept.
      expect(framed.every(({ lastEventId }) => (lastEventId !== "") === isKept)).toBe(true);
      await expect.poll(metrics, patience).toMatch(/^alcove_http_open_streams 0$/m);
      await expect.poll(metrics, patience).toMatch(/^alcove_runs_in_flight 0$/m);
      server.client.close();
      await expect.poll(handles, patience).toBeLessThanOrEqual(before);
      // Also when the users' rooms are gone; what was measured of each user stays.
      await expect
        .poll(async () => ((await heapBytes(server)) - heapBefore) / replies.length, { ...patience, interval: 500 })
        .toBeLessThan(heapBytesKeptPerStream);
      expect(server.printed).not.toContain("MaxListenersExceededWarning");
      const [afterLeaving, afterEnd] = await Promise.all([
        stream(server, "user-0", { chunks: 1 }),
        stream(server, "user-1", { chunks: 1 }),
      ]);
      expect([(await afterLeaving.ended()).totals, (await afterEnd.ended()).totals]).toEqual([[1], [21]]);
    },
  );
});

describe("a client that reads slowly", () => {
  test("makes its run wait, delays nobody else, and gets everything", async ({ workplace }) => {
    const server = await serveStreaming(workplace);
    const slow = await stream(server, "alice", { chunks: 300, padding: 100_000 }, "/generate/full?filter_steps=none");
    slow.message.pause();
    await expect.poll(() => runFigures(server.client)).toMatchObject({ active: 1 });
    const other = await (await stream(server, "bob", { chunks: 3 })).ended();
    expect(other.totals).toEqual([1, 2, 3]);
    expect(await runFigures(server.client)).toMatchObject({ active: 1 });
    slow.message.resume();
    expect((await slow.ended()).totals).toHaveLength(300);
  });
});

describe("SIGTERM", () => {
  test("lets a stream end that can, and ends the others with an error frame", async ({ workplace }) => {
    const server = await serveStreaming(workplace, { overrides: { "general.shutdown_timeout": "1" } });
    const slow = await stream(server, "alice", { chunks: 300, padding: 100_000 }, "/generate/full?filter_steps=none");
    slow.message.pause();
    const waiting = await stream(server, "bob", { chunks: 2, outcome: "wait" });
    await expect.poll(() => waiting.totals).toEqual([1]);
    server.signal("SIGTERM");
    slow.message.resume();
    expect([(await slow.ended()).totals.length, slow.isComplete]).toEqual([300, true]);
    await waiting.ended();
    expect([waiting.isComplete, waiting.error]).toMatchObject([true, { code: "SHUTTING_DOWN" }]);
    expect(await server.ended()).toBe(0);
    const next = await serveStreaming(workplace);
    const totals = async (user: string) => (await (await stream(next, user, { chunks: 1 })).ended()).totals;
    expect([await totals("alice"), await totals("bob")]).toEqual([[301], [1]]);
  });
});
