import { createHash } from "node:crypto";
import { SignJWT } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { cookieProvider, RememberedCookies } from "../test-support/remembered-cookies.js";
import { SocketClient } from "../test-support/socket-client.js";
import { alice, SocketServers, streamed, waiting } from "../test-support/socket-server.js";

const servers = new SocketServers();
afterEach(() => servers.close());

const programs = {
  type: "api_key",
  issuer: "programs",
  keys: [
    { subject: "backup", sha256: createHash("sha256").update("backup-key").digest("hex"), roles: [] },
    { subject: "report", sha256: createHash("sha256").update("report-key").digest("hex"), roles: [] },
  ],
} as const;

describe("an auth_message", () => {
  const withKey = (token: string): object => ({ type: "auth_message", payload: { method: "api_key", token } });

  it.each([
    { method: "jwt", token: "a.b.c" },
    { method: "api_key", token: "k" },
    { method: "basic", username: "u", password: "p" },
  ])(
    "with $method is refused where no provider takes it, and the socket speaks for whom it spoke before",
    async (payload) => {
      const { address, application } = await servers.start();
      const client = await SocketClient.open(address);
      client.send({ type: "auth_message", payload });
      expect(await client.frame(({ type }) => type === "auth_response_message")).toMatchObject({
        status: "error",
        user_id: null,
        payload: { code: "user_auth_error", message: expect.stringContaining(payload.method) },
      });
      client.ask({});
      await client.answer();
      expect(application.runs[0]?.userId).toBe(alice);
    },
  );

  it("says who speaks, where a provider accepts it; messages before it are of nobody, those behind it wait for it", async () => {
    const { address, application } = await servers.start({}, {}, {}, { identity: { providers: [programs] } });
    const client = await SocketClient.open(address, { user: "" });
    client.ask({}, { id: "before" });
    client.send(withKey("wrong"));
    client.send(withKey("backup-key"));
    client.ask({ mine: 1 }, { id: "behind" });
    expect(await client.answer("before")).toMatchObject([
      { content: { code: "USER_ID_REQUIRED" } },
      { status: "complete" },
    ]);
    await client.answer("behind");
    const replies = client.frames.filter(({ type }) => type === "auth_response_message");
    expect(replies).toMatchObject([
      { status: "error", user_id: null, payload: { code: "user_auth_error" } },
      { status: "success", user_id: application.runs[0]?.userId, payload: null },
    ]);
    expect(application.runs).toMatchObject([{ input: { mine: 1 }, request: { principal: { subject: "backup" } } }]);
    expect(JSON.stringify(client.frames)).not.toContain("backup-key");
  });

  it("that names another user leaves what was begun as the one before", async () => {
    const { address, application } = await servers.start(waiting, {}, {}, { identity: { providers: [programs] } });
    const client = await SocketClient.open(address, { user: "", headers: { "x-api-key": "backup-key" } });
    client.ask({}, { ...streamed, id: "first", conversation_id: "c" });
    await client.frame(({ content }) => content?.text === "one");
    client.send(withKey("report-key"));
    client.ask({}, { id: "second", conversation_id: "c" });
    await client.answer("second");
    await expect.poll(() => application.runs[0]?.abort.signal.aborted).toBe(true);
    expect(application.runs.map(({ request }) => request.principal?.subject)).toEqual(["backup", "report"]);
    expect(client.frames.filter(({ parent_id, type }) => parent_id === "first" && type === "error_message")).toEqual(
      [],
    );
  });

  it("counts no more than any other credential: one of another method is refused", async () => {
    const { address } = await servers.start({}, {}, {}, { identity: { providers: [programs] } });
    const client = await SocketClient.open(address, { user: "" });
    client.send({ type: "auth_message", payload: { method: "jwt", token: "backup-key" } });
    expect(await client.frame(({ type }) => type === "auth_response_message")).toMatchObject({ status: "error" });
  });
});

describe("a credential that ends while its socket is open", () => {
  it("counts for no further message", async () => {
    const secret = "a secret of at least 32 bytes, for tests";
    const token = await new SignJWT({ sub: "zoe" })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuer("https://issuer.example")
      .setAudience("alcove")
      .setExpirationTime(2_000)
      .sign(new TextEncoder().encode(secret));
    let nowMs = 1_000_000;
    const provider = {
      type: "jwt",
      issuer: "https://issuer.example",
      audience: ["alcove"],
      key: { kind: "secret", secret },
      algorithms: ["HS256"],
      clockToleranceMs: 0,
      subjectClaim: "sub",
      rolesClaim: undefined,
      claims: [],
    } as const;
    const { address } = await servers.start({}, {}, {}, { identity: { providers: [provider] }, nowMs: () => nowMs });
    const client = await SocketClient.open(address, { user: "", headers: { authorization: `Bearer ${token}` } });
    client.ask({ early: 1 });
    await client.answer();
    expect(client.texts()).toEqual(['{"early":1}']);
    nowMs = 3_000_000;
    client.ask({}, { id: "late" });
    expect(await client.answer("late")).toMatchObject([
      { content: { code: "CREDENTIAL_INVALID" } },
      { status: "complete" },
    ]);
  });
});

describe("an issued cookie that was renewed while its socket is open", () => {
  it("goes on counting there until its user is revoked, and opens no other", async () => {
    const cookieRegister = new RememberedCookies();
    const identity = { providers: [cookieProvider] };
    const { address, application } = await servers.start({}, {}, {}, { identity, cookieRegister });
    const reply = await fetch(new URL("/generate", address), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    const headers = { cookie: reply.headers.get("set-cookie")?.split(";")[0] ?? "" };
    const client = await SocketClient.open(address, { user: "", headers });
    const userId = application.runs[0]?.userId ?? "";
    await cookieRegister.endEarlier(userId, 1);
    client.ask({ still: "here" }, { id: "after" });
    await client.answer("after");
    expect(application.runs.at(-1)?.userId).toBe(userId);
    const refused = await SocketClient.refused(address, { user: "", headers });
    expect([refused.status, refused.body.code]).toEqual([401, "CREDENTIAL_INVALID"]);
    await cookieRegister.revoke(userId);
    client.ask({}, { id: "revoked" });
    expect(await client.answer("revoked")).toMatchObject([
      { content: { code: "CREDENTIAL_INVALID" } },
      { status: "complete" },
    ]);
  });
});
