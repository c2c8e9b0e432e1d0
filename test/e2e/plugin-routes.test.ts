import { describe, expect } from "vitest";
import { z } from "zod";
import { HttpClient } from "./http-client.js";
import { named, newTrace, SpanCollector, treeBelow } from "./span-collector.js";
import { pluginPaths, test, type Workplace } from "./workplace.js";

const amounts = "/plugins/fragile/totals/groceries/amounts";
const activeRequests = z.object({ total_active_users: z.number(), users: z.array(z.object({}).loose()) });

/** A workflow, and a plugin's route that takes as long as it is told to. */
function configuration(workplace: Workplace, general: object = {}): Promise<string> {
  return workplace.write("routes.yml", {
    general: { enable_per_user_monitoring: true, ...general },
    plugins: [pluginPaths.assistant, pluginPaths.fragile],
    functions: { notepad: { _type: "per_user_notepad" }, counter: { _type: "fragile_workflow" } },
    http_routes: { totals: { _type: "fragile_routes" } },
    workflow: { _type: "fragile_workflow" },
  });
}

/** Waits until the route works for the one user there is. */
async function untilInFlight(client: HttpClient): Promise<void> {
  const figures = async () => activeRequests.parse((await client.get("/monitor/users")).json).users;
  await expect.poll(figures, { timeout: 10_000, interval: 20 }).toMatchObject([{ requests: { active_requests: 1 } }]);
}

/** What a request gets that comes over a connection of its own: a status, or why there is no reply. */
async function newcomer(url: string, user: string, path: string): Promise<number | string> {
  const client = new HttpClient(url);
  try {
    return (await client.generate(user, { amount: 1 }, path)).status;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  } finally {
    client.close();
  }
}

describe("a plugin's route while the server stops", () => {
  test("answers the request that was in flight at SIGTERM, and keeps what it did", async ({ workplace }) => {
    const configFile = await configuration(workplace);
    const server = await workplace.start({ configFile });
    const reply = server.client.generate("alice", { amount: 5, wait_ms: 1_500 }, amounts);
    await untilInFlight(server.client);
    server.signal("SIGTERM");
    const { status, json, headers } = await reply;
    expect([status, json, headers["connection"]]).toEqual([200, { total: 5 }, "close"]);
    expect(await server.ended()).toBe(0);

    const { client } = await workplace.start({ configFile });
    expect((await client.generate("alice", { amount: 1 }, amounts)).json).toEqual({ total: 6 });
  });

  test("takes new requests as long as the workflow's route does, and no longer", async ({ workplace }) => {
    const configFile = await configuration(workplace, { shutdown_delay: "2s" });
    const server = await workplace.start({ configFile });
    const inFlight = server.client.generate("alice", { amount: 5, wait_ms: 6_000 }, amounts);
    await untilInFlight(server.client);
    server.signal("SIGTERM");
    await expect
      .poll(async () => (await server.client.get("/ready")).json, { interval: 20 })
      .toMatchObject({ code: "SHUTTING_DOWN" });
    const both = () => Promise.all([newcomer(server.url, "bob", amounts), newcomer(server.url, "carol", "/generate")]);
    expect(await both()).toEqual([200, 200]);
    await expect.poll(both, { timeout: 10_000, interval: 50 }).toEqual(["ECONNREFUSED", "ECONNREFUSED"]);
    expect((await inFlight).json).toEqual({ total: 5 });
    expect(await server.ended()).toBe(0);
  });

  test("is told that the server stops where it takes longer than it may, and keeps nothing", async ({ workplace }) => {
    const configFile = await configuration(workplace, { shutdown_timeout: "500ms" });
    const server = await workplace.start({ configFile });
    const [onRoute, onWorkflow] = [amounts, "/generate"].map((path, index) =>
      server.client.generate(`user-${index}`, { amount: 5, outcome: "wait", wait_ms: 60_000 }, path),
    );
    const active = async () => activeRequests.parse((await server.client.get("/monitor/users")).json).users;
    const busy = { requests: { active_requests: 1 } };
    await expect.poll(active, { timeout: 10_000, interval: 20 }).toMatchObject([busy, busy]);
    server.signal("SIGTERM");
    const replies = await Promise.all([onRoute, onWorkflow]);
    expect(replies.map((reply) => [reply?.status, reply?.json])).toEqual(
      Array.from(replies, () => [503, expect.objectContaining({ code: "OUTCOME_UNKNOWN" })]),
    );
  });
});

describe("the span of a request to a plugin's route", () => {
  test("is named and described by the route as it is declared, and holds its run", async ({ workplace }) => {
    await using collector = await SpanCollector.start();
    const tracing = { collector: { _type: "otlp", endpoint: collector.endpoint } };
    const configFile = await configuration(workplace, { telemetry: { tracing } });
    const { client } = await workplace.start({ configFile });
    const { traceId, spanId, traceparent } = newTrace();
    const reply = await client.send({
      method: "POST",
      path: amounts,
      headers: { "content-type": "application/json", cookie: "nat-session=alice", traceparent },
      body: '{"amount":1}',
    });
    const route = "/plugins/fragile/totals/:name/amounts";
    await expect.poll(() => collector.spansOf(traceId).map(({ name }) => name)).toContain(`POST ${route}`);
    const spans = collector.spansOf(traceId);
    const declared = "totals POST /totals/{name}/amounts";
    expect(treeBelow(spanId, spans)).toEqual({
      [`POST ${route}`]: {
        [`invoke_agent ${declared}`]: {
          [declared]: { "execute_tool counter": { "execute_tool notepad": {} } },
          commit: {},
        },
      },
    });
    expect(named(spans, `invoke_agent ${declared}`).attributes).toMatchObject({ "gen_ai.agent.name": declared });
    expect(named(spans, `POST ${route}`).attributes).toEqual({
      "http.request.method": "POST",
      "http.route": route,
      "http.response.status_code": 200,
      "url.scheme": "http",
      "alcove.request.id": reply.headers["x-request-id"],
    });
    expect(collector.received).not.toContain("groceries");
  });
});
