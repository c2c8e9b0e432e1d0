import { mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type CommandLineOptions, createProgram, runCommandLine } from "./command-line.js";
import { commands } from "./commands/commands.js";
import type { ExitCode } from "./exit-code.js";
import { alcoveVersion } from "./version.js";

interface Outcome {
  readonly exitCode: ExitCode;
  readonly results: string;
  readonly notices: string;
}

const surroundings: CommandLineOptions = {
  output: { result: () => undefined, notice: () => undefined },
  isTerminal: false,
  showsStacks: false,
  stopSignal: () => Promise.resolve("SIGTERM"),
};

const namesOfCommands = commands.map(({ name }) => name);

async function alcove(...alcoveArguments: string[]): Promise<Outcome> {
  const results: string[] = [];
  const notices: string[] = [];
  const exitCode = await runCommandLine(alcoveArguments, {
    ...surroundings,
    output: { result: (line) => results.push(line), notice: (line) => notices.push(line) },
  });
  return { exitCode, results: results.join("\n"), notices: notices.join("\n") };
}

// The first to name a command loads it, which from sources takes a test runner much longer than Node.
beforeAll(() => createProgram(namesOfCommands, surroundings), 60_000);

let folder: string;
let configFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "alcove-command-line-"));
  configFile = join(folder, "config.yml");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the command line", () => {
  it.each([
    [[]],
    [["dance"]],
    [["serve"]],
    [["validate"]],
    [["run", "--config_file", "x.yml"]],
    [["serve", "--config_file", "x.yml", "--prot", "1"]],
    [["serve", "--config_file", "x.yml", "--port", "http"]],
    [["serve", "--config_file", "x.yml", "--port", "65536"]],
    [["serve", "--config_file", "x.yml", "--log_level", "loud"]],
    [["serve", "--config_file", "x.yml", "--override", "a"]],
    [["info"]],
    [["sessions"]],
    [["sessions", "list"]],
    [["sessions", "list", "--config_file", "x.yml", "--limit", "0"]],
    [["sessions", "show", "--config_file", "x.yml"]],
    [["sessions", "delete", "--config_file", "x.yml"]],
    [["sessions", "delete", "alice", "--entry", "session/a/b", "--config_file", "x.yml"]],
    [["backup", "--config_file", "x.yml"]],
    [["create"]],
    [["create", "plugin"]],
    [["create", "app"]],
    [["create", "app", "Rooms"]],
    [["create", "plugin", "../word-count"]],
  ])("ends with 2 when it is wrong: %j", async (alcoveArguments) => {
    const { exitCode, results, notices } = await alcove(...alcoveArguments);
    expect(exitCode).toBe(2);
    expect(results).toBe("");
    expect(notices).not.toBe("");
  });

  it.each([
    [["--help"]],
    [["serve", "--help"]],
    [["run", "--help"]],
    [["validate", "--help"]],
    [["info", "components", "--help"]],
    [["sessions", "list", "--help"]],
    [["sessions", "show", "--help"]],
    [["sessions", "export", "--help"]],
    [["sessions", "import", "--help"]],
    [["sessions", "delete", "--help"]],
    [["sessions", "verify", "--help"]],
    [["backup", "--help"]],
    [["create", "plugin", "--help"]],
    [["create", "app", "--help"]],
    [["help"]],
    [["help", "serve"]],
    [["sessions", "help", "list"]],
  ])("explains itself with examples: %j", async (alcoveArguments) => {
    const { exitCode, results } = await alcove(...alcoveArguments);
    expect(exitCode).toBe(0);
    expect(results).toMatch(/Usage: alcove/);
    expect(results).toMatch(/\$ alcove /);
  });

  it("lists commands that are not loaded as they would list themselves", async () => {
    const loaded = await createProgram(namesOfCommands, surroundings);
    const listed = await createProgram([], surroundings);
    expect(listed.helpInformation()).toBe(loaded.helpInformation());
    expect(namesOfCommands).toEqual(expect.arrayContaining(["serve", "sessions"]));
  });

  it.each([
    [["validate", "--config-file", "x.yml"], "unknown option '--config-file'\n(Did you mean --config_file?)"],
    [["run", "--config_file", "x.yml", "--inputs", "{}"], "unknown option '--inputs'\n(Did you mean --input?)"],
    [["validate"], "required option '--config_file <file>' not specified"],
    [["run", "--config_file", "x.yml"], "required option '--input <json-or-text>' not specified"],
  ])("says of %j what is misspelt before it says what is missing", async (alcoveArguments, message) => {
    const { notices } = await alcove(...alcoveArguments);
    expect(notices).toContain(`error: ${message}`);
  });

  it("prints its version", async () => {
    expect(await alcove("--version")).toEqual({ exitCode: 0, results: alcoveVersion, notices: "" });
  });
});

describe("a broken configuration", () => {
  beforeEach(() => writeFile(configFile, "workflow:\n  _type: nope\nfunctons: {}\n"));

  it.each(["serve", "validate", "run"])("ends %s with 1 and one report of all problems", async (command) => {
    const input = command === "run" ? ["--input", "{}"] : [];
    const { exitCode, results, notices } = await alcove(command, "--config_file", configFile, ...input);
    expect(exitCode).toBe(1);
    expect(results).toBe("");
    expect(notices).toMatch(/config\.yml:3:1: .*functons.* \[config-unknown-key\]/);
    expect(await readdir(folder)).toEqual(["config.yml"]);
  });

  it("is reported as JSON for scripts", async () => {
    const { exitCode, results, notices } = await alcove("validate", "--config_file", configFile, "--json");
    expect(exitCode).toBe(1);
    expect(notices).toBe("");
    expect(JSON.parse(results)).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([expect.objectContaining({ rule: "config-unknown-key", line: 3, column: 1 })]),
    });
  });
});

describe("a configuration whose plugins are gone", () => {
  beforeEach(() =>
    writeFile(configFile, `workflow: { _type: gone }\ngeneral: { store: { path: ${folder}/s.sqlite } }\n`),
  );

  it("keeps nobody from looking after its sessions, but makes no store", async () => {
    for (const command of [["list"], ["show", "alice"], ["export", "alice"], ["delete", "alice"], ["verify"]]) {
      const { exitCode, notices } = await alcove("sessions", ...command, "--config_file", configFile);
      expect([command[0], exitCode]).toEqual([command[0], 1]);
      expect(notices).toContain(`There is no session store ${folder}/s.sqlite`);
    }
    expect(await readdir(folder)).toEqual(["config.yml"]);
  });

  it("says of a store that cannot be looked at that it cannot be opened, not that there is none", async () => {
    await symlink("s.sqlite", join(folder, "s.sqlite"));
    const { exitCode, notices } = await alcove("sessions", "list", "--config_file", configFile);
    expect(exitCode).toBe(1);
    expect(notices).toContain(`The session store ${folder}/s.sqlite could not be opened: ELOOP`);
  });

  it("takes an imported session, which can then be listed, shown, exported, backed up and deleted", async () => {
    const at = { created_at: Date.now(), last_activity_at: Date.now(), expires_at: Date.now() + 60_000 };
    const components = [{ name: "notes", version: 1, state: { notes: ["✓"] } }];
    const exported = {
      alcove_session: 1,
      application: "x",
      user_id: "u",
      ...at,
      runs_completed: 4,
      components,
      records: [],
    };
    await writeFile(join(folder, "u.json"), JSON.stringify(exported));
    const run = (...command: string[]) => alcove(...command, "--config_file", configFile, "--json");
    expect((await run("sessions", "import", join(folder, "u.json"))).results).toBe('{"user":"u"}');
    expect((await run("sessions", "import", join(folder, "u.json"))).notices).toContain("--replace");
    expect((await run("sessions", "import", join(folder, "u.json"), "--replace")).exitCode).toBe(0);
    const listed = JSON.parse((await run("sessions", "list")).results);
    expect(listed).toMatchObject({ user: "u", status: "live", runs: 4, entry: "session/config/u" });
    expect(JSON.parse((await run("sessions", "verify")).results)).toEqual({ entries: 1, damaged: 0 });
    expect((await run("backup", join(folder, "copy.sqlite"))).exitCode).toBe(0);
    expect((await run("sessions", "delete", "--entry", listed.entry)).results).toBe('{"entry":"session/config/u"}');
    expect((await run("sessions", "list")).results).toBe("");
    expect((await run("sessions", "delete", "--entry", listed.entry)).exitCode).toBe(1);
  });

  it("takes no file for an exported session that is none", async () => {
    const run = (...command: string[]) => alcove("sessions", ...command, "--config_file", configFile);
    await writeFile(join(folder, "latin1.json"), Buffer.from([0xe9]));
    for (const file of ["latin1.json", "missing.json", "config.yml"]) {
      expect([file, (await run("import", join(folder, file))).exitCode]).toEqual([file, 1]);
    }
    await writeFile(join(folder, "cut-off.json"), '{"alcove_session":1}');
    const { notices } = await run("import", join(folder, "cut-off.json"));
    expect(notices).toMatch(/not an exported session of Alcove: application: .*\nhow to mend it: Import a file/s);
  });
});

describe("alcove create", () => {
  it("makes a project once, and says what stands in its way the second time", async () => {
    const workingDirectory = vi.spyOn(process, "cwd").mockReturnValue(folder);
    onTestFinished(() => workingDirectory.mockRestore());
    const created = await alcove("create", "plugin", "word-count");
    expect(created).toMatchObject({ exitCode: 0, notices: "" });
    expect(created.results).toContain(`Created the plugin word-count in ${join(folder, "word-count")}.`);
    expect(await readdir(join(folder, "word-count"))).toContain("plugin.yaml");
    const again = await alcove("create", "app", "word-count");
    expect(again).toMatchObject({ exitCode: 2, results: "" });
    expect(again.notices).toMatch(/word-count is there already, and not empty .*\nhow to mend it: /s);
    expect(await readdir(folder)).toEqual(["word-count"]);
  });
});

describe("a missing configuration", () => {
  it("is named", async () => {
    const { exitCode, notices } = await alcove("validate", "--config_file", configFile);
    expect(exitCode).toBe(1);
    expect(notices).toContain(configFile);
  });
});
