import type { ResidentFigures } from "@alcove/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import { userIdOfSessionCookie } from "../identity/user-id.js";
import { ServedEcho, startTestServer } from "../test-support/served-echo.js";

const alice = userIdOfSessionCookie("alice");
const bob = userIdOfSessionCookie("bob");
let server: ListeningServer;

function resident(userId: string, openSessions: number): ResidentFigures {
  return {
    userId,
    createdAtMs: Date.UTC(2026, 10, 20, 15),
    lastActivityAtMs: Date.UTC(2026, 10, 20, 16, 30, 1, 5),
    openSessions,
    totalRuns: 3,
    averageLatencyMs: 1.23456,
    latencyPercentiles: { p50Ms: 1, p95Ms: 2.345678, p99Ms: 3 },
    errorCount: 1,
    cancelledCount: 2,
    streamCount: 4,
    stateCharacters: 321,
    functionsCount: 2,
    groupsCount: 0,
    resourcesCount: 3,
  };
}

beforeAll(async () => {
  const application = new ServedEcho({ residents: [resident(alice, 1), resident(bob, 0)] });
  server = await startTestServer({ application, enablePerUserMonitoring: true });
});

afterAll(() => server.close(100));

async function monitor(query = ""): Promise<string> {
  return (await fetch(`${server.address}/monitor/users${query}`)).text();
}

async function monitoredUsers(query: string): Promise<readonly string[]> {
  const { users } = JSON.parse(await monitor(query)) as { users: { user_id: string }[] };
  return users.map((user) => user.user_id);
}

describe("monitored users", () => {
  it("have the reference's fields in the reference's order, and others behind them", async () => {
    expect(await monitor("?user_id=alice")).toBe(
      JSON.stringify({
        timestamp: "2026-11-20T16:57:00.000Z",
        total_active_users: 1,
        users: [
          {
            user_id: alice,
            session: {
              created_at: "2026-11-20T15:00:00.000Z",
              last_activity: "2026-11-20T16:30:01.005Z",
              ref_count: 1,
              is_active: true,
            },
            requests: {
              total_requests: 3,
              active_requests: 1,
              avg_latency_ms: 1.23,
              error_count: 1,
              cancelled_count: 2,
              stream_count: 4,
              p50_latency_ms: 1,
              p95_latency_ms: 2.35,
              p99_latency_ms: 3,
            },
            memory: {
              per_user_functions_count: 2,
              per_user_function_groups_count: 0,
              exit_stack_size: 3,
              state_characters: 321,
            },
          },
        ],
      }),
    );
  });

  it.each([
    ["", [alice, bob]],
    [`?user_id=${bob}`, [bob]],
    ["?user_id=bob", [bob]],
    ["?user_id=mallory", []],
    ["?user_id=", []],
    ["?user_id=alice&user_id=bob", [bob]],
    ["?user_id=bob&user_id=mallory", []],
  ])("are chosen by %j", async (query, expected) => {
    expect(await monitoredUsers(query)).toEqual(expected);
  });
});
