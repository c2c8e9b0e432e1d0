import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { workspaceFolder } from "./command-line.js";
import type { HttpClient } from "./http-client.js";
import { test } from "./workplace.js";

const example = (name: string) => join(workspaceFolder, "configs", name);

async function ask(client: HttpClient, path: string, body: unknown): Promise<unknown> {
  const reply = await client.generate("alice", body, path);
  expect(reply.status, reply.text).toBe(200);
  return reply.json;
}

describe("configs/planner.yml", () => {
  test("stamps each user's list by the time zone they have chosen, across restarts", async ({ workplace }) => {
    const before = await workplace.start({ configFile: example("planner.yml") });
    await ask(before.client, "/v1/timezone", { timezone: "Asia/Kathmandu" });
    await before.stop("SIGKILL");

    const { client } = await workplace.start({ configFile: example("planner.yml") });
    const chosen = await client.get("/v1/timezone", { cookie: "nat-session=alice" });
    expect(chosen.json).toEqual({ timezone: "Asia/Kathmandu", is_own: true });
    expect(await ask(client, "/generate", { command: "add", text: "tea" })).toMatchObject({
      items: [{ added_at: expect.stringMatching(/\+05:45$/) }],
    });
    const bobs = await client.generate("bob", { command: "add", text: "coffee" });
    expect(bobs.json).toMatchObject({ items: [{ added_at: expect.stringMatching(/\+00:00$/) }] });
    const refused = await client.generate("alice", { timezone: "Mars/Olympus" }, "/v1/timezone");
    expect(refused.json).toMatchObject({ code: "INPUT_INVALID" });
  });
});

describe("configs/memory.yml", () => {
  test("remembers, finds and forgets what was said, and has a summary of the oldest, across restarts", async ({
    workplace,
  }) => {
    const options = {
      configFile: example("memory.yml"),
      overrides: { "function_groups.memory.max_turns": "2", "function_groups.memory.summarised_at_once": "1" },
    };
    const before = await workplace.start(options);
    for (const content of ["Good morning. It is early", "Tea?", "Yes, tea"]) {
      await ask(before.client, "/v1/memory/append", { role: "user", content });
    }
    await before.stop("SIGKILL");

    const { client } = await workplace.start(options);
    expect(await ask(client, "/v1/memory/recall", {})).toMatchObject({
      turns: [{ content: "Tea?" }, { content: "Yes, tea" }],
      summary: "user: Good morning.",
    });
    expect(await ask(client, "/v1/memory/search", { text: "TEA", limit: 1 })).toMatchObject({
      turns: [{ sequence: 3, content: "Yes, tea" }],
      next: 2,
    });
    expect(await ask(client, "/v1/memory/forget", {})).toEqual({ forgotten: 3, count: 0 });
    expect(await ask(client, "/generate", { command: "stats" })).toMatchObject({ data: { commands_executed: 1 } });
  });
});

describe("configs/http-tools.yml", () => {
  test("fetches from the origin it names, and from no other", async ({ workplace }) => {
    const conditions: (string | undefined)[] = [];
    const server = createServer(({ headers }, response) => {
      conditions.push(headers["if-none-match"]);
      response.setHeader("etag", '"1"').writeHead(headers["if-none-match"] === '"1"' ? 304 : 200);
      response.end("from outside");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const origin = `http://127.0.0.1:${port}`;
      const { client } = await workplace.start({
        configFile: example("http-tools.yml"),
        overrides: {
          "function_groups.web.allowed_origins": JSON.stringify([origin]),
          "function_groups.web.allowed_addresses": '["127.0.0.1"]',
          "function_groups.pages.allowed_origins": JSON.stringify([origin]),
          "function_groups.pages.allowed_addresses": '["127.0.0.1"]',
        },
      });
      expect(await ask(client, "/v1/fetch", { url: origin })).toMatchObject({ status: 200, body: "from outside" });
      for (const _time of ["first", "second"]) {
        expect(await ask(client, "/v1/pages", { url: origin })).toMatchObject({ status: 200, body: "from outside" });
      }
      expect(conditions).toEqual([undefined, undefined, '"1"']);
      const refused = await client.generate("alice", { url: "https://example.org/" }, "/v1/fetch");
      expect([refused.status, refused.json]).toEqual([
        422,
        expect.objectContaining({ code: "workflow_error", details: "UrlNotAllowedError" }),
      ]);
    } finally {
      server.close();
    }
  });
});
