import { createRequire } from "node:module";
import { userIdOfSessionCookie } from "@alcove/server";
import { describe, expect } from "vitest";
import { z } from "zod";
import { note, notesOf } from "./assistant-client.js";
import type { HttpClient, Reply } from "./http-client.js";
import { exampleConfigFile, pluginPaths, test, type Workplace } from "./workplace.js";

const alice = { cookie: "nat-session=alice" };
const path = "/v1/session";

const described = z.strictObject({
  user_id: z.string(),
  created_at: z.iso.datetime(),
  last_activity: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  runs: z.number(),
  bytes: z.number().positive(),
  components: z.array(z.strictObject({ name: z.string(), version: z.number(), bytes: z.number() })),
  records: z.array(z.strictObject({ kind: z.string(), count: z.number(), bytes: z.number().positive() })),
});

/** Adds a note as alice, with a reply that is recorded. */
function noteWithKey(client: HttpClient, content: string, key: string): Promise<Reply> {
  return client.send({
    method: "POST",
    path: "/generate",
    headers: { ...alice, "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify({ command: "note", action: "add", param1: content }),
  });
}

function forget(client: HttpClient): Promise<Reply> {
  return client.send({ method: "DELETE", path, headers: alice });
}

const codeOf = ({ status, json }: Reply): unknown[] => [status, z.object({ code: z.string() }).parse(json).code];

interface Table {
  readonly name: string;
}
interface Database {
  all(sql: string, done: (error: Error | null, rows: unknown[]) => void): void;
  close(done: () => void): void;
}

/** Every row of every table of the workplace's database, as text. No server may have it open. */
async function allRows(workplace: Workplace): Promise<string> {
  const { Database } = createRequire(import.meta.url)("sqlite3") as { Database: new (file: string) => Database };
  const database = new Database(workplace.storePath);
  const query = (sql: string): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      database.all(sql, (error, rows) => (error === null ? resolve(rows) : reject(error)));
    });
  try {
    const tables = (await query("SELECT name FROM sqlite_schema WHERE type = 'table'")) as Table[];
    const rows = await Promise.all(tables.map(({ name }) => query(`SELECT * FROM "${name}"`)));
    return JSON.stringify(rows);
  } finally {
    await new Promise<void>((resolve) => database.close(resolve));
  }
}

describe("the session of whoever asks", () => {
  test("is told about, and neither begun nor prolonged by that", async ({ workplace }) => {
    const { client } = await workplace.start();
    expect(codeOf(await client.get(path, alice))).toEqual([404, "SESSION_NOT_FOUND"]);
    expect(codeOf(await client.get(`${path}/export`, alice))).toEqual([404, "SESSION_NOT_FOUND"]);
    await noteWithKey(client, "alices", "k");
    await note(client, "bob", "add", "bobs");
    const reply = await client.get(path, alice);
    expect([reply.status, reply.headers["cache-control"]]).toEqual([200, "no-store"]);
    const session = described.parse(reply.json);
    expect(session).toMatchObject({ user_id: userIdOfSessionCookie("alice"), runs: 1 });
    expect(Date.parse(session.expires_at) - Date.parse(session.last_activity)).toBe(1_800_000);
    expect(session.components.map(({ name }) => name)).toContain(
      "functions.preferences:per-user-assistant/per_user_preferences",
    );
    expect(session.records.map(({ kind, count }) => [kind, count])).toContainEqual(["idempotency/reply", 1]);
    expect(reply.text).not.toContain("alices");
    expect((await client.get(path, alice)).text).toBe(reply.text);
  });

  test("is given as a file that alcove sessions imports, with nothing of anybody else", async ({ workplace }) => {
    const server = await workplace.start();
    await note(server.client, "alice", "add", "alices");
    await note(server.client, "bob", "add", "bobs");
    const exported = await server.client.get(`${path}/export`, alice);
    expect(exported.status).toBe(200);
    expect(exported.headers).toMatchObject({
      "content-disposition": 'attachment; filename="session.json"',
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
    });
    expect(exported.text).toContain("alices");
    expect(exported.text).not.toContain("bobs");
    expect((await forget(server.client)).status).toBe(204);
    const store = ["--override", "general.store.path", workplace.storePath];
    const file = await workplace.write("session.json", exported.text);
    const imported = await workplace.alcove("sessions", "import", file, ...store, "--config_file", exampleConfigFile);
    expect(imported.exitCode).toBe(0);
    expect(await notesOf(server.client, "alice")).toEqual(["alices"]);
  });

  test("is forgotten at once: state, collections and recorded replies, of nobody else", async ({ workplace }) => {
    const server = await workplace.start();
    const { client } = server;
    for (const key of ["k1", "k2", "k3"]) {
      await noteWithKey(client, `secret of alice, ${key}`, key);
    }
    await note(client, "bob", "add", "bobs");
    const forgotten = await forget(client);
    expect([forgotten.status, forgotten.text]).toEqual([204, ""]);
    expect(codeOf(await client.get(path, alice))).toEqual([404, "SESSION_NOT_FOUND"]);
    expect(await notesOf(client, "bob")).toEqual(["bobs"]);
    await server.stop();
    const rows = await allRows(workplace);
    expect(rows).toContain("bobs");
    expect(rows).not.toContain("secret of alice");
    expect(rows).not.toContain(userIdOfSessionCookie("alice"));
    const { client: again } = await workplace.start();
    const retried = await noteWithKey(again, "secret of alice, k1", "k1");
    expect(retried.headers["idempotent-replayed"]).toBeUndefined();
    expect(await notesOf(again, "alice")).toEqual(["secret of alice, k1"]);
  });

  test("can be forgotten again and again, whether there is one or not", async ({ workplace }) => {
    const { client } = await workplace.start();
    expect((await forget(client)).status).toBe(204);
    await note(client, "alice", "add", "one");
    expect([(await forget(client)).status, (await forget(client)).status]).toEqual([204, 204]);
  });

  test("is forgotten after the call in flight, which is answered", async ({ workplace }) => {
    const configFile = await workplace.write("slow.yml", {
      general: { enable_per_user_monitoring: true },
      plugins: [pluginPaths.assistant, pluginPaths.fragile],
      functions: { notepad: { _type: "per_user_notepad" } },
      workflow: { _type: "fragile_workflow" },
    });
    const { client } = await workplace.start({ configFile });
    const running = client.generate("alice", { amount: 5, outcome: "wait", wait_ms: 1_000 });
    await expect
      .poll(async () => (await client.get("/monitor/users")).text, { timeout: 10_000 })
      .toContain('"active_requests":1');
    const forgotten = forget(client);
    expect((await running).text).toBe('{"total":5,"notes":["plus 5"]}');
    expect((await forgotten).status).toBe(204);
    expect((await client.generate("alice", { amount: 1 })).json).toMatchObject({ total: 1 });
  });

  test.for([
    ["GET", path],
    ["DELETE", path],
    ["GET", `${path}/export`],
  ] as const)("needs somebody: %s %s", async ([method, route], { workplace }) => {
    const { client } = await workplace.start();
    expect(codeOf(await client.send({ method, path: route }))).toEqual([401, "USER_ID_REQUIRED"]);
    const two = { cookie: "nat-session=alice; nat-session=bob" };
    expect(codeOf(await client.send({ method, path: route, headers: two }))).toEqual([400, "IDENTITY_CONFLICT"]);
  });
});
