import { stat } from "node:fs/promises";
import { describe, expect } from "vitest";
import { note } from "./assistant-client.js";
import { exampleConfigFile, test } from "./workplace.js";

describe("a restart", () => {
  test.for(["SIGTERM", "SIGINT", "SIGKILL"] as const)(
    "after %s finds every user's notes, preferences and counters",
    async (signal, { workplace }) => {
      const before = await workplace.start();
      await note(before.client, "alice", "add", "Alices first note");
      await before.client.generate("alice", { command: "pref", action: "set", param1: "theme", param2: "light" });
      await note(before.client, "bob", "add", "Bobs note");
      const exitCode = await before.stop(signal);
      expect(exitCode).toBe(signal === "SIGKILL" ? undefined : 0);

      const { client } = await workplace.start();
      expect(await note(client, "alice", "list")).toEqual({
        success: true,
        message: "Found 1 notes",
        data: { notes: ["Alices first note"], count: 1, commands_executed: 3 },
      });
      const theme = await client.generate("alice", { command: "pref", action: "list" });
      expect(theme.text).toContain('"preferences":{"theme":"light","language":"en","notifications":"enabled"}');
      expect((await note(client, "bob", "list")).data).toEqual({
        notes: ["Bobs note"],
        count: 1,
        commands_executed: 2,
      });
    },
  );

  test("keeps the order of preferences and awkward names", async ({ workplace }) => {
    const before = await workplace.start();
    for (const name of ["zebra", "__proto__", "apple"]) {
      await before.client.generate("alice", { command: "pref", action: "set", param1: name, param2: "x" });
    }
    await before.stop("SIGKILL");
    const { client } = await workplace.start();
    const reply = await client.generate("alice", { command: "pref", action: "list" });
    expect(reply.text).toContain(
      '"preferences":{"theme":"dark","language":"en","notifications":"enabled","zebra":"x","__proto__":"x","apple":"x"}',
    );
  });

  test("keeps the state in a file that only its owner can read, and says where it is", async ({ workplace }) => {
    const server = await workplace.start();
    await note(server.client, "alice", "add", "private");
    expect(server.printed).toContain(workplace.storePath);
    expect((await stat(workplace.storePath)).mode & 0o777).toBe(0o600);
    expect((await stat(`${workplace.storePath}-wal`)).mode & 0o777).toBe(0o600);
  });

  test("without a configured place keeps the state in .alcove of the working directory", async ({ workplace }) => {
    const configFile = await workplace.write("my-rooms.yml", {
      plugins: [exampleConfigFile.replace("configs/config.yml", "plugins/time")],
      workflow: { _type: "current_datetime" },
    });
    const checked = await workplace.alcove("run", "--config_file", configFile, "--input", "{}");
    expect(checked.output).toContain("+00:00");
    expect((await stat(`${workplace.folder}/.alcove/my-rooms.sqlite`)).isFile()).toBe(true);
    expect((await stat(`${workplace.folder}/.alcove`)).mode & 0o777).toBe(0o700);
  });
});
