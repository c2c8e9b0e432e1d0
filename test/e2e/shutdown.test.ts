import { describe, expect } from "vitest";
import { z } from "zod";
import type { HttpClient } from "./http-client.js";
import { pluginPaths, test, type Workplace } from "./workplace.js";

const activeRequests = z.object({ users: z.array(z.object({ requests: z.object({ active_requests: z.number() }) })) });

/** A workflow whose calls take as long as they are told to. */
function slowConfig(workplace: Workplace): Promise<string> {
  return workplace.write("slow.yml", {
    general: { enable_per_user_monitoring: true },
    plugins: [pluginPaths.assistant, pluginPaths.fragile],
    functions: { notepad: { _type: "per_user_notepad" } },
    workflow: { _type: "fragile_workflow" },
  });
}

async function untilActive(client: HttpClient, count: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const { users } = activeRequests.parse((await client.get("/monitor/users")).json);
        return users.reduce((sum, { requests }) => sum + requests.active_requests, 0);
      },
      { timeout: 10_000, interval: 20 },
    )
    .toBe(count);
}

describe("SIGTERM", () => {
  test("lets a call in flight end, answers it and keeps what it did", async ({ workplace }) => {
    const configFile = await slowConfig(workplace);
    const server = await workplace.start({ configFile });
    const reply = server.client.generate("alice", { amount: 5, outcome: "wait", wait_ms: 1_500 });
    await untilActive(server.client, 1);
    server.signal("SIGTERM");
    expect((await reply).text).toBe('{"total":5,"notes":["plus 5"]}');
    expect(await server.ended()).toBe(0);

    const { client } = await workplace.start({ configFile });
    expect((await client.generate("alice", { amount: 1 })).json).toMatchObject({ total: 6 });
  });

  test("ends a server whose clients keep their connections open", async ({ workplace }) => {
    const server = await workplace.start();
    await server.client.generate("alice", { command: "stats" });
    server.signal("SIGTERM");
    expect(await server.ended()).toBe(0);
  });

  test("does not wait longer than the configuration allows", async ({ workplace }) => {
    const configFile = await slowConfig(workplace);
    const server = await workplace.start({ configFile, overrides: { "general.shutdown_timeout": "1" } });
    const reply = server.client.generate("alice", { amount: 5, outcome: "wait", wait_ms: 60_000 });
    const outcome = reply.then(
      ({ status }) => status,
      () => "broken connection",
    );
    await untilActive(server.client, 1);
    const askedAt = performance.now();
    server.signal("SIGTERM");
    expect(await outcome).not.toBe(200);
    await server.ended();
    expect(performance.now() - askedAt).toBeLessThan(8_000);

    const { client } = await workplace.start({ configFile });
    expect((await client.generate("alice", { amount: 1 })).json).toMatchObject({ total: 1 });
  });
});
