import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { describe, expect } from "vitest";
import { z } from "zod";
import { alcoveScript, childEnvironment, nodeBinary } from "./command-line.js";
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

describe("a plugin that misbehaves", () => {
  test("by never finishing its start does not keep the process from being stopped", async ({ workplace }) => {
    const configFile = await workplace.write("hanging.yml", {
      general: { store: { path: workplace.storePath } },
      plugins: [pluginPaths.hanging],
      workflow: { _type: "hanging_workflow" },
    });
    const child = spawn(nodeBinary, [alcoveScript, "serve", "--config_file", configFile, "--port", "0"], {
      cwd: workplace.folder,
      env: childEnvironment(),
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    try {
      await expect.poll(() => existsSync(`${workplace.storePath}.holder.json`), { timeout: 20_000 }).toBe(true);
      child.kill("SIGTERM");
      expect((await ended)[0]).toBe(1);
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("by throwing where nobody catches it ends the server in order, with a log line that says why", async ({
    workplace,
  }) => {
    const configFile = await workplace.write("stray.yml", {
      plugins: [pluginPaths.hanging],
      workflow: { _type: "stray_error_workflow" },
    });
    const server = await workplace.start({ configFile });
    await server.client.generate("alice", {});
    expect(await server.ended()).toBe(1);
    expect(server.printed).toContain("nobody catches this");
    expect(server.printed).not.toContain("hunter2");
    expect(existsSync(`${workplace.storePath}.holder.json`)).toBe(false);
  });
});
