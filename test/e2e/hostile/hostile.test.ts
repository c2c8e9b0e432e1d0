import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { note, notesOf } from "../assistant-client.js";
import type { ServerProcess } from "../server-process.js";
import { Workplace } from "../workplace.js";
import { bodyCases } from "./bodies.js";
import { cookieCases } from "./cookies.js";
import { executionCases } from "./executions.js";
import { framingCases } from "./framing.js";
import { headerCases } from "./headers.js";
import { answersIn, exchange, type HostileAnswer, inShort } from "./hostile-answers.js";
import type { HostileCase, HostileClass, Victim } from "./hostile-case.js";
import { ownershipCases } from "./ownership.js";
import { pathCases } from "./paths.js";
import { tokenCases, tokenIdentity, tokenSecrets, victimCredentials } from "./tokens.js";
import { webSocketCases } from "./web-sockets.js";

const LEAST_CASES = 200;
const LEAST_CASES_OF_A_CLASS = 20;

const classes: Record<HostileClass, readonly HostileCase[]> = {
  cookies: cookieCases,
  headers: headerCases,
  tokens: tokenCases,
  bodies: bodyCases,
  paths: pathCases,
  framing: framingCases,
  "web-sockets": webSocketCases,
  ownership: [...ownershipCases, ...executionCases],
};

const secret = "only the victim may read this, and it is 4711";
const victim: Victim = {
  cookie: "v1c71m-c00k1e-7f3a9b",
  userId: "4d3f4a5e-0000-5000-8000-000000000000",
  idempotencyKey: "order-4711",
  body: '{"command":"note","action":"list","param1":"of the victim"}',
  runId: "0b9d4c5e-2222-4333-8444-555566667777",
  conversationId: "talk-of-the-victim",
  jobId: "5e1ec7ed-1111-4222-8333-444455556666",
};
/** What betrays how or where the server is built. */
const inside = /node_modules|\.[jt]s:\d+|\bat (?:async )?[\w.<>]+ \(|\/packages\/|\/tmp\/|\.sqlite/;

let workplace: Workplace;
let server: ServerProcess;
/** Knows users by their credentials only. */
let strictServer: ServerProcess;
let known: Victim;
let figuresBefore: Figures;
let logLengthBefore: number;

interface Figures {
  readonly handles: number;
}

beforeAll(async () => {
  workplace = await Workplace.create();
  server = await workplace.start({
    moreArguments: ["--log_level", "debug"],
    overrides: {
      "general.front_end.limits.headers_timeout": "2s",
      "general.front_end.limits.request_timeout": "2s",
      "general.enable_per_user_monitoring": "true",
    },
  });
  await note(server.client, victim.cookie, "add", secret);
  const stored = await server.client.send({
    method: "POST",
    path: "/generate",
    headers: {
      "content-type": "application/json",
      cookie: `nat-session=${victim.cookie}`,
      "idempotency-key": victim.idempotencyKey,
      "workflow-run-id": victim.runId,
      "conversation-id": victim.conversationId,
    },
    body: victim.body,
  });
  expect(stored.status).toBe(200);
  expect(stored.text).toContain(secret);
  const job = await server.client.generate(
    victim.cookie,
    { command: "note", action: "list", job_id: victim.jobId, sync_timeout: 60 },
    "/v1/workflow/async",
  );
  expect([job.status, job.text]).toEqual([200, expect.stringContaining(secret)]);
  const { user_id } = (await server.client.get("/v1/session", { cookie: `nat-session=${victim.cookie}` })).json as {
    user_id: string;
  };
  strictServer = await workplace.start({
    moreArguments: ["--log_level", "debug"],
    overrides: {
      "general.identity": JSON.stringify(tokenIdentity),
      "general.store.path": join(workplace.folder, "strict.sqlite"),
    },
  });
  known = { ...victim, userId: user_id };
  figuresBefore = await figures();
  logLengthBefore = server.printed.length;
});

afterAll(() => workplace.dispose());

async function figures(): Promise<Figures> {
  return { handles: (await readdir(`/proc/${server.pid}/fd`)).length };
}

/** What has to hold of every reply, whatever was sent. */
function assertHarmless(answer: HostileAnswer, { text, bytes }: { text: string; bytes: string }): void {
  expect(text).not.toContain(secret);
  const betrayed = inside.exec(text)?.[0] ?? "";
  expect(bytes, "a reply may quote what was sent, and nothing else of that kind").toContain(betrayed);
  for (const credential of tokenSecrets) {
    expect(text).not.toContain(credential);
  }
  if (answer.status >= 200) {
    expect(answer.status).toBeLessThan(500);
    expect(answer.headers.get("x-request-id")).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.has("set-cookie")).toBe(false);
  }
}

describe.each(Object.entries(classes))("hostile %s", (name, cases) => {
  it.concurrent.each(cases.map((hostile) => [hostile.name, hostile] as const))(
    "%s",
    async (_name, { bytes, answers, matching }) => {
      const sent = typeof bytes === "string" ? bytes : bytes(known);
      const text = await exchange((name === "tokens" ? strictServer : server).url, sent);
      const found = answersIn(text);
      expect(found.map(inShort)).toEqual(answers);
      for (const answer of found) {
        assertHarmless(answer, { text, bytes: sent });
      }
      if (matching !== undefined) {
        expect(text).toMatch(matching);
      }
    },
  );
});

describe("after all of them", () => {
  it("the server answers, and the victim has what the victim had", async () => {
    expect((await server.client.get("/health")).status).toBe(200);
    expect(await notesOf(server.client, victim.cookie)).toEqual([secret]);
    const again = await server.client.send({
      method: "POST",
      path: "/generate",
      headers: {
        "content-type": "application/json",
        cookie: `nat-session=${victim.cookie}`,
        "idempotency-key": victim.idempotencyKey,
      },
      body: victim.body,
    });
    expect([again.status, again.headers["idempotent-replayed"]]).toEqual([200, "true"]);
    expect(again.text).toContain(secret);
  });

  it("the victim's job is as it was", async () => {
    const path = `/v1/workflow/async/job/${victim.jobId}`;
    const { status, json } = await server.client.get(path, { cookie: `nat-session=${victim.cookie}` });
    expect([status, json]).toMatchObject([200, { job_id: victim.jobId, status: "success" }]);
    expect(JSON.stringify(json)).toContain(secret);
  });

  it("the log tells of no fault of the server, no secret, and nothing of how it is built", () => {
    const logged = server.printed.slice(logLengthBefore);
    expect(logged).not.toMatch(/"level":"(?:error|warn|fatal)"|\b(?:ERROR|WARN)\b/);
    expect(logged).not.toMatch(/\bat (?:async )?[\w.<>]+ \(|\.[jt]s:\d+/);
    expect(server.printed).not.toContain(secret);
    expect(server.printed).not.toContain(victim.cookie);
  });

  it("whoever has a right credential gets in, and the log holds none of any", async () => {
    for (const [name, value] of victimCredentials) {
      const reply = await strictServer.client.send({
        method: "POST",
        path: "/generate",
        headers: { "content-type": "application/json", [name]: value },
        body: '{"command":"stats"}',
      });
      expect(reply.status).toBe(200);
    }
    for (const credential of [...tokenSecrets, victimCredentials.at(-1)?.[1] ?? "Basic"]) {
      expect(strictServer.printed).not.toContain(credential);
    }
    expect(strictServer.printed).not.toMatch(/"level":"(?:error|fatal)"|\bat (?:async )?[\w.<>]+ \(/);
  });

  it("nothing is held open", async () => {
    await expect.poll(async () => (await figures()).handles).toBeLessThanOrEqual(figuresBefore.handles + 2);
  });
});

describe("the cases", () => {
  it("are distinct, and as many as were promised", () => {
    const all = Object.values(classes).flat();
    const sent = all.map(({ bytes }) => (typeof bytes === "string" ? bytes : bytes(victim)));
    expect(new Set(sent).size).toBe(sent.length);
    expect(sent.length).toBeGreaterThanOrEqual(LEAST_CASES);
    for (const cases of Object.values(classes)) {
      expect(cases.length).toBeGreaterThanOrEqual(LEAST_CASES_OF_A_CLASS);
    }
  });
});
