import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { mountSmallFileSystem, reasonAgainstMounting } from "../reliability/faults/small-file-system.js";
import { reasonAgainstTracing } from "../reliability/faults/system-calls.js";
import { note } from "./assistant-client.js";
import type { HttpClient } from "./http-client.js";
import { test } from "./workplace.js";

/** What the server says about itself: the status and the code of `/ready`, and the status of `/health`. */
async function condition(client: HttpClient): Promise<unknown[]> {
  const ready = await client.get("/ready");
  const { code, status } = ready.json as { code?: string; status?: string };
  return [ready.status, code ?? status, (await client.get("/health")).status];
}

const patience = { timeout: 20_000, interval: 100 };

describe("GET /ready", () => {
  test("tells a full disk, and the room that is made on it, without a restart", async ({ workplace, skip }) => {
    const reason = reasonAgainstMounting();
    skip(reason !== undefined, reason);
    const disk = join(workplace.folder, "disk");
    await mkdir(disk);
    const unmount = mountSmallFileSystem(disk, 4);
    try {
      const { client } = await workplace.start({
        overrides: { "general.store.path": join(disk, "sessions.sqlite") },
      });
      await note(client, "alice", "add", "before");
      expect(await condition(client)).toEqual([200, "ready", 200]);

      const { bavail, bsize } = await statfs(disk);
      await writeFile(join(disk, "ballast"), Buffer.alloc(bavail * bsize));
      // The first few writes may find room in what the store has taken before.
      const refused = async (): Promise<number> =>
        (await client.generate("alice", { command: "note", action: "add", param1: "x".repeat(2_000) })).status;
      await expect.poll(refused, patience).toBe(507);
      await expect.poll(() => condition(client), patience).toEqual([503, "STORE_FULL", 200]);

      await rm(join(disk, "ballast"));
      await expect.poll(() => condition(client), patience).toEqual([200, "ready", 200]);
      expect((await note(client, "alice", "add", "after")).success).toBe(true);
      await workplace.latest.stop();
    } finally {
      await workplace.latest.stop("SIGKILL");
      unmount();
    }
  });

  test("tells a disk that fails to sync, and that it does so no more", async ({ workplace, skip }) => {
    const reason = reasonAgainstTracing();
    skip(reason !== undefined, reason);
    const { client, pid } = await workplace.start();
    await note(client, "alice", "add", "before");
    const tracer = spawn(
      "strace",
      ["-f", "-p", `${pid}`, "-o", "/dev/null", "-e", "inject=fsync,fdatasync:error=EIO"],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    const ended = once(tracer, "exit");
    await once(tracer.stderr, "data");
    expect((await client.generate("alice", { command: "stats" })).json).toMatchObject({ code: "OUTCOME_UNKNOWN" });
    expect(await condition(client)).toEqual([503, "OUTCOME_UNKNOWN", 200]);
    tracer.kill("SIGINT");
    await ended;
    await expect.poll(() => condition(client), patience).toEqual([200, "ready", 200]);
    expect((await note(client, "alice", "add", "after")).success).toBe(true);
  });

  test("says 503 from the signal to stop on, while calls are still served for the configured delay", async ({
    workplace,
  }) => {
    const server = await workplace.start({ overrides: { "general.shutdown_delay": "2" } });
    const { client } = server;
    expect(await condition(client)).toEqual([200, "ready", 200]);
    server.signal("SIGTERM");
    await expect.poll(() => condition(client), { interval: 20 }).toEqual([503, "SHUTTING_DOWN", 200]);
    expect((await note(client, "alice", "add", "late")).success).toBe(true);
    expect(await server.ended()).toBe(0);
  });
});
