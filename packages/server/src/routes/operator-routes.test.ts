import { createHash } from "node:crypto";
import type { AdminRule } from "@alcove/config";
import { AlcoveError } from "@alcove/plugin-api";
import type { ListedSession } from "@alcove/state";
import { afterEach, describe, expect, it } from "vitest";
import { startTestServer, type TestServerOptions } from "../test-support/served-echo.js";

const alice = "7b031fd4-714b-598e-b755-a517d069edc5";
const path = "/v1/admin/sessions";
const sha256 = (key: string): string => createHash("sha256").update(key).digest("hex");
const providers = [
  {
    type: "api_key" as const,
    issuer: "keys",
    keys: [
      { subject: "ops", sha256: sha256("ops-key"), roles: ["operator"] },
      { subject: "user", sha256: sha256("user-key"), roles: ["reader"] },
    ],
  },
];
const operator = { "x-api-key": "ops-key" };
const admins: readonly AdminRule[] = [{ role: "operator" }];

let close: () => Promise<void>;
afterEach(() => close());

/** Operators are named, and send what they are known by, unless the test says otherwise. */
async function start(options: TestServerOptions = {}) {
  const server = await startTestServer({ identity: { providers, admins }, ...options });
  close = () => server.close(100);
  return async (method: string, to: string, headers: Record<string, string> = operator) => {
    const reply = await fetch(`${server.address}${to}`, { method, headers });
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, json: text === "" ? undefined : JSON.parse(text) };
  };
}

function listed(entry: string, changes: Partial<ListedSession> = {}): ListedSession {
  const figures = {
    revision: 1,
    createdAtMs: 0,
    lastActivityAtMs: 1_000,
    expiresAtMs: 2_000,
    isExpired: false,
    runsCompleted: 3,
  };
  return { entry, key: { application: "test", userId: alice }, bytes: 10, figures, damaged: undefined, ...changes };
}

describe("the routes of operators", () => {
  const routes = [
    ["GET", path],
    ["DELETE", `${path}/${alice}`],
    ["POST", `${path}/${alice}/evict`],
  ] as const;

  it.each(routes)("ask who it is: %s %s", async (method, to) => {
    const send = await start();
    const nobody = await send(method, to, {});
    expect([nobody.status, nobody.json.code]).toEqual([401, "CREDENTIAL_REQUIRED"]);
    expect(nobody.headers.get("www-authenticate")).toBe('Bearer realm="alcove"');
    const wrong = await send(method, to, { "x-api-key": "other" });
    expect([wrong.status, wrong.json.code]).toEqual([401, "CREDENTIAL_INVALID"]);
    const user = await send(method, to, { "x-api-key": "user-key" });
    expect([user.status, user.json.code]).toEqual([403, "FORBIDDEN"]);
    const page = await send(method, to, { ...operator, "sec-fetch-site": "cross-site" });
    expect([page.status, page.json.code]).toEqual([403, "FORBIDDEN"]);
    const allowed = await send(method, to);
    expect(["CREDENTIAL_REQUIRED", "FORBIDDEN"]).not.toContain(allowed.json?.code);
  });

  it.each(routes)("are nobody's while no operator is named, also on this machine: %s %s", async (method, to) => {
    const send = await start({ identity: { providers: [{ type: "session_cookie" }, ...providers] } });
    for (const headers of [{}, { cookie: "nat-session=root" }, operator]) {
      const { status, json } = await send(method, to, headers);
      expect([status, json.code]).toEqual([403, "FORBIDDEN"]);
      expect(json.message).toContain("general.identity.admins names. It names nobody so far.");
    }
  });

  it("list sessions page by page, the damaged ones too", async () => {
    const pages: unknown[] = [];
    const send = await start({
      storedSessions: {
        describe: () => Promise.reject(new TypeError("not asked for")),
        export: () => Promise.reject(new TypeError("not asked for")),
        delete: () => Promise.reject(new AlcoveError("SESSION_NOT_FOUND", "There is none.")),
        page: async (page) => {
          pages.push(page);
          return [listed("a"), listed("b", { key: undefined, figures: undefined, damaged: "no JSON" })].slice(
            0,
            page.limit,
          );
        },
      },
    });
    const first = await send("GET", `${path}?limit=1`);
    expect(first.headers.get("cache-control")).toBe("no-store");
    expect(first.json).toEqual({
      sessions: [
        {
          user_id: alice,
          created_at: "1970-01-01T00:00:00.000Z",
          last_activity: "1970-01-01T00:00:01.000Z",
          expires_at: "1970-01-01T00:00:02.000Z",
          runs: 3,
          bytes: 10,
          is_resident: false,
          damaged: null,
        },
      ],
      next: "a",
    });
    const all = await send("GET", `${path}?after=a`);
    expect(all.json).toMatchObject({ next: null, sessions: [{}, { user_id: null, runs: null, damaged: "no JSON" }] });
    expect(pages).toEqual([{ limit: 1 }, { limit: 100, after: "a" }]);
    expect((await send("DELETE", `${path}/${alice}`)).json.code).toBe("SESSION_NOT_FOUND");
  });

  it.each(["%ff", "%00", "a%2Fb", "..%2f..", "%E2%82", "nobody"])(
    "take %s for a user who is not there",
    async (userId) => {
      const send = await start();
      const { status, json } = await send("POST", `${path}/${userId}/evict`);
      expect([status, json]).toEqual([200, { was_resident: false }]);
    },
  );

  it.each(["0", "1001", "-1", "1e2", "x", ""])("refuse the limit %j", async (limit) => {
    const send = await start();
    expect((await send("GET", `${path}?limit=${limit}`)).json.code).toBe("REQUEST_INVALID");
  });
});
