import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { SocketClient } from "../../packages/server/src/test-support/socket-client.js";
import { tokenIdentity, tokenSecrets, victimCredentials } from "./hostile/tokens.js";
import type { Reply } from "./http-client.js";
import type { ServerProcess } from "./server-process.js";
import { SpanCollector } from "./span-collector.js";
import { pluginPaths, Workplace } from "./workplace.js";

/** Somebody who calls the server, and what only the two of them may know. */
interface Caller {
  readonly headers: Readonly<Record<string, string>>;
  /** What the caller says in bodies, headers and queries. */
  readonly said: readonly [body: string, header: string, query: string];
  readonly requestIds: string[];
  readonly replies: string[];
  userId: string;
}

const [signingSecret = ""] = tokenSecrets;
const environment = {
  SIGNING_SECRET: signingSecret,
  SERVICE_API_KEY: "5erv1ce-k3y-7c1f",
  COLLECTOR_TOKEN: "c0llect0r-t0ken-11aa",
};
const cookie = "c00k1e-of-a11ce-90d2";
const operatorKey = "0perat0r-k3y-33c4";
const hidden = [
  ...Object.values(environment),
  ...tokenSecrets,
  ...victimCredentials.map(([, value]) => value),
  cookie,
  operatorKey,
];

const asOperator = { "x-api-key": operatorKey };

const callers: readonly Caller[] = [...victimCredentials, ["cookie", `nat-session=${cookie}`] as const].map(
  ([name, value], index) => ({
    headers: { [name]: value },
    said: [`b0dy-of-${index}-e1`, `h3ader-of-${index}-e2`, `qu3ry-of-${index}-e3`],
    requestIds: [],
    replies: [],
    userId: "",
  }),
);

let workplace: Workplace;
let collector: SpanCollector;
let server: ServerProcess;

/** What stands in a configuration for the value of a variable of the environment. */
function variable(name: keyof typeof environment): string {
  return `\${${name}}`;
}

const providersSchema = z.object({
  providers: z.array(z.looseObject({ _type: z.string(), keys: z.array(z.unknown()).optional() })),
});

function configuration(): object {
  const identity = JSON.stringify(tokenIdentity).replaceAll(signingSecret, variable("SIGNING_SECRET"));
  const { providers } = providersSchema.parse(JSON.parse(identity));
  const sha256 = createHash("sha256").update(operatorKey).digest("hex");
  for (const { _type: type, keys } of providers) {
    if (type === "api_key") {
      keys?.push({ subject: "operator", sha256, roles: ["operator"] });
    }
  }
  const authorization = `Bearer ${variable("COLLECTOR_TOKEN")}`;
  return {
    general: {
      identity: { providers: [...providers, { _type: "session_cookie" }], admins: [{ role: "operator" }] },
      enable_per_user_monitoring: true,
      front_end: { metrics: true },
      telemetry: {
        tracing: {
          kept: { _type: "file", path: "spans.jsonl" },
          collector: { _type: "otlp", endpoint: collector.endpoint, headers: { authorization } },
        },
      },
    },
    plugins: [pluginPaths.telling, pluginPaths.time],
    functions: {
      clock: { _type: "current_datetime" },
      helper: { _type: "telling_helper", api_key: variable("SERVICE_API_KEY") },
    },
    workflow: { _type: "telling_workflow" },
  };
}

async function send(caller: Caller, method: string, path: string, body?: string): Promise<Reply> {
  const { headers, said, requestIds, replies } = caller;
  const requestId = `request-${callers.indexOf(caller)}-${requestIds.length}`;
  requestIds.push(requestId);
  const reply = await server.client.send({
    method,
    path: `${path}?note=${said[2]}`,
    headers: { "content-type": "application/json", "x-request-id": requestId, "x-note": said[1], ...headers },
    ...(body === undefined ? {} : { body }),
  });
  replies.push(`${reply.rawHeaders.join("\n")}\n${reply.text}`);
  return reply;
}

/** Everything a caller can do that ends well, that fails, and that is refused. */
async function callEverything(caller: Caller): Promise<void> {
  const { said, headers } = caller;
  const body = (fields: object): string => JSON.stringify({ said: said[0], ...fields });
  const betrayed = body({ outcome: "betray" });
  expect((await send(caller, "POST", "/generate", body({}))).status).toBe(200);
  expect((await send(caller, "POST", "/generate", betrayed)).status).toBe(422);
  for (const path of ["/generate/stream", "/generate/full", "/v1/workflow"]) {
    await send(caller, "POST", path, body({}));
    await send(caller, "POST", path, betrayed);
  }
  const jobId = `job-of-${callers.indexOf(caller)}`;
  const job = await send(
    caller,
    "POST",
    "/generate/async",
    body({ outcome: "betray", job_id: jobId, sync_timeout: 60 }),
  );
  expect(job.text).toContain("workflow_error");
  for (const other of callers.keys()) {
    await send(caller, "GET", `/generate/async/job/job-of-${other}`);
  }
  await send(caller, "POST", "/generate", body({ outcome: [said[0]] }));
  await send(caller, "POST", "/generate", `{"said":"${said[0]}`);
  await send(caller, "POST", "/nowhere", betrayed);
  const client = await SocketClient.open(server.url, { user: "", headers: { ...headers, "x-note": said[1] } });
  client.ask({ said: said[0], outcome: "betray" });
  await client.answer();
  client.socket.close();
  caller.replies.push(JSON.stringify(client.frames));
  const session = await send(caller, "GET", "/v1/session");
  caller.userId = z.object({ user_id: z.string() }).parse(session.json).user_id;
}

/** What others must not be told of a caller. */
function privateOf({ said, userId }: Caller): readonly string[] {
  return [...said, userId];
}

function assertNone(text: string, secrets: readonly string[]): void {
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
}

beforeAll(async () => {
  workplace = await Workplace.create();
  collector = await SpanCollector.start();
  const configFile = await workplace.write("leaks.yml", configuration());
  server = await workplace.start({ configFile, environment, moreArguments: ["--log_level", "debug"] });
  await Promise.all(callers.map(callEverything));
  await server.client.get(`/nowhere?token=${cookie}`, { "x-api-key": "wr0ng-k3y-55" });
});

afterAll(async () => {
  await workplace.dispose();
  await collector[Symbol.asyncDispose]();
});

describe("what is secret, and what one user says,", () => {
  it("is in no reply to anybody else", () => {
    for (const caller of callers) {
      const others = callers.filter((other) => other !== caller).flatMap(privateOf);
      assertNone(caller.replies.join("\n"), [...hidden, ...others]);
    }
  });

  it("is in no line of the log, and no line about one user names another", () => {
    assertNone(server.printed, [...hidden, ...callers.flatMap(({ said }) => said), "wr0ng-k3y-55"]);
    const lines = server.printed.split("\n");
    for (const caller of callers) {
      const own = lines.filter((line) => caller.requestIds.some((id) => line.includes(`"requestId":"${id}"`)));
      expect(own.length).toBeGreaterThan(caller.requestIds.length);
      const others = callers.filter((other) => other !== caller).map(({ userId }) => userId);
      assertNone(own.join("\n"), others);
    }
  });

  it("is in no span, neither in the file nor at the collector", async () => {
    const seen = () => readFile(join(workplace.folder, "spans.jsonl"), "utf8");
    await expect.poll(seen).toContain("GET /v1/session");
    await expect.poll(() => collector.received).toContain("GET /v1/session");
    expect(collector.authorizations).toEqual([`Bearer ${environment.COLLECTOR_TOKEN}`]);
    for (const text of [await seen(), collector.received]) {
      assertNone(text, [...hidden, ...callers.flatMap(privateOf)]);
    }
  });

  it.each(["/metrics", "/openapi.json", "/docs", "/health", "/ready"])("is not in %s", async (path) => {
    const { status, text } = await server.client.get(path, asOperator);
    expect(status).toBe(200);
    assertNone(text, [...hidden, ...callers.flatMap(privateOf)]);
  });

  it("is not in what operators are told of users, but for their ids", async () => {
    const { status, text } = await server.client.get("/monitor/users", asOperator);
    expect([status, callers.every(({ userId }) => text.includes(userId))]).toEqual([200, true]);
    assertNone(text, [...hidden, ...callers.flatMap(({ said }) => said)]);
  });
});
