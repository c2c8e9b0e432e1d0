import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { describe, expect } from "vitest";
import { notesOf } from "./assistant-client.js";
import { nodeBinary, workspaceFolder } from "./command-line.js";
import { exampleConfigFile, test, type Workplace } from "./workplace.js";

function runNote(workplace: Workplace, input: string, ...more: string[]) {
  const storeOverride = ["--override", "general.store.path", workplace.storePath];
  return workplace.alcove("run", "--config_file", exampleConfigFile, "--input", input, ...storeOverride, ...more);
}

describe("alcove run", () => {
  test("prints the result and keeps the state for the next run", async ({ workplace }) => {
    const first = await runNote(workplace, '{"command":"note","action":"add","param1":"from the shell"}');
    expect(first.exitCode).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ success: true, data: { count: 1, commands_executed: 1 } });
    const second = await runNote(workplace, '{"command":"note","action":"list"}');
    expect(JSON.parse(second.stdout)).toMatchObject({ data: { notes: ["from the shell"], commands_executed: 2 } });
  });

  test("works in the session of the user whom the cookie would name", async ({ workplace }) => {
    await runNote(workplace, '{"command":"note","action":"add","param1":"from the shell"}', "--user_id", "alice");
    const { client } = await workplace.start();
    expect(await notesOf(client, "alice")).toEqual(["from the shell"]);
    expect(await notesOf(client, "bob")).toEqual([]);
  });

  test("refuses an empty user, who would be somebody nobody can be over HTTP", async ({ workplace }) => {
    const { exitCode, stderr } = await runNote(workplace, '{"command":"stats"}', "--user_id", "");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--user_id");
  });

  test("fails with 1 when the input is refused", async ({ workplace }) => {
    const { exitCode, stderr } = await runNote(workplace, '{"command":1}');
    expect(exitCode).toBe(1);
    expect(stderr).toContain("command");
  });
});

describe("a reader that goes away before anything is printed", () => {
  test.for(["alcove", "create-alcove"])("is no failure of %s", async (name) => {
    const child = spawn(nodeBinary, [`${workspaceFolder}packages/${name}/bin/${name}.js`, "--help"]);
    child.stdout.destroy();
    const complaint = text(child.stderr);
    await once(child, "close");
    expect([child.exitCode, await complaint]).toEqual([0, ""]);
  });
});

describe("commands that look and do not touch", () => {
  test("validate says that the configuration is fine, and creates nothing", async ({ workplace }) => {
    const { exitCode, stdout } = await workplace.alcove("validate", "--config_file", exampleConfigFile);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("OK");
    expect(await readdir(workplace.folder)).toEqual([]);
  });

  test("info components lists what is installed, and creates nothing", async ({ workplace }) => {
    const { exitCode, stdout } = await workplace.alcove("info", "components", "--config_file", exampleConfigFile);
    expect(exitCode).toBe(0);
    for (const type of [
      "per_user_notepad",
      "per_user_preferences",
      "per_user_assistant",
      "current_datetime",
      "per_user_todo",
      "alcove/rate_limit",
      "alcove/file_system",
    ]) {
      expect(stdout).toContain(type);
    }
    expect(await readdir(workplace.folder)).toEqual([]);
  });

  test("info components --json is JSON", async ({ workplace }) => {
    const { stdout } = await workplace.alcove("info", "components", "--config_file", exampleConfigFile, "--json");
    expect(JSON.stringify(JSON.parse(stdout))).toContain("per_user_notepad");
  });
});

describe("the command line", () => {
  test("ends with 1 where there is no such file, naming it", async ({ workplace }) => {
    for (const command of ["serve", "validate", "run"]) {
      const input = command === "run" ? ["--input", "{}"] : [];
      const { exitCode, output } = await workplace.alcove(command, "--config_file", "missing.yml", ...input);
      expect({ command, exitCode }).toEqual({ command, exitCode: 1 });
      expect(output).toContain("missing.yml");
    }
  });

  test.for([
    ["no command", []],
    ["an unknown command", ["dance"]],
    ["an unknown option", ["serve", "--config_file", "config.yml", "--prot", "1"]],
    ["a missing option", ["serve"]],
  ] as const)("ends with 2 on %s", async ([, alcoveArguments], { workplace }) => {
    expect((await workplace.alcove(...alcoveArguments)).exitCode).toBe(2);
  });

  test.for(["serve", "run", "validate", "info"])("explains %s", async (command, { workplace }) => {
    const { exitCode, stdout } = await workplace.alcove(command, "--help");
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`alcove ${command}`);
  });

  test("says who has the port when it is taken", async ({ workplace }) => {
    const server = await workplace.start();
    const { port } = new URL(server.url);
    const overrides = ["--override", "general.store.path", `${workplace.folder}/other.sqlite`];
    const second = await workplace.alcove("serve", "--config_file", exampleConfigFile, "--port", port, ...overrides);
    expect(second.exitCode).toBe(1);
    expect(second.output).toContain(port);
  });

  test("refuses to show plain cookies to the network unless told to", async ({ workplace }) => {
    const overrides = ["--override", "general.store.path", workplace.storePath];
    const { exitCode, output } = await workplace.alcove(
      ...["serve", "--config_file", exampleConfigFile, "--host", "0.0.0.0", "--port", "0", ...overrides],
    );
    expect(exitCode).toBe(1);
    expect(output).toContain("allow_insecure_identity");
  });

  test("prints what it loaded, what it expects and where it listens", async ({ workplace }) => {
    const { printed, url } = await workplace.start();
    for (const part of ["config.yml", "per-user-assistant", "per-user", "command", "param2", "/generate", url]) {
      expect(printed).toContain(part);
    }
  });
});
