import { createHash } from "node:crypto";
import type { IdentityProviderConfig } from "@alcove/config";
import { afterEach, describe, expect, it } from "vitest";
import { IdentifiedServer } from "../test-support/identified-client.js";

const providers: readonly IdentityProviderConfig[] = [
  {
    type: "issued_cookie",
    issuer: "issued-cookie",
    secrets: ["a-secret-of-more-than-32-bytes-0123456789"],
    isSecure: true,
    sameSite: "lax",
    maxAgeMs: 1_000_000,
    rotateAfterMs: 1_000_000,
    rotationOverlapMs: 1_000,
  },
  {
    type: "api_key",
    issuer: "keys",
    keys: [{ subject: "ops", sha256: createHash("sha256").update("ops-key").digest("hex"), roles: ["operator"] }],
  },
];
const path = "/v1/identity/cookie";
const key = { "x-api-key": "ops-key" };

let server: IdentifiedServer;
afterEach(() => server.close());

async function callerWithCookie() {
  const { headers, userId } = await server.call({});
  return { userId, cookie: String(headers["set-cookie"]).split(";")[0] ?? "" };
}

describe("revoking an issued cookie", () => {
  it("ends that cookie alone, and takes it out of the browser", async () => {
    server = await IdentifiedServer.start(providers);
    const [one, other] = [await callerWithCookie(), await callerWithCookie()];
    const revoked = await server.send("DELETE", path, { cookie: one.cookie });
    expect(revoked.status).toBe(204);
    expect(revoked.headers["set-cookie"]).toEqual([
      expect.stringContaining("__Host-alcove-session=; Path=/; Max-Age=0"),
    ]);
    expect((await server.call({ cookie: one.cookie })).status).toBe(401);
    expect((await server.call({ cookie: other.cookie })).userId).toBe(other.userId);
    expect((await server.send("DELETE", path, { cookie: one.cookie })).code).toBe("CREDENTIAL_INVALID");
  });

  it("needs such a cookie", async () => {
    server = await IdentifiedServer.start(providers);
    expect((await server.send("DELETE", path)).code).toBe("USER_ID_REQUIRED");
    expect((await server.send("DELETE", path, key)).code).toBe("REQUEST_INVALID");
  });

  it("is an operator's right too, for users whose id can have one", async () => {
    server = await IdentifiedServer.start(providers, { identity: { admins: [{ role: "operator" }] } });
    const { userId, cookie } = await callerWithCookie();
    const revoke = (user: string, headers: Record<string, string>) =>
      server.send("POST", `/v1/admin/sessions/${user}/revoke`, headers);
    expect((await revoke(String(userId), { cookie })).code).toBe("FORBIDDEN");
    expect((await revoke("alice", key)).code).toBe("REQUEST_INVALID");
    expect((await revoke(String(userId), key)).status).toBe(204);
    expect((await server.call({ cookie })).code).toBe("CREDENTIAL_INVALID");
  });

  it("does not exist where no cookies are issued", async () => {
    server = await IdentifiedServer.start(providers.slice(1));
    expect((await server.send("DELETE", path, key)).code).toBe("ROUTE_NOT_FOUND");
  });
});
