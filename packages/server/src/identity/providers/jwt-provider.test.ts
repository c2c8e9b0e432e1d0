import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { JwtConfig, TokenKey } from "@alcove/config";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IdentifiedServer } from "../../test-support/identified-client.js";
import { userIdOfSubject } from "../user-id.js";

// The clock of the test server.
const nowSeconds = Date.UTC(2026, 10, 20, 16, 57) / 1_000;
const issuer = "https://login.example";
const secret = "a-secret-of-more-than-32-bytes-0123456789";
const ec = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const otherEc = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const pem = ec.publicKey.export({ type: "spki", format: "pem" }).toString();

function jwt(key: TokenKey, config: Partial<JwtConfig> = {}): JwtConfig {
  return {
    type: "jwt",
    issuer,
    audience: ["alcove", "other"],
    key,
    algorithms: [key.kind === "secret" ? "HS256" : "ES256"],
    clockToleranceMs: 5_000,
    subjectClaim: "sub",
    rolesClaim: undefined,
    claims: [],
    ...config,
  };
}

const good = { iss: issuer, aud: "alcove", sub: "alice", exp: nowSeconds + 60 };

function signed(claims: object, key: KeyObject | Uint8Array = ec.privateKey, header = {}): Promise<string> {
  const alg = key instanceof Uint8Array ? "HS256" : "ES256";
  return new SignJWT({ ...claims }).setProtectedHeader({ alg, ...header }).sign(key);
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

let server: IdentifiedServer;

beforeAll(async () => {
  const claims = ["email", "__proto__", "address"];
  server = await IdentifiedServer.start([
    jwt({ kind: "public-key", pem }, { claims, rolesClaim: "realm_access.roles" }),
    jwt({ kind: "secret", secret }, { issuer: "hmac", subjectClaim: "email", rolesClaim: "scope" }),
  ]);
});

afterAll(() => server.close());

async function callWith(token: string) {
  return server.call({ authorization: `Bearer ${token}` });
}

describe("a signed token", () => {
  it("names its subject, apart from the same subject of any other issuer", async () => {
    const { status, userId, principal } = await callWith(await signed(good));
    expect(status).toBe(200);
    expect(userId).toBe(userIdOfSubject(issuer, "alice"));
    expect(principal).toEqual({ userId, issuer, subject: "alice", provider: "jwt", roles: [], claims: {} });
    const token = await signed({ ...good, iss: "hmac", email: "alice" }, new TextEncoder().encode(secret));
    expect((await callWith(token)).userId).toBe(userIdOfSubject("hmac", "alice"));
  });

  it("shows functions its roles and the claims that are configured, frozen, and nothing else", async () => {
    const token = await signed({
      ...good,
      email: "a@b.example",
      address: { city: "X" },
      phone: "secret",
      realm_access: { roles: ["admin", 7] },
    });
    const { principal } = await callWith(token);
    expect(principal).toMatchObject({ roles: ["admin"], claims: { email: "a@b.example", address: { city: "X" } } });
    expect(JSON.stringify(principal)).not.toContain("secret");
    expect([principal, principal?.roles, principal?.claims, principal?.claims["address"]].every(Object.isFrozen)).toBe(
      true,
    );
  });

  it.each<[string, () => Promise<string> | string, RegExp]>([
    ["has expired", () => signed({ ...good, exp: nowSeconds - 6 }), /it has expired/],
    ["never expires", () => signed({ ...good, exp: undefined }), /its claim exp is missing/],
    ["is not valid yet", () => signed({ ...good, nbf: nowSeconds + 6 }), /its claim nbf is not/],
    ["is for somebody else", () => signed({ ...good, aud: "elsewhere" }), /its claim aud is not/],
    ["is for nobody", () => signed({ ...good, aud: undefined }), /its claim aud is missing/],
    ["is of another issuer", () => signed({ ...good, iss: "https://evil.example" }), /its claim iss is not/],
    ["names nobody", () => signed({ ...good, sub: undefined }), /its claim sub is missing/],
    ["names nobody with blanks", () => signed({ ...good, sub: "  " }), /its claim sub is missing/],
    ["has a number for a subject", () => signed({ ...good, sub: 7 }), /its claim sub/],
    ["is signed with another key", () => signed(good, otherEc.privateKey), /signature is wrong|algorithm/],
    ["is not signed", () => `${encoded({ alg: "none" })}.${encoded(good)}.`, /algorithm/],
    ["is not signed, in capitals", () => `${encoded({ alg: "NONE" })}.${encoded(good)}.`, /algorithm/],
    [
      "is signed with the public key as a secret",
      () => {
        const content = `${encoded({ alg: "HS256" })}.${encoded(good)}`;
        return `${content}.${createHmac("sha256", pem).update(content).digest("base64url")}`;
      },
      /signature is wrong|algorithm/,
    ],
    [
      "brings its own key",
      () => signed(good, otherEc.privateKey, { jwk: otherEc.publicKey.export({ format: "jwk" }) }),
      /signature is wrong|algorithm/,
    ],
    ["needs what is not known", () => signed(good, ec.privateKey, { crit: ["x"], x: 1 }).catch(() => "a.b.c"), /token/],
    ["is no token", () => "not.a.token", /no signed token/],
    ["is opaque", () => "abcdef", /no signed token/],
    ["is empty", () => "", /no signed token/],
    ["has two parts of another token", async () => `${await signed(good)}.x`, /no signed token/],
  ])("is refused when it %s", async (_, make, message) => {
    const outcome = await callWith(await make());
    expect([outcome.status, outcome.code, outcome.userId]).toEqual([401, "CREDENTIAL_INVALID", undefined]);
    expect(outcome.message).toMatch(message);
    expect(outcome.headers["www-authenticate"]).toBe('Bearer realm="alcove", error="invalid_token"');
  });

  it("is accepted within the tolerance of the clocks", async () => {
    expect((await callWith(await signed({ ...good, exp: nowSeconds - 4, nbf: nowSeconds + 4 }))).status).toBe(200);
  });

  it("is refused when its content was changed", async () => {
    const [header, , signature] = (await signed(good)).split(".");
    const outcome = await callWith(`${header}.${encoded({ ...good, sub: "bob" })}.${signature}`);
    expect([outcome.status, outcome.userId]).toEqual([401, undefined]);
  });

  it("is asked for where there is none, with a challenge", async () => {
    const outcome = await server.call({});
    expect([outcome.status, outcome.code]).toEqual([401, "USER_ID_REQUIRED"]);
    expect(outcome.headers["www-authenticate"]).toBe('Bearer realm="alcove"');
    expect(outcome.message).toContain("Authorization: Bearer");
  });
});
