import { StoredStateError } from "@alcove/plugin-api";
import type { SessionDescription } from "@alcove/state";
import { afterEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "../create-server.js";
import type { StoredSessions } from "../stored-sessions.js";
import { startTestServer } from "../test-support/served-echo.js";

const alice = "7b031fd4-714b-598e-b755-a517d069edc5";
const figures = {
  revision: 2,
  createdAtMs: 0,
  lastActivityAtMs: 1_000,
  expiresAtMs: 2_000,
  isExpired: false,
  runsCompleted: 2,
};
const sound: SessionDescription = {
  entry: "session/test/alice",
  key: { application: "test", userId: alice },
  bytes: 12,
  figures,
  damaged: undefined,
  components: [{ name: "notes", version: 1, bytes: 8, value: ["secret"] }],
  records: [{ kind: "collection/notes", count: 2, bytes: 20, damaged: 0 }],
};

/** Describes and exports one session, and notes whose was asked for. */
function storeOf(description: SessionDescription, remove: () => Promise<void> = async () => undefined) {
  const asked: string[] = [];
  const sessions: StoredSessions = {
    describe: async (userId) => {
      asked.push(`describe ${userId}`);
      return description;
    },
    export: async (userId) => {
      asked.push(`export ${userId}`);
      return '{"alcove_session":1}';
    },
    delete: async (userId) => {
      asked.push(`delete ${userId}`);
      return remove();
    },
    page: async () => [],
  };
  return { asked, sessions };
}

let server: ListeningServer | undefined;

afterEach(() => server?.close(100));

async function send(storedSessions: StoredSessions, method: string, path = "/v1/session"): Promise<Response> {
  server = await startTestServer({ storedSessions });
  return fetch(`${server.address}${path}`, { method, headers: { cookie: "nat-session=alice" } });
}

describe("the session routes", () => {
  it("tell the owner how much is kept, and not what", async () => {
    const { sessions, asked } = storeOf(sound);
    const reply = await send(sessions, "GET", `/v1/session?user_id=bob`);
    expect(await reply.json()).toEqual({
      user_id: alice,
      created_at: "1970-01-01T00:00:00.000Z",
      last_activity: "1970-01-01T00:00:01.000Z",
      expires_at: "1970-01-01T00:00:02.000Z",
      runs: 2,
      bytes: 12,
      components: [{ name: "notes", version: 1, bytes: 8 }],
      records: [{ kind: "collection/notes", count: 2, bytes: 20 }],
    });
    expect(asked).toEqual([`describe ${alice}`]);
  });

  it("know no session whose time is over, though the store still has it", async () => {
    const { sessions } = storeOf({ ...sound, figures: { ...figures, isExpired: true } });
    const reply = await send(sessions, "GET");
    expect([reply.status, await reply.json()]).toMatchObject([404, { code: "SESSION_NOT_FOUND" }]);
  });

  it("say of a damaged session that it is, and let it be forgotten", async () => {
    const { sessions, asked } = storeOf({ ...sound, figures: undefined, damaged: "half a row" });
    const reply = await send(sessions, "GET");
    expect([reply.status, await reply.json()]).toMatchObject([500, { code: "STATE_UNREADABLE" }]);
    await server?.close(100);
    expect((await send(sessions, "DELETE")).status).toBe(204);
    expect(asked).toContain(`delete ${alice}`);
  });

  it("do not say that a session is forgotten when the store has failed", async () => {
    const { sessions } = storeOf(sound, () => Promise.reject(new StoredStateError("STATE_UNREADABLE", "broken")));
    const reply = await send(sessions, "DELETE");
    expect([reply.status, await reply.json()]).toMatchObject([500, { code: "STATE_UNREADABLE" }]);
  });
});
