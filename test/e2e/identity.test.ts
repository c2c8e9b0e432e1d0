import { createHash, createHmac, generateKeyPairSync, randomBytes, scryptSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { userIdOfSessionCookie } from "@alcove/server";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { z } from "zod";
import type { HttpClient, Reply } from "./http-client.js";
import type { ServerProcess } from "./server-process.js";
import { test, type Workplace } from "./workplace.js";

const issuer = "https://login.example";
const secret = "a-secret-of-more-than-32-bytes-0123456789";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const otherRsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const sha256 = (key: string): string => createHash("sha256").update(key).digest("hex");
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A password's hash, as the documentation says to make one. */
function hashOf(password: string): string {
  const salt = randomBytes(16);
  const text = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");
  return `$scrypt$ln=14,r=8,p=1$${text(salt)}$${text(scryptSync(password, salt, 32))}`;
}

/** A token as RFC 7515 writes it, made without the library that checks it. */
function tokenOf(claims: object, { key = rsa.privateKey, alg = "RS256", kid = "a" } = {}): string {
  const content = `${encoded({ alg, kid })}.${encoded(claims)}`;
  const { sign } = process.getBuiltinModule("node:crypto");
  return `${content}.${sign("sha256", Buffer.from(content), key).toString("base64url")}`;
}

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const good = () => ({ iss: issuer, aud: "alcove", sub: "alice", exp: nowSeconds() + 600, roles: ["reader"] });

const command = z.object({ data: z.object({ notes: z.array(z.string()) }) });

function call(
  client: HttpClient,
  headers: Readonly<Record<string, string>>,
  action = "list",
  text = "",
): Promise<Reply> {
  return client.send({
    method: "POST",
    path: "/generate",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ command: "note", action, param1: text }),
  });
}

const notesIn = ({ json }: Reply): readonly string[] => command.parse(json).data.notes;
const codeOf = ({ status, json }: Reply): unknown[] => [status, z.object({ code: z.string() }).parse(json).code];
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const operator = { "x-api-key": "ops-key" };
const password = { authorization: `Basic ${Buffer.from("zoe:pass:word").toString("base64")}` };

let keyServer: Server;
let keys: string;

beforeAll(async () => {
  keyServer = createServer((_, response) => {
    response.end(JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: "jwk" }), kid: "a", alg: "RS256" }] }));
  }).listen(0, "127.0.0.1");
  await once(keyServer, "listening");
  keys = `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/keys`;
});

afterAll(() => new Promise((resolve) => keyServer.close(resolve)));

const issuedCookie = { _type: "issued_cookie", secrets: [secret], secure: false };

function start(workplace: Workplace, providers: readonly object[]): Promise<ServerProcess> {
  return workplace.start({
    overrides: {
      "general.identity.providers": JSON.stringify(providers),
      "general.identity.admins": JSON.stringify([{ role: "operator" }]),
    },
  });
}

describe("verified identities", () => {
  test("keep the rooms of every issuer apart, and let nobody in with less", async ({ workplace }) => {
    const { client, printed } = await start(workplace, [
      { _type: "jwt", issuer, audience: "alcove", jwks_url: keys, roles_claim: "roles" },
      {
        _type: "api_key",
        keys: [
          { subject: "alice", sha256: sha256("alice-key") },
          { subject: "ops", sha256: sha256("ops-key"), roles: ["operator"] },
        ],
      },
      { _type: "basic", users: [{ subject: "zoe", password: hashOf("pass:word") }] },
      { _type: "session_cookie" },
    ]);
    const credentials = {
      token: bearer(tokenOf(good())),
      key: { "x-api-key": "alice-key" },
      password,
      cookie: { cookie: "nat-session=alice" },
    };
    for (const [name, headers] of Object.entries(credentials)) {
      expect((await call(client, headers, "add", `by ${name}`)).status).toBe(200);
    }
    for (const [name, headers] of Object.entries(credentials)) {
      expect(notesIn(await call(client, headers))).toEqual([`by ${name}`]);
    }
    const forged = `${encoded({ alg: "HS256", kid: "a" })}.${encoded(good())}`;
    const publicKey = rsa.publicKey.export({ type: "spki", format: "pem" });
    const wrong: Record<string, Readonly<Record<string, string>>> = {
      "an expired token": bearer(tokenOf({ ...good(), exp: nowSeconds() - 60 })),
      "a token of tomorrow": bearer(tokenOf({ ...good(), nbf: nowSeconds() + 600 })),
      "a token for another audience": bearer(tokenOf({ ...good(), aud: "other" })),
      "a token of another issuer": bearer(tokenOf({ ...good(), iss: "https://evil.example" })),
      "a token signed by somebody else": bearer(tokenOf(good(), { key: otherRsa.privateKey })),
      "a token of an unknown key": bearer(tokenOf(good(), { kid: "b" })),
      "a token of another algorithm": bearer(tokenOf(good(), { alg: "PS256" })),
      "a token without algorithm": bearer(`${encoded({ alg: "none", kid: "a" })}.${encoded(good())}.`),
      "a token signed with the public key": bearer(
        `${forged}.${createHmac("sha256", publicKey).update(forged).digest("base64url")}`,
      ),
      "an unknown key": { "x-api-key": "other" },
      "a wrong password": { authorization: `Basic ${Buffer.from("zoe:word").toString("base64")}` },
      "a wrong key beside a cookie": { "x-api-key": "other", cookie: "nat-session=alice" },
    };
    for (const [what, headers] of Object.entries(wrong)) {
      const reply = await call(client, headers);
      expect([what, ...codeOf(reply)]).toEqual([what, 401, "CREDENTIAL_INVALID"]);
      expect(reply.headers["www-authenticate"]).toContain('Bearer realm="alcove", error="invalid_token"');
    }
    const two = await call(client, { ...credentials.token, cookie: "nat-session=alice" });
    expect(codeOf(two)).toEqual([400, "IDENTITY_CONFLICT"]);
    for (const clear of ["alice-key", "pass:word", "eyJ"]) {
      expect(printed).not.toContain(clear);
    }
  });

  test("tell operators from users", async ({ workplace }) => {
    const { client } = await start(workplace, [
      {
        _type: "api_key",
        keys: [
          { subject: "alice", sha256: sha256("alice-key") },
          { subject: "ops", sha256: sha256("ops-key"), roles: ["operator"] },
        ],
      },
    ]);
    const user = { "x-api-key": "alice-key" };
    await call(client, user, "add", "private");
    const list = (headers: Readonly<Record<string, string>>, query = "") =>
      client.get(`/v1/admin/sessions${query}`, headers);
    expect(codeOf(await list({}))).toEqual([401, "CREDENTIAL_REQUIRED"]);
    expect(codeOf(await list(user))).toEqual([403, "FORBIDDEN"]);
    expect(codeOf(await client.get("/monitor/users", user))).toEqual([403, "FORBIDDEN"]);
    const listed = await list(operator);
    expect(listed.text).not.toContain("private");
    const { sessions, next } = z
      .object({ sessions: z.array(z.looseObject({ user_id: z.string() })), next: z.null() })
      .parse(listed.json);
    expect([sessions.length, next]).toEqual([1, null]);
    expect(sessions[0]).toMatchObject({ runs: 1, is_resident: true, damaged: null });
    const own = `/v1/admin/sessions/${sessions[0]?.user_id}`;
    const evict = () => client.send({ method: "POST", path: `${own}/evict`, headers: operator });
    expect((await evict()).json).toEqual({ was_resident: true });
    expect((await evict()).json).toEqual({ was_resident: false });
    expect((await list(operator)).json).toMatchObject({ sessions: [{ is_resident: false }] });
    expect(notesIn(await call(client, user))).toEqual(["private"]);
    const remove = () => client.send({ method: "DELETE", path: own, headers: operator });
    expect((await remove()).status).toBe(204);
    expect(codeOf(await remove())).toEqual([404, "SESSION_NOT_FOUND"]);
    expect(notesIn(await call(client, user))).toEqual([]);
    await call(client, operator, "add", "another");
    const first = z.object({ next: z.string() }).parse((await list(operator, "?limit=1")).json);
    expect((await list(operator, `?limit=1&after=${encodeURIComponent(first.next)}`)).json).toMatchObject({
      sessions: [{ runs: 1 }],
    });
  });

  test("give a cookie to whoever has no name, which outlives a restart, and a revocation does too", async ({
    workplace,
  }) => {
    const providers = [
      issuedCookie,
      { _type: "api_key", keys: [{ subject: "ops", sha256: sha256("ops-key"), roles: ["operator"] }] },
    ];
    const server = await start(workplace, providers);
    const first = await call(server.client, {}, "add", "mine");
    const [set = ""] = first.headers["set-cookie"] ?? [];
    expect(set).toMatch(/^alcove-session=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    const cookie = { cookie: set.split(";")[0] ?? "" };
    expect(notesIn(await call(server.client, {}))).toEqual([]);
    await server.stop();
    const restarted = await start(workplace, providers);
    const again = await call(restarted.client, cookie);
    expect([notesIn(again), again.headers["set-cookie"]]).toEqual([["mine"], undefined]);
    const revoked = await restarted.client.send({ method: "DELETE", path: "/v1/identity/cookie", headers: cookie });
    expect([revoked.status, revoked.headers["set-cookie"]?.[0]]).toEqual([204, expect.stringMatching(/Max-Age=0;/)]);
    expect(codeOf(await call(restarted.client, cookie))).toEqual([401, "CREDENTIAL_INVALID"]);
    await restarted.stop("SIGKILL");
    const { client } = await start(workplace, providers);
    expect(codeOf(await call(client, cookie))).toEqual([401, "CREDENTIAL_INVALID"]);
    const other = await call(client, {}, "add", "other");
    const otherCookie = { cookie: other.headers["set-cookie"]?.[0]?.split(";")[0] ?? "" };
    const session = z.object({ user_id: z.string() }).parse((await client.get("/v1/session", otherCookie)).json);
    const path = `/v1/admin/sessions/${session.user_id}/revoke`;
    expect((await client.send({ method: "POST", path, headers: operator })).status).toBe(204);
    expect(codeOf(await call(client, otherCookie))).toEqual([401, "CREDENTIAL_INVALID"]);
    const { json } = await client.get("/v1/admin/sessions", operator);
    // Revocations are stored, and no sessions.
    expect(z.object({ sessions: z.array(z.unknown()) }).parse(json).sessions).toHaveLength(3);
  });

  test("renew a cookie, and end the one before it for good once the new one is used", async ({ workplace }) => {
    const providers = [{ ...issuedCookie, rotate_after: "1ms", rotation_overlap: "1ms" }];
    const cookieIn = (reply: Reply) => ({ cookie: reply.headers["set-cookie"]?.[0]?.split(";")[0] ?? "" });
    const server = await start(workplace, providers);
    const first = cookieIn(await call(server.client, {}, "add", "mine"));
    const renewing = await Promise.all(Array.from({ length: 8 }, () => call(server.client, first)));
    expect(renewing.map(notesIn)).toEqual(Array(8).fill(["mine"]));
    // Whichever of the parallel replies the browser has read last.
    const renewed = renewing.map(cookieIn);
    const used = await Promise.all(renewed.map((cookie) => call(server.client, cookie)));
    expect(used.map(notesIn)).toEqual(Array(8).fill(["mine"]));
    expect(codeOf(await call(server.client, first))).toEqual([401, "CREDENTIAL_INVALID"]);
    await server.stop("SIGKILL");
    const { client } = await start(workplace, providers);
    expect(codeOf(await call(client, first))).toEqual([401, "CREDENTIAL_INVALID"]);
    expect(notesIn(await call(client, renewed[7] ?? {}))).toEqual(["mine"]);
  });

  test("are not served where the keys are missing, and refuse headers of anybody but the proxy", async ({
    workplace,
  }) => {
    const { client } = await start(workplace, [
      { _type: "jwt", issuer, audience: "alcove", jwks_url: `${new URL(keys).origin.replace(/\d+$/, "1")}/keys` },
      { _type: "trusted_header", header: "X-User", proxies: ["10.0.0.0/8"] },
      { _type: "session_cookie" },
    ]);
    const unavailable = await call(client, bearer(tokenOf(good())));
    expect(codeOf(unavailable)).toEqual([503, "IDENTITY_UNAVAILABLE"]);
    expect(unavailable.headers["retry-after"]).toBe("5");
    expect(unavailable.text).not.toContain("127.0.0.1");
    expect(codeOf(await call(client, { "x-user": "alice", "x-forwarded-for": "10.0.0.1" }))).toEqual([
      401,
      "CREDENTIAL_INVALID",
    ]);
    expect((await call(client, { cookie: "nat-session=alice" })).status).toBe(200);
    const alice = z
      .object({ user_id: z.string() })
      .parse((await client.get("/v1/session", { cookie: "nat-session=alice" })).json);
    expect(alice.user_id).toBe(userIdOfSessionCookie("alice"));
  });

  test("come from a sound configuration, or nothing is served", async ({ workplace }) => {
    const file = await workplace.write(
      "broken.yml",
      `general:\n  identity:\n    providers:\n      - { _type: jwt, issuer: me, audience: a, secret: "\${TOKEN_SECRET:-short-secret}" }\n`,
    );
    const result = await workplace.alcove("validate", "--config_file", file);
    expect(result.exitCode).toBe(1);
    expect(result.stdout + result.stderr).toMatch(
      /broken\.yml:4:\d+: general\.identity\.providers\[0\]\.secret must be/,
    );
    expect(result.stdout + result.stderr).not.toContain("short-secret");
  });
});
