import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect } from "vitest";
import { z } from "zod";
import { note, notesOf } from "./assistant-client.js";
import { exampleConfigFile, test, type Workplace } from "./workplace.js";

const alice = "7b031fd4-714b-598e-b755-a517d069edc5";

/** Runs a command on the store of the workplace. */
function command(workplace: Workplace, ...words: readonly string[]) {
  const storeOverride = ["--override", "general.store.path", workplace.storePath];
  return workplace.alcove(...words, "--config_file", exampleConfigFile, ...storeOverride);
}

const listed = z.object({
  user: z.string().nullable(),
  status: z.enum(["live", "expired", "damaged"]),
  createdAt: z.iso.datetime().nullable(),
  lastActivityAt: z.iso.datetime().nullable(),
  expiresAt: z.iso.datetime().nullable(),
  runs: z.number().nullable(),
  revision: z.number().nullable(),
  bytes: z.number(),
  entry: z.string(),
  damage: z.string().nullable(),
});

async function list(workplace: Workplace): Promise<z.output<typeof listed>[]> {
  const { exitCode, stdout } = await command(workplace, "sessions", "list", "--json");
  expect(exitCode).toBe(0);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => listed.parse(JSON.parse(line)));
}

/** A value of the database that can be found and spoilt in the file, once no server has it open. */
async function spoil(workplace: Workplace, text: string): Promise<void> {
  const content = await readFile(workplace.storePath);
  const at = content.indexOf(text);
  expect(at).toBeGreaterThan(0);
  content.write("?", at);
  await writeFile(workplace.storePath, content);
}

describe.each(["without a server", "while a server has the store open"])("%s", (situation) => {
  const isServed = situation !== "without a server";

  /** A store with two notes of alice and one of bob, and what they look like from within. */
  async function prepare(workplace: Workplace) {
    const first = await workplace.start();
    await note(first.client, "alice", "add", "one");
    await note(first.client, "alice", "add", "two");
    await note(first.client, "bob", "add", "bobs");
    if (!isServed) {
      await first.stop();
    }
    const notes = async (user: string): Promise<readonly string[]> => {
      const server = isServed ? first : await workplace.start();
      const found = await notesOf(server.client, user);
      if (!isServed) {
        await server.stop();
      }
      return found;
    };
    return { notes };
  }

  test("sessions are listed, shown and verified", async ({ workplace }) => {
    await prepare(workplace);
    const sessions = await list(workplace);
    expect(sessions.map(({ status, runs }) => [status, runs]).sort()).toEqual([
      ["live", 1],
      ["live", 2],
    ]);
    const table = await command(workplace, "sessions", "list", "--limit", "1");
    expect(table.stdout).toMatch(/^user .*\n.* live .*\n1 session: 1 live, 0 expired, 0 damaged; \d+ bytes\n$/);
    const shown = await command(workplace, "sessions", "show", "alice", "--json", "--values");
    expect(JSON.parse(shown.stdout)).toMatchObject({
      user: alice,
      status: "live",
      runs: 2,
      components: expect.arrayContaining([
        expect.objectContaining({ name: expect.stringContaining("notepad"), version: expect.any(Number) }),
      ]),
      records: expect.any(Array),
    });
    expect((await command(workplace, "sessions", "show", alice)).stdout).toContain("notepad");
    const missing = await command(workplace, "sessions", "show", "nobody");
    expect([missing.exitCode, missing.stdout]).toEqual([1, ""]);
    expect(missing.stderr).toContain("has no session");
    const verified = await command(workplace, "sessions", "verify", "--json");
    expect(verified.exitCode).toBe(0);
    expect(JSON.parse(verified.stdout)).toEqual({ entries: expect.any(Number), damaged: 0 });
  });

  test("a session is exported, deleted, imported, and replaced", async ({ workplace }) => {
    const { notes } = await prepare(workplace);
    const file = join(workplace.folder, "alice.json");
    expect((await command(workplace, "sessions", "export", "alice", "--output", file)).exitCode).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await command(workplace, "sessions", "export", "alice", "--output", file)).exitCode).toBe(1);
    await chmod(file, 0o644);
    expect((await command(workplace, "sessions", "export", "alice", "--output", file, "--force")).exitCode).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const printed = await command(workplace, "sessions", "export", "alice");
    expect(printed.stdout).toBe(await readFile(file, "utf8"));

    expect((await command(workplace, "sessions", "delete", "alice")).exitCode).toBe(0);
    expect((await list(workplace)).map(({ user }) => user)).not.toContain(alice);
    expect((await command(workplace, "sessions", "delete", "alice")).exitCode).toBe(1);

    const imported = await command(workplace, "sessions", "import", file, "--json");
    expect(JSON.parse(imported.stdout)).toEqual({ user: alice });
    expect(await notes("alice")).toEqual(["one", "two"]);
    const again = await command(workplace, "sessions", "import", file);
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain("--replace");
    const edited = join(workplace.folder, "edited.json");
    await writeFile(edited, printed.stdout.replace('"two"', '"edited"'));
    expect((await command(workplace, "sessions", "import", edited, "--replace")).exitCode).toBe(0);
    expect(await notes("alice")).toEqual(["one", "edited"]);

    expect((await command(workplace, "sessions", "delete", "alice", "--json")).stdout).toBe(`{"user":"${alice}"}\n`);
    expect(await notes("alice")).toEqual([]);
    expect(await notes("bob")).toEqual(["bobs"]);
  });

  test("alcove run works in the session of its user, and fails as it would over HTTP", async ({ workplace }) => {
    const { notes } = await prepare(workplace);
    const inputs = ["--input", '{"command":"note","action":"add","param1":"three"}', "--input", '{"command":"stats"}'];
    const ran = await command(workplace, "run", "--user_id", "alice", "--json", ...inputs);
    expect([ran.exitCode, ran.stderr]).toEqual([0, ""]);
    const [added = "", stats = ""] = ran.stdout.split("\n");
    expect(JSON.parse(added)).toMatchObject({ success: true, data: { count: 3 } });
    expect(JSON.parse(stats)).toMatchObject({ success: true });
    expect(await notes("alice")).toEqual(["one", "two", "three"]);
    for (const input of ['{"command":1}', "text"]) {
      const refused = await command(workplace, "run", "--input", input);
      expect([refused.exitCode, refused.stdout]).toEqual([1, ""]);
      expect(refused.stderr).toMatch(/command[\s\S]*how to mend it/);
    }
  });

  test("a backup is complete, the owner's alone, and can be served", async ({ workplace }) => {
    await prepare(workplace);
    const made = await command(workplace, "backup", "copy.sqlite", "--json");
    const file = join(workplace.folder, "copy.sqlite");
    expect(JSON.parse(made.stdout)).toEqual({ file });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const refused = await command(workplace, "backup", "copy.sqlite");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("--force");
    expect((await command(workplace, "backup", "copy.sqlite", "--force")).exitCode).toBe(0);
    const overItself = await command(workplace, "backup", workplace.storePath, "--force");
    expect([overItself.exitCode, overItself.stderr]).toEqual([
      1,
      expect.stringContaining("belongs to a session store"),
    ]);
    const copy = await workplace.start({ overrides: { "general.store.path": file } });
    expect(await notesOf(copy.client, "alice")).toEqual(["one", "two"]);
    expect(await notesOf(copy.client, "bob")).toEqual(["bobs"]);
  });

  test("a damaged session is reported, kept from its user, and can be deleted", async ({ workplace }) => {
    const before = await workplace.start();
    const preference = { command: "pref", action: "set", param1: "theme", param2: "a theme that will be spoilt" };
    await before.client.generate("alice", preference);
    await note(before.client, "bob", "add", "bobs");
    await before.stop();
    await spoil(workplace, "a theme that will be spoilt");
    if (isServed) {
      const server = await workplace.start();
      const refused = await server.client.generate("alice", { command: "note", action: "list" });
      expect([refused.status, refused.json]).toEqual([500, expect.objectContaining({ code: "STATE_UNREADABLE" })]);
      expect(await notesOf(server.client, "bob")).toEqual(["bobs"]);
      const logged = server.printed.split("\n").filter((line) => line.includes('"level":"error"'));
      expect(logged).toHaveLength(1);
      expect(logged[0]).toContain(`session/config/${alice}`);
      expect(logged[0]).toContain("alcove sessions delete");
    }
    const entry = `session/config/${alice}`;
    const [damaged] = (await list(workplace)).filter(({ status }) => status === "damaged");
    expect(damaged).toMatchObject({ user: alice, entry, runs: null, damage: expect.stringContaining("checksum") });
    expect((await command(workplace, "sessions", "list")).stdout).toMatch(/, 1 damaged; /);
    const verified = await command(workplace, "sessions", "verify");
    expect([verified.exitCode, verified.stderr]).toEqual([1, ""]);
    expect(verified.stdout).toMatch(new RegExp(`^session: .*${entry}.*\\n3 entries read, 1 damaged\\n$`));
    expect((await command(workplace, "sessions", "show", "alice")).stdout).toContain("checksum");
    expect((await command(workplace, "sessions", "export", "alice")).exitCode).toBe(1);
    expect((await command(workplace, "sessions", "delete", "--entry", entry)).exitCode).toBe(0);
    expect((await command(workplace, "sessions", "verify")).exitCode).toBe(0);
    const { client } = isServed ? { client: workplace.latest.client } : await workplace.start();
    expect(await notesOf(client, "alice")).toEqual([]);
  });
});

describe("a backup under load", () => {
  test("holds what was acknowledged before it was asked for, of every user without a gap", async ({ workplace }) => {
    const server = await workplace.start();
    const users = ["ann", "ben", "cem", "dee"];
    const acknowledged = new Map(users.map((user) => [user, 0]));
    let isOver = false;
    const writing = users.map(async (user) => {
      for (let count = 1; !isOver; count += 1) {
        await note(server.client, user, "add", `note ${count}`);
        acknowledged.set(user, count);
      }
    });
    await expect.poll(() => Math.min(...acknowledged.values())).toBeGreaterThan(5);
    const before = new Map(acknowledged);
    const made = await command(workplace, "backup", "copy.sqlite");
    const after = new Map(acknowledged);
    isOver = true;
    await Promise.all(writing);
    expect(made.exitCode).toBe(0);
    const copyPath = join(workplace.folder, "copy.sqlite");
    const copy = await workplace.start({ overrides: { "general.store.path": copyPath } });
    for (const user of users) {
      const notes = await notesOf(copy.client, user);
      expect(notes).toEqual(notes.map((_, index) => `note ${index + 1}`));
      expect(notes.length).toBeGreaterThanOrEqual(before.get(user) ?? 0);
      // One more may have been stored already, whose reply was still on its way.
      expect(notes.length).toBeLessThanOrEqual((after.get(user) ?? 0) + 1);
    }
    expect(Math.min(...users.map((user) => (after.get(user) ?? 0) - (before.get(user) ?? 0)))).toBeGreaterThan(0);
  });
});

describe("the socket of a server", () => {
  const connect =
    'require("net").connect(process.argv[1]).on("connect", () => process.exit(7)).on("error", ({ code }) => console.log(code))';

  test("is its owner's alone, and the port serves none of its routes", async ({ workplace }) => {
    const { client } = await workplace.start();
    await note(client, "alice", "add", "private");
    const socket = `${workplace.storePath}.control/socket`;
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(socket))).mode & 0o777).toBe(0o700);
    for (const [method, path] of [
      ["GET", "/sessions"],
      ["GET", `/sessions/${alice}`],
      ["GET", `/sessions/${alice}/export`],
      ["POST", "/sessions"],
      ["DELETE", `/sessions/${alice}`],
      ["DELETE", "/entries/x"],
      ["POST", "/verify"],
      ["POST", "/backup"],
      ["POST", "/runs"],
    ] as const) {
      const headers = { "alcove-application": "config" };
      expect([method, path, (await client.send({ method, path, headers })).status]).toEqual([method, path, 404]);
    }
  });

  test.skipIf(process.getuid?.() !== 0)("is closed to another user of the machine", async ({ workplace }) => {
    await workplace.start();
    // The folder of the test itself is to be open to everybody.
    spawnSync("chmod", ["755", workplace.folder]);
    const socket = `${workplace.storePath}.control/socket`;
    // The Node of the tests, since the servers' own may lie where only its owner may run it.
    const other = spawnSync(process.execPath, ["--eval", connect, socket], { uid: 65_534, gid: 65_534, cwd: "/" });
    expect([other.error, other.status, String(other.stdout)]).toEqual([undefined, 0, "EACCES\n"]);
    const owner = spawnSync(process.execPath, ["--eval", connect, socket]);
    expect(owner.status).toBe(7);
  });

  test("that a killed server left behind is in nobody's way, and one that stops takes it along", async ({
    workplace,
  }) => {
    const first = await workplace.start();
    await note(first.client, "alice", "add", "kept");
    await first.stop("SIGKILL");
    const socket = `${workplace.storePath}.control/socket`;
    expect(existsSync(socket)).toBe(true);
    expect(await list(workplace)).toHaveLength(1);
    const second = await workplace.start();
    expect((await command(workplace, "sessions", "delete", "alice")).exitCode).toBe(0);
    expect(await notesOf(second.client, "alice")).toEqual([]);
    await second.stop();
    expect(existsSync(dirname(socket))).toBe(false);
  });

  test("is found where its path beside the database would be too long", async ({ workplace }) => {
    const deep = join(workplace.folder, "d".repeat(100));
    await mkdir(deep);
    const storePath = join(deep, "sessions.sqlite");
    const override = ["--override", "general.store.path", storePath];
    const server = await workplace.start({ overrides: { "general.store.path": storePath } });
    await note(server.client, "alice", "add", "one");
    const shown = await workplace.alcove("sessions", "show", "alice", "--config_file", exampleConfigFile, ...override);
    expect([shown.exitCode, shown.stderr]).toEqual([0, ""]);
    const { description } = JSON.parse(await readFile(`${storePath}.holder.json`, "utf8"));
    expect(description.socket).not.toContain(workplace.folder);
    await server.stop();
    expect(existsSync(dirname(description.socket))).toBe(false);
  });

  test("that cannot be made leaves the server serving, and the commands with an error", async ({ workplace }) => {
    await writeFile(`${workplace.storePath}.control`, "in the way");
    const server = await workplace.start();
    expect(server.printed).toMatch(/"level":"warn".*no socket for its owner/);
    await note(server.client, "alice", "add", "one");
    const refused = await command(workplace, "sessions", "list");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(`process ${server.pid}`);
    expect(await server.stop()).toBe(0);
  });

  test("belongs to its application: another one's sessions are not looked after through it", async ({ workplace }) => {
    await workplace.start();
    const refused = await command(workplace, "sessions", "list", "--override", "general.application", "other");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("serves the application config");
  });
});
