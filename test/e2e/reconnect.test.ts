import { describe, expect } from "vitest";
import { z } from "zod";
import type { ServerProcess } from "./server-process.js";
import { StreamReply } from "./stream-client.js";
import { pluginPaths, test, type Workplace } from "./workplace.js";

const graceSeconds = 2;
const paths = ["/generate/stream", "/generate/full", "/v1/workflow/stream", "/v1/workflow/full"];
const unnumbered = /^id: .*\n/gm;

async function serve(workplace: Workplace): Promise<ServerProcess> {
  const configFile = await workplace.write("reconnect.yml", {
    general: {
      enable_per_user_monitoring: true,
      front_end: {
        reconnect_grace: graceSeconds,
        endpoints: [{ function_name: "finishing", path: "/v1/finishing" }],
      },
    },
    plugins: [pluginPaths.assistant, pluginPaths.streaming],
    functions: { notepad: { _type: "per_user_notepad" }, finishing: { _type: "finishing_workflow" } },
    workflow: { _type: "streaming_workflow" },
  });
  return workplace.start({ configFile });
}

async function runsOf({ client }: ServerProcess, user: string): Promise<number> {
  const reply = await client.get("/v1/session", { cookie: `nat-session=${user}` });
  return z.object({ runs: z.number() }).parse(reply.json).runs;
}

async function activeRuns({ client }: ServerProcess): Promise<number> {
  const requests = z.object({ active_requests: z.number() });
  const { users } = z
    .object({ users: z.array(z.object({ requests })) })
    .parse((await client.get("/monitor/users")).json);
  return users.reduce((sum, user) => sum + user.requests.active_requests, 0);
}

async function codeOf(reply: StreamReply): Promise<unknown> {
  await reply.ended();
  return [reply.status, z.object({ code: z.string() }).parse(JSON.parse(reply.text)).code];
}

describe("a client that loses its stream", () => {
  test("is served as if it had not, when it comes back in time, and by nobody else's stream", async ({ workplace }) => {
    const server = await serve(workplace);
    const { url } = server;
    const body = { chunks: 30, pauseMs: 20 };
    const all = Array.from({ length: 30 }, (_, index) => index + 1);

    // On every route the frames are those of a reply that was not interrupted, and there is one commit.
    const shown = (text: string): string =>
      text
        .replace(unnumbered, "")
        .replace(/^:.*\n\n/gm, "")
        .replace(/^\n/gm, "")
        .replace(/^intermediate_data:.*$/gm, "a step");
    await Promise.all(
      paths.map(async (path, index) => {
        const whole = await (await StreamReply.open(url, path, `whole-${index}`, body)).ended();
        const user = `user-${index}`;
        const first = await StreamReply.open(url, path, user, body);
        await expect.poll(() => first.totals.length).toBeGreaterThan(5);
        first.leave();
        await first.ended();
        const stranger = await StreamReply.comeBack(url, path, `whole-${index}`, body, first.lastEventId);
        expect(await codeOf(stranger)).toEqual([404, "STREAM_NOT_FOUND"]);
        const second = await StreamReply.comeBack(url, path, user, body, first.lastEventId);
        await expect.poll(() => second.totals.length).toBeGreaterThan(5);
        second.leave();
        await second.ended();
        const third = await (await StreamReply.comeBack(url, path, user, body, second.lastEventId)).ended();
        expect([...first.totals, ...second.totals, ...third.totals]).toEqual(all);
        const received = [first, second, third].map(wholeFramesOf).join("");
        expect(shown(received)).toBe(shown(whole.text));
        expect(await runsOf(server, user)).toBe(1);
        const none = await (await StreamReply.comeBack(url, path, user, body, third.lastEventId)).ended();
        expect([none.status, none.text]).toEqual([204, ""]);
      }),
    );

    // Too late: the run was aborted, and nothing of it is stored.
    const late = { chunks: 3, outcome: "wait" };
    const left = await StreamReply.open(url, "/generate/stream", "late", late);
    await expect.poll(() => left.totals).toEqual([1, 2]);
    left.leave();
    await expect.poll(() => activeRuns(server), { timeout: 10_000 }).toBe(0);
    expect(await codeOf(await StreamReply.comeBack(url, "/generate/stream", "late", late, left.lastEventId))).toEqual([
      404,
      "STREAM_NOT_FOUND",
    ]);
    const next = await (await StreamReply.open(url, "/generate/stream", "late", { chunks: 1 })).ended();
    expect([next.totals, await runsOf(server, "late")]).toEqual([[1], 1]);

    // A run that is declared to finish does so without its client, and is there for it after its end.
    const long = { chunks: 30, pauseMs: (graceSeconds * 1_500) / 30 };
    const leaving = await StreamReply.open(url, "/v1/finishing/stream", "finisher", long);
    await expect.poll(() => leaving.totals).toContain(1);
    leaving.leave();
    await leaving.ended();
    await expect.poll(() => activeRuns(server), { timeout: 20_000 }).toBe(0);
    expect(await runsOf(server, "finisher")).toBe(1);
    const back = await StreamReply.comeBack(url, "/v1/finishing/stream", "finisher", long, leaving.lastEventId);
    await back.ended();
    expect([...leaving.totals, ...back.totals]).toEqual(all);

    // The next process knows nothing of the stream, says so, and runs nothing.
    const restarted = await StreamReply.open(url, "/generate/stream", "restart", late);
    await expect.poll(() => restarted.totals).toEqual([1, 2]);
    restarted.leave();
    server.signal("SIGTERM");
    expect(await server.ended()).toBe(0);
    const second = await serve(workplace);
    const lost = await StreamReply.comeBack(second.url, "/generate/stream", "restart", late, restarted.lastEventId);
    expect(await codeOf(lost)).toEqual([404, "STREAM_NOT_FOUND"]);
    expect(await runsOf(second, "finisher")).toBe(1);
    expect((await second.client.get("/v1/session", { cookie: "nat-session=restart" })).status).toBe(404);
  }, 60_000);
});

/** What has come of a reply up to its last whole frame. */
function wholeFramesOf({ text }: StreamReply): string {
  return text.slice(0, text.lastIndexOf("\n\n") + 2);
}
