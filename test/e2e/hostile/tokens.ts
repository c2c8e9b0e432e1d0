import { createHash, createHmac, generateKeyPairSync, scryptSync, sign } from "node:crypto";
import { generate, type HostileCase } from "./hostile-case.js";

const issuer = "https://login.example";
const secret = "a-secret-of-more-than-32-bytes-0123456789";
const apiKey = "k3y-of-the-victim-7f3a9b";
const password = "pa55-of-the-victim";
const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const stranger = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const pem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;
const claims = { iss: issuer, aud: "alcove", sub: "victim", exp: inAnHour };
const signedClaims = { ...claims, iss: "https://keys.example" };

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function withSecret(payload: object, header: object = { alg: "HS256" }, key = secret): string {
  const content = `${encoded(header)}.${encoded(payload)}`;
  return `${content}.${createHmac("sha256", key).update(content).digest("base64url")}`;
}

function withKey(payload: object, header: object = { alg: "ES256" }, key = pair.privateKey): string {
  const content = `${encoded(header)}.${encoded(payload)}`;
  return `${content}.${sign("sha256", Buffer.from(content), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

const salt = Buffer.from("salt-of-the-victim");
const hash = scryptSync(password, salt, 32, { N: 16_384, r: 8, p: 1 });
const unpadded = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

/** The identity of the server that gets these cases: no cookie names anybody there. */
export const tokenIdentity = {
  providers: [
    { _type: "jwt", issuer, audience: "alcove", secret },
    { _type: "jwt", issuer: "https://keys.example", audience: "alcove", public_key: pem, algorithms: ["ES256"] },
    { _type: "api_key", keys: [{ subject: "victim", sha256: createHash("sha256").update(apiKey).digest("hex") }] },
    {
      _type: "basic",
      users: [{ subject: "victim", password: `$scrypt$ln=14,r=8,p=1$${unpadded(salt)}$${unpadded(hash)}` }],
    },
    { _type: "trusted_header", header: "X-Forwarded-User", proxies: ["192.0.2.1"] },
  ],
};

/** What lets the victim in. */
export const victimCredentials: readonly (readonly [string, string])[] = [
  ["authorization", `Bearer ${withSecret(claims)}`],
  ["authorization", `Bearer ${withKey(signedClaims)}`],
  ["x-api-key", apiKey],
  ["authorization", `Basic ${base64(`victim:${password}`)}`],
];

/** What nobody may find in a reply or in the log. */
export const tokenSecrets: readonly string[] = [secret, apiKey, password, withSecret(claims), withKey(signedClaims)];

const wrong = ["401 CREDENTIAL_INVALID"];
const nobody = ["401 USER_ID_REQUIRED"];
const conflict = ["400 IDENTITY_CONFLICT"];

function sending(name: string, headers: readonly string[], answers: readonly string[] = wrong): HostileCase {
  return { name, bytes: generate({ cookie: "", headers }), answers };
}

function bearer(name: string, token: string, answers = wrong): HostileCase {
  return sending(name, [`Authorization: Bearer ${token}`], answers);
}

const past = Math.floor(Date.now() / 1_000) - 3_600;
const [head = "", , signature = ""] = withSecret(claims).split(".");

/** Credentials that are forged, out of date, of somebody else or in the wrong place. */
export const tokenCases: readonly HostileCase[] = [
  bearer("a token that is not signed", `${encoded({ alg: "none" })}.${encoded(claims)}.`),
  bearer("a token that is not signed, in capitals", `${encoded({ alg: "NONE" })}.${encoded(claims)}.`),
  bearer("a token without an algorithm", `${encoded({})}.${encoded(claims)}.${signature}`),
  bearer("a token whose signature was taken off", `${head}.${encoded(claims)}.`),
  bearer("a token whose content was changed", `${head}.${encoded({ ...claims, sub: "admin" })}.${signature}`),
  bearer("a token signed with the public key as a secret", withSecret(signedClaims, { alg: "HS256" }, pem)),
  bearer("a token signed with an empty secret", withSecret(claims, { alg: "HS256" }, "")),
  bearer("a token signed with a guessed secret", withSecret(claims, { alg: "HS256" }, "secret")),
  bearer("a token of another key", withKey(signedClaims, { alg: "ES256" }, stranger.privateKey)),
  bearer(
    "a token that brings its own key",
    withKey(signedClaims, { alg: "ES256", jwk: stranger.publicKey.export({ format: "jwk" }) }, stranger.privateKey),
  ),
  bearer(
    "a token that says where its key is",
    withKey(signedClaims, { alg: "ES256", jku: "http://127.0.0.1:9/keys", kid: "1" }, stranger.privateKey),
  ),
  bearer("a token whose key id is a path", withSecret(claims, { alg: "HS256", kid: "../../../dev/null" }, "")),
  bearer("a token of one issuer with the name of another", withKey(claims)),
  bearer("a token of no issuer", withSecret({ ...claims, iss: undefined })),
  bearer("a token of a list of issuers", withSecret({ ...claims, iss: [issuer] })),
  bearer("a token for somebody else", withSecret({ ...claims, aud: "elsewhere" })),
  bearer("a token for nobody", withSecret({ ...claims, aud: undefined })),
  bearer("a token that has expired", withSecret({ ...claims, exp: past })),
  bearer("a token that never expires", withSecret({ ...claims, exp: undefined })),
  bearer("a token that expires with a text", withSecret({ ...claims, exp: "never" })),
  bearer("a token that expires beyond all numbers", withSecret({ ...claims, exp: "1e999" })),
  bearer("a token that is to come", withSecret({ ...claims, nbf: inAnHour })),
  bearer("a token of nobody", withSecret({ ...claims, sub: undefined })),
  bearer("a token of blanks", withSecret({ ...claims, sub: "   " })),
  bearer("a token of a number", withSecret({ ...claims, sub: 7 })),
  bearer("a token of a list of users", withSecret({ ...claims, sub: ["victim"] })),
  bearer("a token of a prototype", withSecret({ ...claims, sub: { toString: "victim" } })),
  bearer("a token that must be understood, and is not", withSecret(claims, { alg: "HS256", crit: ["x"], x: 1 })),
  bearer("a token whose head is no JSON", `${base64("{")}.${encoded(claims)}.${signature}`),
  bearer("a token whose content is no JSON", withSecret(claims).replace(/\.[^.]+\./, `.${base64("nonsense")}.`)),
  bearer("a token of five parts", "a.b.c.d.e"),
  bearer("a token of dots", ".."),
  bearer("a token of nothing", ""),
  bearer("an API key that is none", "nobody-knows-this"),
  bearer("the digest of the API key", createHash("sha256").update(apiKey).digest("hex")),
  sending("the API key in another case", [`X-API-Key: ${apiKey.toUpperCase()}`]),
  sending("the beginning of the API key", [`X-API-Key: ${apiKey.slice(0, -1)}`]),
  sending("the API key and one more", [`X-API-Key: ${apiKey}, other`]),
  sending("two API keys", [`X-API-Key: ${apiKey}`, "X-API-Key: other"], conflict),
  sending("an API key in a cookie", [`Cookie: x-api-key=${apiKey}`], nobody),
  sending("a wrong password", [`Authorization: Basic ${base64("victim:guess")}`]),
  sending("no password", [`Authorization: Basic ${base64("victim:")}`]),
  sending("no colon", [`Authorization: Basic ${base64("victim")}`]),
  sending("a name of all objects", [`Authorization: Basic ${base64("__proto__:x")}`]),
  sending("a password with a NUL", [`Authorization: Basic ${base64(`victim:${password}\0`)}`]),
  sending("what is no Base64", ["Authorization: Basic ***"]),
  sending("a scheme nobody knows", [`Authorization: Digest username="victim"`]),
  sending("no scheme", [`Authorization: ${apiKey}`]),
  sending("two tokens", [`Authorization: Bearer ${withSecret(claims)}`, "Authorization: Bearer x"], conflict),
  sending("a good key beside a wrong token", [`X-API-Key: ${apiKey}`, "Authorization: Bearer a.b.c"]),
  sending(
    "a token and a key of two users",
    [`X-API-Key: ${apiKey}`, `Authorization: Bearer ${withSecret({ ...claims, sub: "mallory" })}`],
    conflict,
  ),
  sending("the name of a user, as a proxy would say it", ["X-Forwarded-User: victim"]),
  sending("the same, forged on the way", ["X-Forwarded-User: victim", "X-Forwarded-For: 192.0.2.1"]),
  sending("the plain cookie, which names nobody here", ["Cookie: nat-session=victim"], nobody),
  {
    name: "a token in the query",
    bytes: generate({ cookie: "", path: `/generate?access_token=${withSecret(claims)}` }),
    answers: nobody,
  },
  {
    name: "a token in the body",
    bytes: generate({ cookie: "", body: `{"command":"stats","access_token":"${withSecret(claims)}"}` }),
    answers: nobody,
  },
];
