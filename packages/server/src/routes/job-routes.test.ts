import { AlcoveError } from "@alcove/plugin-api";
import type { ExecutionFollower, ExecutionView } from "@alcove/runtime";
import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import { ServedEcho, startTestServer } from "../test-support/served-echo.js";

let server: ListeningServer | undefined;
afterEach(() => server?.close(100));

const running: ExecutionView = {
  id: "j1",
  kind: "job",
  status: "running",
  createdAtMs: 0,
  updatedAtMs: 0,
  expiresAtMs: undefined,
  pending: undefined,
  result: undefined,
  error: undefined,
};

/** An application with one unfinished execution, and what can become of it. */
class OneExecution extends ServedEcho {
  follower: ExecutionFollower | undefined;
  followers = 0;
  #view: ExecutionView | undefined;

  constructor(view: ExecutionView) {
    super();
    this.#view = view;
    this.executions = {
      ...this.executions,
      submit: async () => view,
      waitFor: async () => view,
      get: async () => this.#found(),
      follow: async (_userId, _id, follower) => {
        this.follower = follower;
        this.followers += 1;
        return { view: this.#found(), unfollow: () => undefined };
      },
    };
  }

  /** Its session is ended. */
  vanish(): void {
    this.#view = undefined;
    this.follower?.onLost(new AlcoveError("EXECUTION_NOT_FOUND", "There is no such job."));
  }

  #found(): ExecutionView {
    if (this.#view === undefined) {
      throw new AlcoveError("EXECUTION_NOT_FOUND", "There is no such job.");
    }
    return this.#view;
  }
}

async function start(view: ExecutionView = running): Promise<{ application: OneExecution; url: string }> {
  const application = new OneExecution(view);
  server = await startTestServer({ application });
  return { application, url: `${server.address}/generate/async` };
}

const cookie = { cookie: "nat-session=alice" };

function submit(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const sent = { ...cookie, "content-type": "application/json", ...headers };
  return fetch(url, { method: "POST", headers: sent, body: '{"job_id":"j1"}' });
}

describe("the submission of a job", () => {
  it("refuses an idempotency key, and points to the id of the job", async () => {
    const { url } = await start();
    const reply = await submit(url, { "idempotency-key": "k1" });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({
      code: "IDEMPOTENCY_UNSUPPORTED",
      message: expect.stringContaining("job_id"),
    });
    expect((await submit(url)).status).toBe(202);
  });

  it("refuses the id of an execution that is no job", async () => {
    const { url } = await start({ ...running, kind: "interactive", status: "waiting" });
    const reply = await submit(url);
    expect(reply.status).toBe(422);
    expect(await reply.json()).toMatchObject({ code: "BODY_INVALID", detail: [{ loc: ["body", "job_id"] }] });
  });
});

describe("the events of a job", () => {
  it("end with an error when the session of the job is ended", async () => {
    const { application, url } = await start();
    const reply = await fetch(`${url}/job/j1/events`, { headers: cookie });
    application.vanish();
    const text = await reply.text();
    expect(text).toContain("event: status");
    expect(text).toMatch(/event: error\ndata: \{"code":"EXECUTION_NOT_FOUND"/);
  });

  it("are not followed for a HEAD, which is answered at once", async () => {
    const { application, url } = await start();
    const reply = await fetch(`${url}/job/j1/events`, { method: "HEAD", headers: cookie });
    expect([reply.status, reply.headers.get("content-type"), application.followers]).toEqual([
      200,
      "text/event-stream; charset=utf-8",
      0,
    ]);
  });
});
