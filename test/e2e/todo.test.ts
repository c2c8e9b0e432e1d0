import { join } from "node:path";
import { describe, expect } from "vitest";
import { z } from "zod";
import { workspaceFolder } from "./command-line.js";
import type { HttpClient } from "./http-client.js";
import { test } from "./workplace.js";

const configFile = join(workspaceFolder, "configs/todo.yml");

const todoReply = z.strictObject({
  success: z.boolean(),
  message: z.string(),
  items: z.array(
    z.strictObject({
      id: z.number(),
      text: z.string(),
      done: z.boolean(),
      added_at: z.iso.datetime({ offset: true }),
      completed_at: z.iso.datetime({ offset: true }).optional(),
      due_at: z.iso.datetime({ offset: true }).optional(),
    }),
  ),
});

async function say(client: HttpClient, user: string, input: Readonly<Record<string, unknown>>) {
  const reply = await client.generate(user, input);
  expect(reply.status).toBe(200);
  return todoReply.parse(reply.json);
}

describe("the to-do list", () => {
  test("is the same one over its own routes, found and described as those of the server", async ({ workplace }) => {
    const { client } = await workplace.start({ configFile });
    await say(client, "alice", { command: "add", text: "water the plants" });
    const listed = await client.get("/plugins/todo/items", { cookie: "nat-session=alice" });
    expect(listed.json).toMatchObject({ items: [{ id: 1, text: "water the plants" }] });
    const ofBob = await client.send({
      method: "DELETE",
      path: "/plugins/todo/items/1",
      headers: { cookie: "nat-session=bob" },
    });
    expect([ofBob.status, ofBob.json]).toEqual([404, expect.objectContaining({ code: "RESOURCE_NOT_FOUND" })]);
    expect((await say(client, "alice", { command: "list" })).items).toHaveLength(1);
    expect(workplace.latest.printed).toMatch(/Route DELETE http:\/\/\S+\/plugins\/todo\/items\/:id/);
  });

  test("adds, lists, completes and removes items, each user their own, across restarts", async ({ workplace }) => {
    const before = await workplace.start({ configFile });
    const added = await say(before.client, "alice", { command: "add", text: "water the plants" });
    expect(added).toMatchObject({ success: true, items: [{ id: 1, done: false }] });
    await say(before.client, "alice", { command: "add", text: "write to Bob" });
    await say(before.client, "alice", { command: "complete", id: 1 });
    await say(before.client, "alice", { command: "remove", id: 2 });
    await before.stop("SIGKILL");

    const { client } = await workplace.start({ configFile });
    const { items } = await say(client, "alice", { command: "list" });
    expect(items).toMatchObject([{ id: 1, text: "water the plants", done: true, completed_at: expect.any(String) }]);
    const next = await say(client, "alice", { command: "add", text: "a new one" });
    expect(next.items[0]?.id).toBe(3);
    expect((await say(client, "bob", { command: "list" })).items).toEqual([]);
  });

  test("tells what is due, the most urgent first", async ({ workplace }) => {
    const { client } = await workplace.start({ configFile });
    await say(client, "alice", { command: "add", text: "far off", due_at: "2126-01-01T00:00:00Z" });
    await say(client, "alice", { command: "add", text: "late", due_at: "2020-01-01T09:00:00+01:00" });
    await say(client, "alice", { command: "add", text: "later than late", due_at: "2020-01-01T08:30:00Z" });
    const { items } = await say(client, "alice", { command: "due" });
    expect(items.map(({ text }) => text)).toEqual(["late", "later than late"]);
    const unclear = await client.generate("alice", { command: "add", text: "some time", due_at: "tomorrow" });
    expect(unclear.json).toMatchObject({ code: "INPUT_INVALID" });
  });

  test("refuses what it does not understand, and changes nothing", async ({ workplace }) => {
    const { client } = await workplace.start({ configFile });
    for (const input of [
      { command: "add" },
      { command: "complete" },
      { command: "remove", id: 1 },
      { command: "sing" },
    ]) {
      expect((await say(client, "alice", input)).success).toBe(false);
    }
    expect((await say(client, "alice", { command: "list" })).message).toBe("0 items, 0 open");
  });

  test("does not meet the sessions of another application in the same store", async ({ workplace }) => {
    const todo = await workplace.start({ configFile });
    await say(todo.client, "alice", { command: "add", text: "kept" });
    await todo.stop();
    const assistant = await workplace.start();
    expect((await assistant.client.generate("alice", { command: "stats" })).text).toContain('"commands_executed":1');
    await assistant.stop();
    const { client } = await workplace.start({ configFile });
    expect((await say(client, "alice", { command: "list" })).items).toHaveLength(1);
  });

  test("is stamped by the clock of the configured time zone", async ({ workplace }) => {
    const { client } = await workplace.start({
      configFile,
      overrides: { "functions.current_datetime.timezone": "Asia/Kathmandu" },
    });
    const { items } = await say(client, "alice", { command: "add", text: "tea" });
    expect(items[0]?.added_at).toMatch(/\+05:45$/);
  });
});
