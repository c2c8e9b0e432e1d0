import { setTimeout as pause } from "node:timers/promises";
import { describe, expect } from "vitest";
import { note } from "./assistant-client.js";
import { test } from "./workplace.js";

const TIMEOUT_MS = 3_000;
const overrides = {
  "general.per_user_workflow_timeout": String(TIMEOUT_MS / 1_000),
  "general.per_user_workflow_cleanup_interval": "1",
};

describe("a session whose timeout is three seconds", () => {
  test("is empty again after them", async ({ workplace }) => {
    const { client } = await workplace.start({ overrides });
    await note(client, "alice", "add", "soon gone");
    await pause(TIMEOUT_MS + 100);
    expect((await note(client, "alice", "list")).data).toEqual({ notes: [], count: 0, commands_executed: 1 });
  });

  test("is empty again after them when the server was down while they passed", async ({ workplace }) => {
    const before = await workplace.start({ overrides });
    await note(before.client, "alice", "add", "soon gone");
    const repliedAt = Date.now();
    await before.stop("SIGKILL");
    await pause(TIMEOUT_MS + 100 - (Date.now() - repliedAt));
    const { client } = await workplace.start({ overrides });
    expect((await note(client, "alice", "list")).data).toEqual({ notes: [], count: 0, commands_executed: 1 });
  });

  test("is not given more time by a restart", async ({ workplace }) => {
    const before = await workplace.start({ overrides });
    await note(before.client, "alice", "add", "soon gone");
    const repliedAt = Date.now();
    await before.stop();
    const { client } = await workplace.start({ overrides });
    await pause(Math.max(0, TIMEOUT_MS + 100 - (Date.now() - repliedAt)));
    expect((await note(client, "alice", "list")).data.commands_executed).toBe(1);
  });

  test("stays while it is used", async ({ workplace }) => {
    const { client } = await workplace.start({ overrides });
    await note(client, "carol", "add", "kept");
    for (let turn = 2; turn <= 6; turn += 1) {
      await pause(TIMEOUT_MS / 3);
      expect((await note(client, "carol", "list")).data).toEqual({
        notes: ["kept"],
        count: 1,
        commands_executed: turn,
      });
    }
  });
});
