import { join } from "node:path";
import { describe, expect } from "vitest";
import { z } from "zod";
import { workspaceFolder } from "./command-line.js";
import { test } from "./workplace.js";

const todoReply = z.object({ items: z.array(z.object({ text: z.string(), added_at: z.string() })) });

describe("an application with middleware", () => {
  test("limits, checks and remembers for each user apart, over HTTP and across kinds of routes", async ({
    workplace,
  }) => {
    const { client } = await workplace.start({
      configFile: join(workspaceFolder, "configs/middleware.yml"),
      overrides: { "middleware.steady.max_calls": "3", "middleware.steady.per": "1h", "middleware.stamp.ttl": "1h" },
    });
    const add = (user: string, text: string) => client.generate(user, { command: "add", text });

    const [first] = todoReply.parse((await add("alice", "water the plants")).json).items;
    const [second] = todoReply.parse((await add("alice", "write to Bob")).json).items;
    expect(second?.text).toBe("write to Bob");
    // One call of the clock stamps both.
    expect(second?.added_at).toBe(first?.added_at);

    const long = await add("alice", "x".repeat(201));
    expect(long.status).toBe(422);
    expect(long.json).toMatchObject({ message: expect.stringContaining("text") });

    const refused = await add("alice", "one more");
    expect(refused.status).toBe(429);
    expect(refused.json).toMatchObject({ code: "FUNCTION_RATE_LIMITED" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    const stream = await client.send({
      method: "POST",
      path: "/generate/stream",
      headers: { cookie: "nat-session=alice", "content-type": "application/json" },
      body: JSON.stringify({ command: "list" }),
    });
    expect(stream.text).toContain("FUNCTION_RATE_LIMITED");

    const [bobs] = todoReply.parse((await add("bob", "my own")).json).items;
    expect(bobs?.text).toBe("my own");
    expect(bobs?.added_at).not.toBe(second?.added_at);
  });
});
