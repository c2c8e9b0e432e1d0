import { describe, expect } from "vitest";
import { z } from "zod";
import { Scrape } from "../../packages/server/src/test-support/scrape.js";
import type { HttpClient } from "./http-client.js";
import { StreamReply } from "./stream-client.js";
import { pluginPaths, test, type Workplace } from "./workplace.js";

const count = z.number();
const monitored = z.object({
  users: z.array(
    z.object({
      requests: z.object({
        total_requests: count,
        active_requests: count,
        error_count: count,
        cancelled_count: count,
        stream_count: count,
      }),
    }),
  ),
});

function streamingConfig(workplace: Workplace, general: object): Promise<string> {
  return workplace.write("metrics.yml", {
    general: { ...general, front_end: { metrics: true } },
    plugins: [pluginPaths.assistant, pluginPaths.streaming],
    functions: { notepad: { _type: "per_user_notepad" } },
    workflow: { _type: "streaming_workflow" },
  });
}

async function scrape(client: HttpClient): Promise<Scrape> {
  return Scrape.parse((await client.get("/metrics")).text);
}

/** Streams to the end, and resolves to everything that came. */
async function streamed(url: string, user: string, body: object, key?: string): Promise<string> {
  await using reply = await StreamReply.open(url, "/generate/stream", user, body, key);
  await reply.ended();
  return reply.text;
}

describe("GET /metrics", () => {
  test("agrees with what was asked of a real server, down to who was evicted", async ({ workplace }) => {
    const general = { max_resident_users: 1, enable_per_user_monitoring: true };
    const server = await workplace.start({ configFile: await streamingConfig(workplace, general) });
    const { client, url } = server;
    const users = ["alice", "bob", "carol"];
    for (const user of users) {
      await streamed(url, user, { chunks: 2 });
    }
    for (let failures = 0; failures < 2; failures += 1) {
      expect(await streamed(url, "carol", { chunks: 1, outcome: "fail" })).toContain("event: error");
    }
    for (let retries = 0; retries < 3; retries += 1) {
      await streamed(url, "carol", { chunks: 1 }, "the-key");
    }
    for (let cancelled = 0; cancelled < 4; cancelled += 1) {
      const reply = await StreamReply.open(url, "/generate/stream", "carol", { chunks: 1, outcome: "wait" });
      await reply[Symbol.asyncDispose]();
      await expect.poll(async () => (await scrape(client)).value("alcove_runs_in_flight")).toBe(0);
    }
    const { users: residents } = monitored.parse((await client.get("/monitor/users?user_id=carol")).json);
    expect(residents.map(({ requests }) => requests)).toEqual([
      { total_requests: 2, active_requests: 0, error_count: 2, cancelled_count: 4, stream_count: 8 },
    ]);
    expect(await streamed(url, "alice", { chunks: 1, outcome: "fail" })).toContain("event: error");
    expect((await client.generate("alice", { chunks: 1 })).status).toBe(404);
    expect((await client.generate(undefined, { chunks: 1 }, "/generate/stream")).status).toBe(401);

    const { value, text } = await scrape(client);
    expect(value("alcove_runs_total", { kind: "stream", outcome: "completed" })).toBe(4);
    expect(value("alcove_runs_total", { kind: "stream", outcome: "failed" })).toBe(3);
    expect(value("alcove_runs_total", { kind: "stream", outcome: "cancelled" })).toBe(4);
    expect(value("alcove_run_duration_seconds_count", { kind: "stream" })).toBe(11);
    expect(value("alcove_idempotent_replays_total")).toBe(2);
    expect(value("alcove_commits_total")).toBe(4);
    expect(value("alcove_commit_batch_size_sum")).toBe(4);
    expect(value("alcove_session_wakes_total", { origin: "new" })).toBe(3);
    expect(value("alcove_session_wakes_total", { origin: "stored" })).toBe(1);
    expect(value("alcove_session_evictions_total", { reason: "limit" })).toBe(3);
    expect(value("alcove_resident_sessions")).toBe(1);
    expect(value("alcove_store_writable")).toBe(1);
    const requests = (status: string): number =>
      value("alcove_http_requests_total", { method: "POST", route: "/generate/stream", status });
    expect([requests("200"), requests("aborted"), requests("401")]).toEqual([9, 4, 1]);
    for (const secret of [...users, "the-key", "7b031fd4"]) {
      expect(text).not.toContain(secret);
    }
  });

  test("counts runs that wait, and what a cleanup removes", async ({ workplace }) => {
    const general = { per_user_workflow_timeout: "2s", per_user_workflow_cleanup_interval: "200ms" };
    const { client, url } = await workplace.start({ configFile: await streamingConfig(workplace, general) });
    await using first = await StreamReply.open(url, "/generate/stream", "alice", { chunks: 1, outcome: "wait" });
    const waiting = StreamReply.open(url, "/generate/stream", "alice", { chunks: 1 });
    await expect.poll(async () => (await scrape(client)).value("alcove_runs_waiting")).toBe(1);
    await first[Symbol.asyncDispose]();
    await using second = await waiting;
    await second.ended();
    const after = await scrape(client);
    expect(after.value("alcove_runs_waiting")).toBe(0);
    expect(after.value("alcove_run_wait_seconds_count")).toBe(1);
    expect(after.value("alcove_http_open_streams")).toBe(0);
    await expect.poll(async () => (await scrape(client)).value("alcove_swept_entries_total")).toBe(1);
    const swept = await scrape(client);
    expect(swept.value("alcove_session_evictions_total", { reason: "expired" })).toBe(1);
    expect(swept.value("alcove_resident_sessions")).toBe(0);
  });
});
