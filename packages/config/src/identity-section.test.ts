import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { loadText, yaml } from "./fixtures/config-folder.js";

const secret = "a-secret-of-more-than-32-bytes-0123456789";
const digest = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08";
const hash = "$scrypt$ln=14,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$3Rj4fTvV0vVtQv8oJqT9bU6zJ6r9q2rQe2l8i0V8xXo";
const pem = (type: "ec" | "ed25519") =>
  (type === "ec" ? generateKeyPairSync("ec", { namedCurve: "prime256v1" }) : generateKeyPairSync("ed25519")).publicKey
    .export({ type: "spki", format: "pem" })
    .toString();

function loadProviders(providers: unknown, environment: Record<string, string> = {}) {
  return loadText(`general:\n  identity:\n    providers: ${JSON.stringify(providers)}\n`, { environment });
}

const token = { _type: "jwt", issuer: "https://login.example", audience: "alcove" };

describe("general.identity", () => {
  it("is the plain session cookie where nothing is said", async () => {
    const { config } = await loadText("general:\n  identity:\n");
    expect(config?.general.identity).toEqual({ providers: [{ type: "session_cookie" }], admins: [] });
  });

  it("keeps the order of its providers, with defaults filled in", async () => {
    const { config, report } = await loadText(
      yaml`
        general:
          identity:
            providers:
              - { type: jwt, issuer: "https://login.example", audience: alcove, secret: "\${SECRET}" }
              - { _type: jwt, issuer: other, audience: [a, b], jwks_url: "https://login.example/keys", clock_tolerance: 1m, claims: [email] }
              - { _type: api_key, keys: [{ subject: backup, sha256: ${digest}, roles: [operator] }] }
              - { _type: basic, users: [{ subject: zoe, password: "${hash}" }] }
              - { _type: trusted_header, header: X-Forwarded-User, proxies: [127.0.0.1, "fd00::/8"] }
              - { _type: issued_cookie, secrets: ["\${SECRET}"] }
            admins:
              - { role: operator }
              - { issuer: basic, subject: zoe }
      `,
      { environment: { SECRET: secret } },
    );
    expect(report).toEqual([]);
    expect(config?.general.identity.admins).toEqual([{ role: "operator" }, { issuer: "basic", subject: "zoe" }]);
    expect(config?.general.identity.providers).toMatchObject([
      {
        type: "jwt",
        audience: ["alcove"],
        key: { kind: "secret", secret },
        algorithms: ["HS256"],
        clockToleranceMs: 5_000,
        subjectClaim: "sub",
        rolesClaim: undefined,
      },
      { type: "jwt", audience: ["a", "b"], algorithms: ["RS256"], clockToleranceMs: 60_000, claims: ["email"] },
      { type: "api_key", issuer: "api-key", keys: [{ sha256: digest.toLowerCase(), roles: ["operator"] }] },
      { type: "basic", users: [{ subject: "zoe", password: { logN: 14, blockSize: 8, parallelism: 1 } }] },
      { type: "trusted_header", header: "x-forwarded-user", rolesHeader: undefined },
      {
        type: "issued_cookie",
        isSecure: true,
        sameSite: "lax",
        maxAgeMs: 2_592_000_000,
        rotateAfterMs: 86_400_000,
        rotationOverlapMs: 60_000,
      },
    ]);
  });

  it("says at which place a provider or a rule is wrong, and how", async () => {
    const { config, report } = await loadText(yaml`
      general:
        identity:
          providers:
            - { _type: jwt, issuer: me, audience: a }
            - { _type: session_cookie, header: x-user }
            - { _type: nonsense }
            - { _type: trusted_header, header: "a b", proxies: [10.0.0.0/33] }
          admins: [{ subject: root }, {}]
          provider: 1
    `);
    expect(config).toBeUndefined();
    expect(report).toEqual([
      expect.stringMatching(
        /^config\.yml:4:9: general\.identity\.providers\[0\] needs a jwks_url, a public_key or a secret to verify tokens with/,
      ),
      expect.stringMatching(/^config\.yml:5:34: general\.identity\.providers\[1\] has no key "header"\./),
      expect.stringMatching(
        /^config\.yml:6:18: general\.identity\.providers\[2\]\._type must be one of session_cookie, .*, found "nonsense"/,
      ),
      expect.stringMatching(/^config\.yml:7:42: .*header must be the name of a header, found "a b"/),
      expect.stringMatching(/^config\.yml:7:59: .*proxies\[0\] must be an IP address, or a subnet/),
      expect.stringMatching(/^config\.yml:8:25: .*admins\[0\]\.subject needs an issuer beside it/),
      expect.stringMatching(/^config\.yml:8:33: .*admins\[1\] must have a role/),
      expect.stringMatching(/^config\.yml:9:5: general\.identity has no key "provider"\. Did you mean providers\?/),
    ]);
  });

  it.each<[string, unknown, RegExp]>([
    ["two keys", { ...token, secret, jwks_url: "https://x.example" }, /\.secret must not stand beside jwks_url/],
    ["a key over plain HTTP", { ...token, jwks_url: "http://x.example" }, /jwks_url must be an https address/],
    [
      "an algorithm of another key",
      { ...token, secret, algorithms: ["RS256"] },
      /algorithms\[0\] does not go with the secret/,
    ],
    [
      "a symmetric algorithm with a public key",
      { ...token, public_key: pem("ec"), algorithms: ["ES256", "HS256"] },
      /algorithms\[1\] does not go with the public_key; what does: ES256/,
    ],
    [
      "an algorithm of another kind of key",
      { ...token, public_key: pem("ed25519"), algorithms: ["ES256"] },
      /what does: EdDSA/,
    ],
    ["the algorithm none", { ...token, secret, algorithms: ["none"] }, /must be a signature algorithm/],
    [
      "two providers of one type",
      [{ _type: "session_cookie" }, { _type: "session_cookie" }],
      /providers\[1\]\._type is there before/,
    ],
    [
      "a misspelt key",
      { ...token, secret, jwk_url: "https://x.example" },
      /providers\[0\] has no key "jwk_url"\. Did you mean jwks_url\?/,
    ],
    ["what is no key", { ...token, public_key: "hello" }, /public_key must be a public key in PEM/],
    [
      "a user with two passwords",
      {
        _type: "basic",
        users: [
          { subject: "z", password: hash },
          { subject: "z", password: hash },
        ],
      },
      /subject is there before/,
    ],
    ["a name with a colon", { _type: "basic", users: [{ subject: "z:y", password: hash }] }, /must not have a colon/],
    ["an issued cookie without secrets", { _type: "issued_cookie", secrets: [] }, /secrets must not be empty/],
  ])("refuses %s", async (_, provider, message) => {
    const { config, report } = await loadProviders([provider].flat());
    expect(config).toBeUndefined();
    expect(report).toEqual([expect.stringMatching(message)]);
  });

  it("never prints what may be a secret, however it was written", async () => {
    const short = "hunter2hunter2";
    const { report } = await loadProviders([
      { ...token, secret: short },
      { _type: "api_key", keys: [{ subject: "a", sha256: short }] },
      { _type: "basic", users: [{ subject: "a", password: short }] },
      { _type: "issued_cookie", secrets: [short] },
      { ...token, jwks_url: `https://u:${short}@x.example` },
    ]);
    expect(report).toHaveLength(5);
    expect(report.join("\n")).not.toContain(short);
  });
});
