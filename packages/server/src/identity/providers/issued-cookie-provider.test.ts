import type { IssuedCookieConfig } from "@alcove/config";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CallOutcome, IdentifiedServer } from "../../test-support/identified-client.js";
import { ServedEcho } from "../../test-support/served-echo.js";
import { userIdOfSubject } from "../user-id.js";

const day = 86_400_000;
const oldSecret = "an-old-secret-of-more-than-32-bytes-0123456789";
const newSecret = "a-new-secret-of-more-than-32-bytes-0123456789";
const config: IssuedCookieConfig = {
  type: "issued_cookie",
  issuer: "issued-cookie",
  secrets: [oldSecret],
  isSecure: true,
  sameSite: "lax",
  maxAgeMs: 30 * day,
  rotateAfterMs: day,
};

let nowMs: number;
let revoked: Set<string>;
let servers: IdentifiedServer[];

async function start(changes: Partial<IssuedCookieConfig> = {}): Promise<IdentifiedServer> {
  const server = await IdentifiedServer.start([{ ...config, ...changes }], {
    nowMs: () => nowMs,
    revokedUsers: {
      // As after a restart, when it has to be looked up.
      isRevoked: async (userId) => revoked.has(userId),
      revoke: async (userId) => void revoked.add(userId),
    },
  });
  servers.push(server);
  return server;
}

beforeEach(() => {
  nowMs = Date.UTC(2026, 10, 20);
  revoked = new Set();
  servers = [];
});

afterEach(() => Promise.all(servers.map((server) => server.close())));

function setCookieOf({ headers }: CallOutcome): string | undefined {
  const [first, ...others] = [headers["set-cookie"] ?? []].flat();
  expect(others).toEqual([]);
  return first;
}

const cookieOf = (outcome: CallOutcome): string => setCookieOf(outcome)?.split(";")[0] ?? "";

describe("an issued cookie", () => {
  it("is given to whoever comes without a name, and names them from then on, also after a restart", async () => {
    const server = await start();
    const first = await server.call({});
    expect(first.status).toBe(200);
    expect(setCookieOf(first)).toMatch(
      /^__Host-alcove-session=1\.[\w-]{43}\.\d+\.[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure$/,
    );
    const restarted = await start();
    const second = await restarted.call({ cookie: cookieOf(first) });
    expect([second.userId, second.headers["set-cookie"]]).toEqual([first.userId, undefined]);
    const { issuer, subject } = second.principal ?? { issuer: "", subject: "" };
    expect(userIdOfSubject(issuer, subject)).toBe(first.userId);
    expect((await server.call({})).userId).not.toBe(first.userId);
  });

  it("has another name, and goes without TLS, during development", async () => {
    const server = await start({ isSecure: false, sameSite: "strict" });
    expect(setCookieOf(await server.call({}))).toMatch(/^alcove-session=[^;]+; .*SameSite=Strict$/);
  });

  it("is renewed for the same user when it gets old, and when its secret has been replaced", async () => {
    const server = await start();
    const first = await server.call({});
    nowMs += day - 1_000;
    expect((await server.call({ cookie: cookieOf(first) })).headers["set-cookie"]).toBeUndefined();
    nowMs += 2_000;
    const renewed = await server.call({ cookie: cookieOf(first) });
    expect(cookieOf(renewed)).not.toBe(cookieOf(first));
    const rotated = await start({ secrets: [newSecret, oldSecret] });
    const resigned = await rotated.call({ cookie: cookieOf(renewed) });
    const last = await start({ secrets: [newSecret] });
    expect((await last.call({ cookie: cookieOf(resigned) })).userId).toBe(first.userId);
    expect((await last.call({ cookie: cookieOf(renewed) })).code).toBe("CREDENTIAL_INVALID");
  });

  it("expires, whatever the browser makes of its age", async () => {
    const server = await start();
    const cookie = cookieOf(await server.call({}));
    nowMs += 30 * day;
    const outcome = await server.call({ cookie });
    expect([outcome.status, outcome.userId]).toEqual([401, undefined]);
    expect(outcome.message).toContain("has expired");
  });

  it.each<[string, (value: string) => string]>([
    ["unsigned", (value) => value.split(".").slice(0, 3).join(".")],
    ["signed with nothing", (value) => `${value.split(".").slice(0, 3).join(".")}.`],
    ["of another time", (value) => value.replace(/\.(\d+)\./, (_, time) => `.${Number(time) + 1}.`)],
    ["of another user", (value) => value.replace(/^1\../, (start) => (start === "1.A" ? "1.B" : "1.A"))],
    ["of another signature", (value) => value.replace(/\.[\w-]{43}$/, `.${"A".repeat(43)}`)],
    ["no more than a name", () => "alice"],
  ])("is refused when it is %s, and taken out of the browser", async (_, change) => {
    const server = await start();
    const [name, value = ""] = cookieOf(await server.call({})).split("=");
    const outcome = await server.call({ cookie: `${name}=${change(value)}` });
    expect([outcome.status, outcome.code, outcome.userId]).toEqual([401, "CREDENTIAL_INVALID", undefined]);
    expect(setCookieOf(outcome)).toMatch(/^__Host-alcove-session=; Path=\/; Max-Age=0;/);
  });

  it("is refused once its user was revoked", async () => {
    const server = await start();
    const first = await server.call({});
    revoked.add(first.userId ?? "");
    const outcome = await server.call({ cookie: cookieOf(first) });
    expect([outcome.status, outcome.userId]).toEqual([401, undefined]);
    expect(outcome.message).toContain("was revoked");
  });

  it("of another application, or of another name, is none", async () => {
    const server = await start();
    const cookie = cookieOf(await server.call({}));
    const other = await start({ issuer: "other" });
    expect((await other.call({ cookie })).status).toBe(401);
    const plain = await start({ isSecure: false });
    expect(setCookieOf(await plain.call({ cookie }))).toBeDefined();
  });

  it("is given neither by routes about what is kept, nor where nobody needs a name", async () => {
    const server = await start();
    const outcome = await server.send("GET", "/v1/session");
    expect([outcome.status, outcome.code, outcome.headers["set-cookie"]]).toEqual([401, "USER_ID_REQUIRED", undefined]);
    const shared = await IdentifiedServer.start([config], { application: new ServedEcho({ scope: "shared" }) });
    servers.push(shared);
    expect((await shared.call({})).headers["set-cookie"]).toBeUndefined();
  });

  it("is refused beside another one", async () => {
    const server = await start();
    const cookies = [cookieOf(await server.call({})), cookieOf(await server.call({}))];
    expect((await server.call({ cookie: cookies.join("; ") })).code).toBe("IDENTITY_CONFLICT");
  });
});
