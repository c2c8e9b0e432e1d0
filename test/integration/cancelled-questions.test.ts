import { startTestAlcove, type TestUser } from "@alcove/testing";
import { expect, it, vi } from "vitest";
import { z } from "zod";
import { executionsPlugin, Stage } from "./support/executions-plugin.js";

// The first start loads the whole of Alcove.
vi.setConfig({ testTimeout: 60_000 });

const config = {
  general: { front_end: { max_executions_per_user: 1 } },
  workflow: { _type: "order" },
};
const asked = z.object({ execution_id: z.string(), status_url: z.string() });

function post(user: TestUser, path: string, body: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return user.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
}

it("a question that nobody answers can be given up by whoever was asked, and makes room", async () => {
  const plugin = executionsPlugin(new Stage());
  await using alcove = await startTestAlcove({ plugins: [plugin], config, isServed: true });
  const [alice, bob] = [alcove.user("alice"), alcove.user("bob")];
  const question = await post(alice, "/v1/workflow", { item: "tea", asks: 1 });
  expect(question.status).toBe(202);
  const { status_url: url } = asked.parse(await question.json());
  expect((await post(alice, "/generate/async", { item: "jam" })).status).toBe(503);
  expect((await bob.fetch(url, { method: "DELETE" })).status).toBe(404);
  for (const method of ["DELETE", "GET", "DELETE"]) {
    const reply = await alice.fetch(url, { method });
    expect([reply.status, await reply.json()]).toMatchObject([
      200,
      { status: "failed", error: { code: "RUN_ABORTED" } },
    ]);
  }
  expect((await post(alice, "/generate/async", { item: "jam" })).status).toBe(202);
});

it("HEAD on the events of a job is answered while the job runs", async () => {
  const stage = new Stage();
  await using alcove = await startTestAlcove({ plugins: [executionsPlugin(stage)], config, isServed: true });
  const alice = alcove.user("alice");
  await post(alice, "/generate/async", { item: "tea", waits: true, job_id: "mine" });
  const head = await alice.fetch("/generate/async/job/mine/events", { method: "HEAD" });
  expect([head.status, head.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
  expect(await head.text()).toBe("");
  stage.open("tea");
});
