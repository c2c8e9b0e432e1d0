import { describe, expect } from "vitest";
import { z } from "zod";
import { note } from "./assistant-client.js";
import type { HttpClient } from "./http-client.js";
import { test } from "./workplace.js";

const moment = z.iso.datetime({ offset: true });

// Strict objects, whose keys zod reports in the order of the document: the order is compared below.
const monitorReply = z.strictObject({
  timestamp: moment,
  total_active_users: z.number(),
  users: z.array(
    z.strictObject({
      user_id: z.uuid(),
      session: z.strictObject({
        created_at: moment,
        last_activity: moment,
        ref_count: z.number(),
        is_active: z.boolean(),
      }),
      requests: z.strictObject({
        total_requests: z.number(),
        active_requests: z.number(),
        avg_latency_ms: z.number(),
        error_count: z.number(),
        cancelled_count: z.number(),
        stream_count: z.number(),
        p50_latency_ms: z.number(),
        p95_latency_ms: z.number(),
        p99_latency_ms: z.number(),
      }),
      memory: z.strictObject({
        per_user_functions_count: z.number(),
        per_user_function_groups_count: z.number(),
        exit_stack_size: z.number(),
        state_characters: z.number(),
      }),
    }),
  ),
});

const aliceId = "7b031fd4-714b-598e-b755-a517d069edc5";
const bobId = "e0d43398-5fc8-5c1d-95d5-d39399e69f51";

async function monitor(client: HttpClient, query = "") {
  const reply = await client.get(`/monitor/users${query}`);
  expect(reply.status).toBe(200);
  const parsed = monitorReply.parse(reply.json);
  // Parsing puts the keys into the order of the schema; the reply has to have had it already.
  expect(reply.text).toBe(JSON.stringify(parsed));
  return parsed;
}

describe("GET /monitor/users", () => {
  test("is empty before anybody has called", async ({ workplace }) => {
    const { client } = await workplace.start();
    expect(await monitor(client)).toMatchObject({ total_active_users: 0, users: [] });
  });

  test("shows the residents in the order in which they woke up", async ({ workplace }) => {
    const { client } = await workplace.start();
    await note(client, "alice", "add", "one");
    await note(client, "bob", "list");
    await note(client, "alice", "add", "two");
    const { users, total_active_users } = await monitor(client);
    expect(total_active_users).toBe(2);
    expect(users.map(({ user_id }) => user_id)).toEqual([aliceId, bobId]);
    expect(users[0]).toMatchObject({
      session: { ref_count: 0, is_active: false },
      requests: { total_requests: 2, active_requests: 0, error_count: 0 },
      memory: { per_user_functions_count: 2, per_user_function_groups_count: 0, exit_stack_size: 3 },
    });
    expect(users[0]?.requests.avg_latency_ms).toBeGreaterThan(0);
    const { created_at = "", last_activity = "" } = users[0]?.session ?? {};
    expect(Date.parse(last_activity)).toBeGreaterThanOrEqual(Date.parse(created_at));
  });

  test.for([aliceId, "alice"])("finds a user by %s", async (id, { workplace }) => {
    const { client } = await workplace.start();
    await note(client, "alice", "list");
    await note(client, "bob", "list");
    const { users, total_active_users } = await monitor(client, `?user_id=${id}`);
    expect(users.map(({ user_id }) => user_id)).toEqual([aliceId]);
    expect(total_active_users).toBe(1);
  });

  test("shows nobody for an unknown user, and wakes nobody up", async ({ workplace }) => {
    const { client } = await workplace.start();
    await note(client, "alice", "list");
    expect(await monitor(client, "?user_id=carol")).toMatchObject({ total_active_users: 0, users: [] });
    expect((await monitor(client)).users).toHaveLength(1);
  });

  test("does not exist unless it is switched on", async ({ workplace }) => {
    const { client } = await workplace.start({ overrides: { "general.enable_per_user_monitoring": "false" } });
    const reply = await client.get("/monitor/users");
    expect({ status: reply.status, body: reply.json }).toMatchObject({
      status: 404,
      body: { code: "ROUTE_NOT_FOUND" },
    });
  });

  test("answers POST with 405", async ({ workplace }) => {
    const { client } = await workplace.start();
    expect((await client.send({ method: "POST", path: "/monitor/users" })).status).toBe(405);
  });
});
