import { describe, expect } from "vitest";
import { z } from "zod";
import type { HttpClient, Reply } from "./http-client.js";
import type { ServerProcess } from "./server-process.js";
import { StreamReply } from "./stream-client.js";
import { pluginPaths, test, type Workplace } from "./workplace.js";

interface Behaviour {
  readonly type?: "order" | "resumable_order";
  readonly hangs?: boolean;
}

async function serve(workplace: Workplace, { type = "order", hangs = false }: Behaviour = {}): Promise<ServerProcess> {
  const configFile = await workplace.write("asking.yml", {
    plugins: [pluginPaths.asking],
    workflow: { _type: type, hangs },
  });
  return workplace.start({ configFile });
}

const question = z.object({
  execution_id: z.string(),
  status_url: z.string(),
  status: z.literal("interaction_required"),
  interaction_id: z.string(),
  prompt: z.looseObject({ input_type: z.string(), text: z.string() }),
  response_url: z.string(),
});

function send(client: HttpClient, user: string, method: string, path: string, body?: object): Promise<Reply> {
  const headers = { cookie: `nat-session=${user}`, ...(body && { "content-type": "application/json" }) };
  return client.send({ method, path, headers, ...(body && { body: JSON.stringify(body) }) });
}

async function statusOf(client: HttpClient, user: string, path: string): Promise<unknown> {
  return z.object({ status: z.string() }).parse((await send(client, user, "GET", path)).json).status;
}

const answer = (option: string) => ({ response: { type: "radio", selected_option: { id: option } } });
const yes = { response: { type: "binary_choice", selected_option: { id: "yes", value: "yes" } } };

describe("a job", () => {
  test("is submitted, asked after, followed and cancelled by its owner, and by nobody else", async ({ workplace }) => {
    const { client, url } = await serve(workplace);
    const submitted = await client.generate("alice", { item: "tea", sync_timeout: 0 }, "/v1/workflow/async");
    expect(submitted.status).toBe(202);
    const { job_id } = z.object({ job_id: z.string(), status: z.literal("submitted") }).parse(submitted.json);
    const path = `/v1/workflow/async/job/${job_id}`;
    await expect.poll(() => statusOf(client, "alice", path)).toBe("success");
    expect((await send(client, "alice", "GET", path)).json).toEqual({
      job_id,
      status: "success",
      error: null,
      error_code: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      expires_at: expect.any(String),
      output: { orders: ["tea"] },
    });
    for (const method of ["GET", "DELETE"]) {
      expect((await send(client, "bob", method, path)).json).toMatchObject({ code: "EXECUTION_NOT_FOUND" });
    }
    expect((await send(client, "bob", "GET", `${path}/events`)).status).toBe(404);
    const again = await client.generate("alice", { item: "jam", job_id }, "/generate/async");
    expect([again.status, again.json]).toMatchObject([200, { status: "success", output: { orders: ["tea"] } }]);
    const waited = await client.generate("alice", { item: "jam", sync_timeout: 60 }, "/generate/async");
    expect([waited.status, waited.json]).toMatchObject([200, { output: { orders: ["tea", "jam"] } }]);
    const invalid = await client.generate("alice", { item: "jam", expiry_seconds: 1 }, "/generate/async");
    expect([invalid.status, invalid.json]).toMatchObject([422, { detail: [{ loc: ["body", "expiry_seconds"] }] }]);
    const events = await StreamReply.follow(url, `${path}/events`, "alice");
    expect((await events.ended()).records).toEqual([
      [
        ["event", "status"],
        ["data", expect.stringContaining(job_id)],
      ],
    ]);
  });

  test("that runs when the process is killed is interrupted, and one that waits is begun after the restart", async ({
    workplace,
  }) => {
    const first = await serve(workplace, { hangs: true });
    const running = { item: "tea", job_id: "running" };
    const waiting = { item: "jam", job_id: "waiting" };
    await first.client.generate("alice", running, "/generate/async");
    await expect.poll(() => statusOf(first.client, "alice", "/generate/async/job/running")).toBe("running");
    await first.client.generate("alice", waiting, "/generate/async");
    await first.stop("SIGKILL");
    const { client } = await serve(workplace);
    expect((await send(client, "alice", "GET", "/generate/async/job/running")).json).toMatchObject({
      status: "interrupted",
      error_code: "EXECUTION_INTERRUPTED",
    });
    await expect.poll(() => statusOf(client, "alice", "/generate/async/job/waiting")).toBe("success");
    expect((await client.generate("alice", { item: "cake" })).json).toEqual({ orders: ["jam", "cake"] });
  });

  test("of a resumable workflow is begun again when the process was killed in the middle of it", async ({
    workplace,
  }) => {
    const first = await serve(workplace, { type: "resumable_order", hangs: true });
    await first.client.generate("alice", { item: "tea", job_id: "j" }, "/generate/async");
    await expect.poll(() => statusOf(first.client, "alice", "/generate/async/job/j")).toBe("running");
    await first.stop("SIGKILL");
    const { client } = await serve(workplace, { type: "resumable_order" });
    await expect.poll(() => statusOf(client, "alice", "/generate/async/job/j")).toBe("success");
    expect((await client.generate("alice", { item: "jam" })).json).toEqual({ orders: ["tea", "jam"] });
  });

  test("can be cancelled, and goes with its session", async ({ workplace }) => {
    const { client } = await serve(workplace, { hangs: true });
    const path = "/generate/async/job/j";
    await client.generate("alice", { item: "tea", job_id: "j" }, "/generate/async");
    await expect.poll(() => statusOf(client, "alice", path)).toBe("running");
    expect((await send(client, "alice", "DELETE", path)).json).toMatchObject({ status: "interrupted" });
    await client.generate("alice", { item: "jam", job_id: "k" }, "/generate/async");
    expect((await send(client, "alice", "DELETE", "/v1/session")).status).toBe(204);
    for (const id of ["j", "k"]) {
      expect((await send(client, "alice", "GET", `/generate/async/job/${id}`)).status).toBe(404);
    }
  });
});

describe("a run that asks a person", () => {
  test("answers with the question, and goes on when it is answered by its owner", async ({ workplace }) => {
    const { client } = await serve(workplace);
    const asked = await client.generate("alice", { item: "tea", asks: true }, "/v1/workflow");
    expect(asked.status).toBe(202);
    const first = question.parse(asked.json);
    expect(first.prompt).toEqual({
      input_type: "radio",
      text: "Which size?",
      timeout: null,
      error: null,
      options: [
        { id: "1", label: "small", value: "small", description: "" },
        { id: "2", label: "large", value: "large", description: "" },
      ],
    });
    const post = (user: string, path: string, body: object) => send(client, user, "POST", path, body);
    expect((await post("bob", first.response_url, answer("2"))).status).toBe(404);
    expect((await send(client, "bob", "GET", first.status_url)).status).toBe(404);
    expect((await post("alice", first.response_url, answer("3"))).json).toMatchObject({
      code: "INTERACTION_RESPONSE_INVALID",
    });
    expect((await post("alice", first.response_url, {})).json).toMatchObject({ code: "BODY_INVALID" });
    expect((await post("alice", first.response_url, answer("2"))).status).toBe(204);
    expect((await post("alice", first.response_url, answer("2"))).status).toBe(400);
    await expect.poll(() => statusOf(client, "alice", first.status_url)).toBe("interaction_required");
    const second = question
      .omit({ status_url: true })
      .parse((await send(client, "alice", "GET", first.status_url)).json);
    expect(second.prompt.text).toBe("A large tea?");
    expect((await post("alice", second.response_url, yes)).status).toBe(204);
    await expect.poll(() => statusOf(client, "alice", first.status_url)).toBe("completed");
    expect((await send(client, "alice", "GET", first.status_url)).json).toEqual({
      execution_id: first.execution_id,
      status: "completed",
      result: { orders: ["large tea"] },
    });
    expect((await client.generate("alice", { item: "tea", asks: true })).json).toMatchObject({
      code: "INTERACTION_UNSUPPORTED",
    });
  });

  test("fails with a conflict when the session has changed meanwhile, and changes nothing", async ({ workplace }) => {
    const { client } = await serve(workplace);
    const first = question.parse((await client.generate("alice", { item: "tea", asks: true }, "/v1/workflow")).json);
    await client.generate("alice", { item: "jam" });
    const late = await send(client, "alice", "POST", first.response_url, answer("1"));
    expect([late.status, late.json]).toMatchObject([409, { code: "SESSION_CHANGED" }]);
    expect((await send(client, "alice", "GET", first.status_url)).json).toMatchObject({
      status: "failed",
      error: { code: "SESSION_CHANGED" },
    });
    expect((await client.generate("alice", { item: "cake" })).json).toEqual({ orders: ["jam", "cake"] });
  });

  test("is answered after the process was killed, on the state as it is then, when it is resumable", async ({
    workplace,
  }) => {
    const before = await serve(workplace, { type: "resumable_order" });
    const asked = await before.client.generate("alice", { item: "tea", asks: true }, "/v1/workflow");
    const first = question.parse(asked.json);
    await before.stop("SIGKILL");
    const { client } = await serve(workplace, { type: "resumable_order" });
    await client.generate("alice", { item: "jam" });
    expect(await statusOf(client, "alice", first.status_url)).toBe("interaction_required");
    expect((await send(client, "bob", "POST", first.response_url, answer("1"))).status).toBe(404);
    expect((await send(client, "alice", "POST", first.response_url, answer("1"))).status).toBe(204);
    await expect.poll(() => statusOf(client, "alice", first.status_url)).toBe("interaction_required");
    const { response_url } = z
      .looseObject({ response_url: z.string() })
      .parse((await send(client, "alice", "GET", first.status_url)).json);
    expect((await send(client, "alice", "POST", response_url, yes)).status).toBe(204);
    await expect.poll(() => statusOf(client, "alice", first.status_url)).toBe("completed");
    expect((await client.generate("alice", { item: "cake" })).json).toEqual({ orders: ["jam", "small tea", "cake"] });
  });

  test("is interrupted when the process was killed and it is not resumable", async ({ workplace }) => {
    const before = await serve(workplace);
    const asked = await before.client.generate("alice", { item: "tea", asks: true }, "/v1/workflow");
    const first = question.parse(asked.json);
    await before.stop("SIGKILL");
    const { client } = await serve(workplace);
    expect((await send(client, "alice", "GET", first.status_url)).json).toMatchObject({
      status: "failed",
      error: { code: "EXECUTION_INTERRUPTED" },
    });
    expect((await send(client, "alice", "POST", first.response_url, answer("1"))).status).toBe(400);
    expect((await client.generate("alice", { item: "cake" })).json).toEqual({ orders: ["cake"] });
  });

  test("streams the question, and the result after the answer", async ({ workplace }) => {
    const { client, url } = await serve(workplace);
    const stream = await StreamReply.open(url, "/v1/workflow/full?filter_steps=none", "alice", {
      item: "tea",
      asks: true,
    });
    const questions = () =>
      stream.records
        .filter(([first]) => first?.[1] === "interaction_required")
        .map((record) => z.object({ response_url: z.string() }).parse(JSON.parse(record[1]?.[1] ?? "")).response_url);
    for (const [index, response] of [answer("1"), yes].entries()) {
      await expect.poll(() => questions().length).toBe(index + 1);
      expect((await send(client, "alice", "POST", questions()[index] ?? "", response)).status).toBe(204);
    }
    const records = (await stream.ended()).records.filter(([first]) => first?.[0] === "data");
    expect(records).toEqual([[["data", String.raw`{"value":"{\"orders\":[\"small tea\"]}"}`]]]);
  });
});
