import { createHash } from "node:crypto";
import { connect } from "node:net";
import { startTestAlcove, type TestAlcove, type TestUser } from "@alcove/testing";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { notesConfig, notesPlugin } from "./support/notes-plugin.js";

// The first start loads the whole of Alcove.
vi.setConfig({ testTimeout: 60_000 });

const items = "/plugins/notes/items";
const status = "/plugins/notes/status";
const json = { "content-type": "application/json" };
const coded = z.looseObject({ code: z.string() });
const listed = z.object({ notes: z.array(z.object({ id: z.number(), text: z.string() })), tags: z.array(z.string()) });

function serve(frontEnd: Readonly<Record<string, unknown>> = {}, general: object = {}): Promise<TestAlcove> {
  const config = { general: { front_end: frontEnd, ...general }, ...notesConfig };
  return startTestAlcove({ plugins: [notesPlugin], config, isServed: true });
}

function add(user: TestUser, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return user.fetch(items, { method: "POST", headers: { ...json, ...headers }, body: JSON.stringify(body) });
}

async function textsOf(user: TestUser): Promise<string[]> {
  const reply = await user.fetch(`${items}?limit=50`);
  return listed.parse(await reply.json()).notes.map(({ text }) => text);
}

async function refusal(asked: Promise<Response>): Promise<[number, string]> {
  const reply = await asked;
  return [reply.status, coded.parse(await reply.json()).code];
}

/** Sends the line as it is, which fetch would tidy up, and resolves to the status and the code of what comes back. */
function answerTo({ url }: TestAlcove, line: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(Number(port), hostname);
    socket.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(`${/ (\d{3}) /.exec(text)?.[1]} ${/"code":"(\w+)"/.exec(text)?.[1] ?? ""}`));
    socket.write(`${line} HTTP/1.1\r\nHost: a\r\nCookie: nat-session=mallory\r\nConnection: close\r\n\r\n`);
  });
}

describe("the routes of users", () => {
  it("work on what is whoever's asks, and nobody else's, also after a restart", async () => {
    await using alcove = await serve();
    const [alice, bob] = [alcove.user("alice"), alcove.user("bob")];
    const added = await add(alice, { text: "milk" });
    expect([added.status, await added.json()]).toEqual([201, { id: 1, text: "milk" }]);
    await add(bob, { text: "tea" });
    const removed = await bob.fetch(`${items}/1`, { method: "DELETE" });
    expect([removed.status, await removed.text()]).toEqual([204, ""]);
    await alcove.restart();
    expect([await textsOf(alice), await textsOf(bob)]).toEqual([["milk"], []]);
  });

  it("need an identity before anything is read, and hand functions nothing of the credential", async () => {
    await using alcove = await serve();
    const who = `${alcove.url}/plugins/notes/who/x`;
    expect(await refusal(fetch(who))).toEqual([401, "USER_ID_REQUIRED"]);
    expect(await refusal(fetch(`${alcove.url}${items}`, { method: "POST", body: "no JSON" }))).toEqual([
      401,
      "USER_ID_REQUIRED",
    ]);
    const headers = { authorization: "Bearer secret", "x-api-key": "secret", "x-mine": "yes" };
    const seen = await alcove.user("alice").fetch("/plugins/notes/who/al%2Fice", { headers });
    const told = z.looseObject({ headers: z.record(z.string(), z.string()) }).parse(await seen.json());
    expect(told).toMatchObject({
      name: "al/ice",
      userId: alcove.user("alice").id,
      path: "/plugins/notes/who/al%2Fice",
      headers: { "x-mine": "yes" },
    });
    expect(JSON.stringify(told)).not.toMatch(/secret|nat-session/);
    expect(seen.headers.get("set-cookie")).toBeNull();
  });

  it("store all that a request has changed, or nothing, and take their user's turns", async () => {
    await using alcove = await serve();
    const alice = alcove.user("alice");
    const failed = await add(alice, { text: "lost", fails: true });
    expect([failed.status, await failed.json()]).toEqual([
      422,
      { code: "workflow_error", message: "It was to fail.", details: "RangeError" },
    ]);
    const added = await Promise.all(Array.from({ length: 30 }, (_, index) => add(alice, { text: `${index}` })));
    const ids = await Promise.all(
      added.map(async (reply) => z.object({ id: z.number() }).parse(await reply.json()).id),
    );
    expect(ids.sort((one, other) => one - other)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(await textsOf(alice)).toHaveLength(30);
  });

  it("carry a request with a key out once, and tell another request with the same key from it", async () => {
    await using alcove = await serve();
    const alice = alcove.user("alice");
    const key = { "idempotency-key": "k" };
    await add(alice, { text: "milk" }, key);
    const again = await add(alice, { text: "milk" }, key);
    expect([again.status, again.headers.get("idempotent-replayed"), await again.json()]).toEqual([
      201,
      "true",
      { id: 1, text: "milk" },
    ]);
    expect(await refusal(add(alice, { text: "tea" }, key))).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
    const other = { headers: key };
    expect(await refusal(alice.fetch(`${items}?limit=2`, other))).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
    expect(await textsOf(alice)).toEqual(["milk"]);
  });

  it("say with a code of their own what is not there, and what does not go together", async () => {
    await using alcove = await serve();
    const missing = await alcove.user("alice").fetch(`${items}/7`, { method: "DELETE" });
    expect([missing.status, await missing.json()]).toEqual([
      404,
      { code: "RESOURCE_NOT_FOUND", message: "There is no note 7.", details: null },
    ]);
    const busy = alcove.user("alice").fetch("/plugins/notes/busy", { method: "PUT", headers: json, body: "{}" });
    expect(await refusal(busy)).toEqual([409, "RESOURCE_CONFLICT"]);
  });
});

describe("what a request holds", () => {
  it("is made what the schemas of its route say, in path, query and body", async () => {
    await using alcove = await serve();
    const alice = alcove.user("alice");
    await add(alice, { text: "milk", more: 1 });
    await add(alice, { text: "tea" });
    const reply = await alice.fetch(`${items}?limit=1&tag=a&other=x`);
    expect(await reply.json()).toEqual({ notes: [{ id: 1, text: "milk" }], tags: ["a"] });
    const several = await alice.fetch(`${items}?tag=a&tag=b`);
    expect(listed.parse(await several.json()).tags).toEqual(["a", "b"]);
  });

  it("is refused where the schemas refuse it, saying where", async () => {
    await using alcove = await serve();
    const alice = alcove.user("alice");
    const faultsOf = async (reply: Response) => [
      reply.status,
      z
        .object({ code: z.literal("INPUT_INVALID"), detail: z.array(z.object({ loc: z.array(z.string()) })) })
        .parse(await reply.json())
        .detail.map(({ loc }) => loc.join(".")),
    ];
    expect(await faultsOf(await alice.fetch(`${items}?limit=0`))).toEqual([422, ["query.limit"]]);
    expect(await faultsOf(await alice.fetch(`${items}?limit=1&limit=2`))).toEqual([422, ["query.limit"]]);
    expect(await faultsOf(await add(alice, { text: "" }))).toEqual([422, ["body.text"]]);
    expect(await faultsOf(await add(alice, {}))).toEqual([422, ["body.text"]]);
    expect(await faultsOf(await alice.fetch(`${items}/x`, { method: "DELETE" }))).toEqual([422, ["path.id"]]);
    expect(alcove.application.runtime.sessions.residents()).toEqual([]);
  });

  it("pollutes no prototype, whichever part it comes in", async () => {
    await using alcove = await serve();
    const alice = alcove.user("alice");
    const body = '{"text":"a","__proto__":{"fails":true}}';
    expect(await refusal(alice.fetch(items, { method: "POST", headers: json, body }))).toEqual([422, "BODY_INVALID"]);
    const reply = await alice.fetch(`${items}?__proto__=1&__proto__=2&constructor=x&__proto__[limit]=1&toString=1`);
    expect([reply.status, await reply.json()]).toEqual([200, { notes: [], tags: [] }]);
    const named = await alice.fetch("/plugins/notes/who/__proto__");
    expect(await named.json()).toMatchObject({ name: "__proto__" });
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it("is limited as everywhere, and has to be declared as JSON, so that no form of another page can send it", async () => {
    await using alcove = await serve({ max_body_bytes: 100 });
    const alice = alcove.user("alice");
    expect(await refusal(add(alice, { text: "x".repeat(200) }))).toEqual([413, "BODY_TOO_LARGE"]);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      expect(await refusal(add(alice, { text: "x" }, { "content-type": type }))).toEqual([
        415,
        "MEDIA_TYPE_UNSUPPORTED",
      ]);
    }
    expect(await refusal(alice.fetch("/plugins/notes/busy", { method: "PUT" }))).toEqual([422, "BODY_INVALID"]);
    expect(await textsOf(alice)).toEqual([]);
  });
});

describe("the routes of the public and of operators", () => {
  it("serve anybody without asking who it is, and see nobody", async () => {
    await using alcove = await serve();
    const nobody = { nowMs: alcove.clock.nowMs(), userId: null, isKnown: false };
    expect(await (await fetch(`${alcove.url}${status}`)).json()).toEqual(nobody);
    expect(await (await alcove.user("alice").fetch(status)).json()).toEqual(nobody);
    const conflicting = { cookie: "nat-session=alice; nat-session=bob" };
    expect(await (await fetch(`${alcove.url}${status}`, { headers: conflicting })).json()).toEqual(nobody);
    expect(alcove.application.runtime.sessions.residents()).toEqual([]);
    const keyed = { headers: { "idempotency-key": "k" } };
    expect(await refusal(alcove.user("alice").fetch(status, keyed))).toEqual([400, "IDEMPOTENCY_UNSUPPORTED"]);
  });

  it("serve operators only, where they are for those", async () => {
    const sha256 = createHash("sha256").update("ops-key").digest("hex");
    const keys = [{ subject: "ops", sha256, roles: ["operator"] }];
    const providers = [{ _type: "session_cookie" }, { _type: "api_key", keys }];
    await using alcove = await serve({}, { identity: { providers, admins: [{ role: "operator" }] } });
    const reindex = ({ url }: TestAlcove, headers: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(`${url}/plugins/notes/reindex`, { method: "POST", headers: { ...json, ...headers }, body: "{}" });
    const alice = { cookie: "nat-session=alice" };
    expect(await refusal(reindex(alcove, alice))).toEqual([403, "FORBIDDEN"]);
    expect(await refusal(reindex(alcove, {}))).toEqual([401, "CREDENTIAL_REQUIRED"]);
    const reply = await reindex(alcove, { "x-api-key": "ops-key" });
    expect([reply.status, await reply.json()]).toEqual([202, { userId: null }]);
    // Where nobody is named, nobody may.
    await using nameless = await serve();
    expect(await refusal(reindex(nameless, {}))).toEqual([403, "FORBIDDEN"]);
  });

  it("fail as functions fail, and tell no more", async () => {
    await using alcove = await serve();
    const failed = await fetch(`${alcove.url}/plugins/notes/fails`, { method: "POST", headers: json, body: "{}" });
    expect([failed.status, await failed.json()]).toEqual([
      422,
      { code: "workflow_error", message: "no", details: "RangeError" },
    ]);
  });
});

describe("routes of plugins, as all others,", () => {
  it("are found under the root path too, and only where they are", async () => {
    await using alcove = await serve({ root_path: "/api" });
    expect(await answerTo(alcove, "GET /api/plugins/notes/items")).toBe("200 ");
    const nowhere = "404 ROUTE_NOT_FOUND";
    for (const path of [
      "/plugins/notes/Items",
      "/plugins/Notes/items",
      "/plugins/notes//items",
      "//plugins/notes/items",
      "/plugins/notes/./items",
      "/plugins/notes/x/../items",
      "/plugins/notes/%69tems",
      "/plugins/notes/items%00",
      "/plugins/notes%2fitems",
      "/plugins/notes/who/a/b",
      "/plugins/notes/who/..%2f..%2f/session",
      "/plugins/notes",
      "/plugins/",
      "/items",
    ]) {
      expect([path, await answerTo(alcove, `GET ${path}`)]).toEqual([path, nowhere]);
    }
    expect(await answerTo(alcove, "GET /plugins/notes/../../v1/admin/sessions")).toBe(nowhere);
  });

  it("answer OPTIONS with their methods, and other methods with 405", async () => {
    await using alcove = await serve();
    const alice = alcove.user("alice");
    const options = await alice.fetch(items, { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, POST, OPTIONS"]);
    const patched = await alice.fetch(items, { method: "PATCH", headers: json, body: "{}" });
    expect([patched.status, patched.headers.get("allow")]).toEqual([405, "GET, POST, OPTIONS"]);
    const head = await alice.fetch(items, { method: "HEAD" });
    expect([head.status, head.headers.get("allow")]).toEqual([405, "GET, POST, OPTIONS"]);
    expect(alcove.application.runtime.sessions.residents()).toEqual([]);
    expect(await answerTo(alcove, "TRACE /plugins/notes/items")).toBe("405 METHOD_NOT_ALLOWED");
  });

  it("carry the request id and the security headers, and are counted by their addresses", async () => {
    await using alcove = await serve({ metrics: true });
    const reply = await alcove
      .user("alice")
      .fetch(`${items}/7`, { method: "DELETE", headers: { "x-request-id": "r1" } });
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      "x-request-id": "r1",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringContaining("frame-ancestors"),
    });
    const metrics = await (await fetch(`${alcove.url}/metrics`)).text();
    expect(metrics).toContain(
      'alcove_http_requests_total{method="DELETE",route="/plugins/notes/items/:id",status="404"} 1',
    );
    expect(metrics).toContain('alcove_runs_total{kind="single",outcome="failed"} 1');
  });

  it("are seen in the steps of runs under the name of their set", async () => {
    await using alcove = await serve();
    await add(alcove.user("alice"), { text: "milk" });
    expect(alcove.events.map(({ payload }) => `${payload.eventType} ${payload.name}`)).toEqual(
      expect.arrayContaining(["FUNCTION_START mine POST /items", "FUNCTION_START notes__add"]),
    );
  });

  it("are given up when they take longer than a run may", async () => {
    await using alcove = await serve({}, { run_timeout: "50ms" });
    const reply = alcove.user("alice").fetch("/plugins/notes/wait");
    await vi.waitFor(() => expect(alcove.application.runtime.figures.runsInFlight()).toBe(1));
    alcove.clock.advance(1_000);
    expect(await refusal(reply)).toEqual([504, "RUN_TIMED_OUT"]);
    expect(await textsOf(alcove.user("alice"))).toEqual([]);
  });
});
