import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ExitCode, runCommandLine } from "./command-line.js";
import { alcoveVersion } from "./version.js";

interface Outcome {
  readonly exitCode: ExitCode;
  readonly results: string;
  readonly notices: string;
}

async function alcove(...alcoveArguments: string[]): Promise<Outcome> {
  const results: string[] = [];
  const notices: string[] = [];
  const exitCode = await runCommandLine(alcoveArguments, {
    output: { result: (line) => results.push(line), notice: (line) => notices.push(line) },
    isTerminal: false,
    showsStacks: false,
    stopSignal: () => Promise.resolve("SIGTERM"),
  });
  return { exitCode, results: results.join("\n"), notices: notices.join("\n") };
}

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
  ])("explains itself with examples: %j", async (alcoveArguments) => {
    const { exitCode, results } = await alcove(...alcoveArguments);
    expect(exitCode).toBe(0);
    expect(results).toMatch(/Usage: alcove/);
    expect(results).toMatch(/\$ alcove /);
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

describe("a missing configuration", () => {
  it("is named", async () => {
    const { exitCode, notices } = await alcove("validate", "--config_file", configFile);
    expect(exitCode).toBe(1);
    expect(notices).toContain(configFile);
  });
});
