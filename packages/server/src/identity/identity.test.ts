import { createHash, scryptSync } from "node:crypto";
import type { ApiKeyConfig, BasicConfig, TrustedHeaderConfig } from "@alcove/config";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IdentifiedServer, type SentHeaders } from "../test-support/identified-client.js";
import { ServedEcho } from "../test-support/served-echo.js";
import { userIdOfSessionCookie, userIdOfSubject } from "./user-id.js";

const sha256 = (key: string): string => createHash("sha256").update(key).digest("hex");
const apiKeys: ApiKeyConfig = {
  type: "api_key",
  issuer: "keys",
  keys: [
    { subject: "backup", sha256: sha256("backup-key"), roles: ["operator"] },
    { subject: "backup", sha256: sha256("backup-key-2"), roles: ["operator"] },
    { subject: "report", sha256: sha256("report-key"), roles: [] },
  ],
};
const salt = Buffer.alloc(16, 7);
const basic: BasicConfig = {
  type: "basic",
  issuer: "people",
  users: [
    {
      subject: "zoé",
      password: { logN: 14, blockSize: 8, parallelism: 1, salt, hash: scryptSync("pass:wörd", salt, 32) },
      roles: [],
    },
  ],
};
const trusted: TrustedHeaderConfig = {
  type: "trusted_header",
  issuer: "proxy",
  header: "x-forwarded-user",
  rolesHeader: "x-forwarded-roles",
  proxies: ["127.0.0.0/8", "fd00::/8"],
};
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const cookie = { cookie: "nat-session=alice" };

describe("API keys, names and passwords, and the session cookie, side by side", () => {
  let server: IdentifiedServer;

  beforeAll(async () => {
    server = await IdentifiedServer.start([apiKeys, basic, { type: "session_cookie" }]);
  });
  afterAll(() => server.close());

  it.each<[string, SentHeaders, string]>([
    ["a key in X-API-Key", { "x-api-key": "backup-key" }, userIdOfSubject("keys", "backup")],
    ["another key of the same user", { "x-api-key": "backup-key-2" }, userIdOfSubject("keys", "backup")],
    ["a key as bearer", { authorization: "bEARER report-key" }, userIdOfSubject("keys", "report")],
    [
      "two keys of one user",
      { "x-api-key": "backup-key", authorization: "Bearer backup-key-2" },
      userIdOfSubject("keys", "backup"),
    ],
    ["the same key twice", { "x-api-key": ["backup-key", "backup-key"] }, userIdOfSubject("keys", "backup")],
    ["name and password", { authorization: `Basic ${base64("zoé:pass:wörd")}` }, userIdOfSubject("people", "zoé")],
    [
      "name and password once more",
      { authorization: `basic ${base64("zoé:pass:wörd")}` },
      userIdOfSubject("people", "zoé"),
    ],
    ["a cookie", cookie, userIdOfSessionCookie("alice")],
  ])("take %s", async (_, headers, userId) => {
    const outcome = await server.call(headers);
    expect([outcome.status, outcome.userId, outcome.principal?.userId]).toEqual([200, userId, userId]);
  });

  it.each<[string, SentHeaders]>([
    ["an unknown key", { "x-api-key": "other" }],
    ["a digest for a key", { "x-api-key": sha256("backup-key") }],
    ["an unknown key beside a good cookie", { "x-api-key": "other", ...cookie }],
    ["an unknown key beside a good key", { "x-api-key": "backup-key", authorization: "Bearer other" }],
    ["what looks like a token", { authorization: "Bearer a.b.c" }],
    ["a wrong password", { authorization: `Basic ${base64("zoé:password")}` }],
    ["an empty password", { authorization: `Basic ${base64("zoé:")}` }],
    ["an unknown name", { authorization: `Basic ${base64("bob:pass:wörd")}` }],
    ["a name of Object's", { authorization: `Basic ${base64("__proto__:x")}` }],
    ["no colon", { authorization: `Basic ${base64("zoé")}` }],
    ["no Base64", { authorization: "Basic ***" }],
    ["no UTF-8", { authorization: `Basic ${Buffer.from([0xff, 0x3a, 0x3a]).toString("base64")}` }],
    ["nothing after the scheme", { authorization: "Bearer" }],
    ["another scheme", { authorization: "Digest x", ...cookie }],
  ])("refuse %s with 401", async (_, headers) => {
    const outcome = await server.call(headers);
    expect([outcome.status, outcome.code, outcome.userId]).toEqual([401, "CREDENTIAL_INVALID", undefined]);
    expect(outcome.headers["www-authenticate"]).toBe(
      'Bearer realm="alcove", error="invalid_token", Basic realm="alcove", charset="UTF-8", Cookie realm="alcove", cookie-name="nat-session"',
    );
  });

  it.each<[string, SentHeaders]>([
    ["a key and a cookie", { "x-api-key": "backup-key", ...cookie }],
    ["a password and a cookie", { authorization: `Basic ${base64("zoé:pass:wörd")}`, ...cookie }],
    ["a key and a password", { "x-api-key": "backup-key", authorization: `Basic ${base64("zoé:pass:wörd")}` }],
    ["keys of two users", { "x-api-key": "backup-key", authorization: "Bearer report-key" }],
    ["one header twice", { "x-api-key": ["backup-key", "report-key"] }],
    ["two keys of one user in one header each", { "x-api-key": ["backup-key", "backup-key-2"] }],
    ["Authorization twice", { authorization: ["Bearer backup-key", "Bearer report-key"] }],
  ])("refuse %s as two users, with 400", async (_, headers) => {
    const outcome = await server.call(headers);
    expect([outcome.status, outcome.code, outcome.userId]).toEqual([400, "IDENTITY_CONFLICT", undefined]);
  });

  it("say nothing of what was sent", async () => {
    const outcome = await server.call({ "x-api-key": "hunter2hunter2" });
    expect(JSON.stringify(outcome)).not.toContain("hunter2");
  });

  it("let functions see who it is, and no credential", async () => {
    const { principal } = await server.call({ "x-api-key": "backup-key" });
    expect(principal).toEqual({
      userId: userIdOfSubject("keys", "backup"),
      issuer: "keys",
      subject: "backup",
      provider: "api_key",
      roles: ["operator"],
      claims: {},
    });
    expect(JSON.stringify((await server.call(cookie)).principal)).not.toContain("alice");
  });
});

describe("the header of a trusted proxy", () => {
  it("names the user, with roles, where it comes from a listed address", async () => {
    const server = await IdentifiedServer.start([trusted]);
    const { principal } = await server.call({ "x-forwarded-user": "alice", "x-forwarded-roles": "a, b,," });
    expect(principal).toMatchObject({ issuer: "proxy", subject: "alice", roles: ["a", "b"] });
    expect((await server.call({})).code).toBe("USER_ID_REQUIRED");
    expect((await server.call({ "x-forwarded-user": ["alice", "bob"] })).code).toBe("IDENTITY_CONFLICT");
    await server.close();
  });

  it("is refused from anywhere else, whatever else the request carries", async () => {
    const server = await IdentifiedServer.start([
      { ...trusted, proxies: ["10.0.0.0/8", "127.0.0.2", "::2"] },
      { type: "session_cookie" },
    ]);
    const outcome = await server.call({ "x-forwarded-user": "alice", "x-forwarded-for": "10.0.0.1", ...cookie });
    expect([outcome.status, outcome.code, outcome.userId]).toEqual([401, "CREDENTIAL_INVALID", undefined]);
    await server.close();
  });
});

describe("a credential nobody is configured to read", () => {
  it("is no credential", async () => {
    const server = await IdentifiedServer.start([{ type: "session_cookie" }]);
    const outcome = await server.call({
      authorization: "Bearer x",
      "x-api-key": "y",
      "x-forwarded-user": "z",
      ...cookie,
    });
    expect(outcome.userId).toBe(userIdOfSessionCookie("alice"));
    await server.close();
  });

  it("still has to be right for a shared workflow, where one is", async () => {
    const server = await IdentifiedServer.start([apiKeys], { application: new ServedEcho({ scope: "shared" }) });
    expect((await server.call({})).status).toBe(200);
    expect((await server.call({ "x-api-key": "other" })).status).toBe(401);
    await server.close();
  });
});

describe("the user id of a subject", () => {
  it("is a UUID of version 5 that no session cookie leads to", async () => {
    expect(userIdOfSubject("keys", "backup")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    expect(userIdOfSubject("a", "b")).toBe(userIdOfSessionCookie("a\0b"));
    const server = await IdentifiedServer.start([{ type: "session_cookie" }]);
    expect((await server.call({ cookie: 'nat-session="a\\000b"' })).status).toBe(400);
    await server.close();
  });
});
