import type { IssuedCookieConfig } from "@alcove/config";
import { AlcoveError } from "@alcove/plugin-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CallOutcome, IdentifiedServer } from "../../test-support/identified-client.js";
import { ServedEcho } from "../../test-support/served-echo.js";
import type { CookieRegister } from "../cookie-register.js";
import { userIdOfSubject } from "../user-id.js";

const minute = 60_000;
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
  rotationOverlapMs: minute,
};

let nowMs: number;
let oldestValid: Map<string, number>;
let isStoreFailing: boolean;
let servers: IdentifiedServer[];

const cookieRegister: CookieRegister = {
  // As after a restart, when it has to be looked up.
  oldestValid: async (userId) => oldestValid.get(userId) ?? 0,
  async endEarlier(userId, generation) {
    if (isStoreFailing) {
      throw new AlcoveError("STORE_FULL", "The disk is full.");
    }
    oldestValid.set(userId, Math.max(generation, oldestValid.get(userId) ?? 0));
  },
  revoke: (userId) => cookieRegister.endEarlier(userId, Number.POSITIVE_INFINITY),
};

async function start(changes: Partial<IssuedCookieConfig> = {}): Promise<IdentifiedServer> {
  const server = await IdentifiedServer.start([{ ...config, ...changes }], {
    nowMs: () => nowMs,
    cookieRegister,
  });
  servers.push(server);
  return server;
}

beforeEach(() => {
  nowMs = Date.UTC(2026, 10, 20);
  oldestValid = new Map();
  isStoreFailing = false;
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
  it("counts as it was written only, to the last bit of its last character", async () => {
    const server = await start();
    const cookie = cookieOf(await server.call({}));
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // The last character stands for four bits, so that the next one says the same.
    const last = alphabet[alphabet.indexOf(cookie.at(-1) ?? "") + 1];
    expect((await server.call({ cookie })).status).toBe(200);
    expect(await server.call({ cookie: `${cookie.slice(0, -1)}${last}` })).toMatchObject({
      status: 401,
      code: "CREDENTIAL_INVALID",
    });
  });

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

  it("ends the one it was renewed from when it comes again after the overlap, and not before", async () => {
    const server = await start();
    const first = await server.call({});
    nowMs += day;
    const renewed = cookieOf(await server.call({ cookie: cookieOf(first) }));
    const ofParallelRequest = cookieOf(await server.call({ cookie: cookieOf(first) }));
    nowMs += minute - 1_000;
    expect((await server.call({ cookie: renewed })).status).toBe(200);
    expect((await server.call({ cookie: cookieOf(first) })).userId).toBe(first.userId);
    nowMs += 1_000;
    // Nobody has shown yet that the renewed one has arrived.
    expect((await server.call({ cookie: cookieOf(first) })).userId).toBe(first.userId);
    expect((await server.call({ cookie: renewed })).userId).toBe(first.userId);
    const late = await server.call({ cookie: cookieOf(first) });
    expect([late.status, late.code, late.userId]).toEqual([401, "CREDENTIAL_INVALID", undefined]);
    expect(late.message).toContain("was replaced by a newer one");
    const restarted = await start();
    expect((await restarted.call({ cookie: cookieOf(first) })).status).toBe(401);
    expect((await restarted.call({ cookie: ofParallelRequest })).userId).toBe(first.userId);
    expect([...oldestValid.values()]).toEqual([1]);
  });

  it("lasts longer rather than keep its user out while nothing can be stored", async () => {
    const server = await start();
    const first = await server.call({});
    nowMs += day;
    const renewed = cookieOf(await server.call({ cookie: cookieOf(first) }));
    nowMs += minute;
    isStoreFailing = true;
    expect((await server.call({ cookie: renewed })).userId).toBe(first.userId);
    expect((await server.call({ cookie: cookieOf(first) })).userId).toBe(first.userId);
    isStoreFailing = false;
    expect((await server.call({ cookie: renewed })).userId).toBe(first.userId);
    expect((await server.call({ cookie: cookieOf(first) })).status).toBe(401);
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
    ["of a later generation", (value) => value.replace(/\.(\d+)\./, ".$1-1.")],
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
    await cookieRegister.revoke(first.userId ?? "");
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
