import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCommandLine } from "./command-line.js";
import { packageVersion } from "./package-version.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "alcove-create-command-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function create(...commandArguments: string[]) {
  const printed = { results: "", notices: "" };
  const exitCode = await runCommandLine(commandArguments, {
    workingDirectory: folder,
    result: (text) => {
      printed.results += text;
    },
    notice: (text) => {
      printed.notices += text;
    },
  });
  return { exitCode, ...printed };
}

describe("npm create alcove", () => {
  it("makes a project in the working directory and says how to go on", async () => {
    const { exitCode, results, notices } = await create("plugin", "word-count");
    expect([exitCode, notices]).toEqual([0, ""]);
    expect(results).toMatch(/cd word-count\n +npm install\n +npm test\n +npm start$/);
    expect(await readdir(folder)).toEqual(["word-count"]);
  });

  it.each([
    [[]],
    [["plugin"]],
    [["app"]],
    [["word-count"]],
    [["dance", "word-count"]],
    [["plugin", "word", "count"]],
    [["plugin", "word-count", "--force"]],
    [["plugin", "Word-Count"]],
  ])("ends with 2 when the command line is wrong: %j", async (commandArguments) => {
    const { exitCode, results, notices } = await create(...commandArguments);
    expect([exitCode, results]).toEqual([2, ""]);
    expect(notices).toMatch(/Usage: npm create alcove plugin <name>|^error: "Word-Count" cannot be/);
    expect(await readdir(folder)).toEqual([]);
  });

  it("ends with 1 when the folder cannot be made", async () => {
    await rm(folder, { recursive: true });
    expect(await create("app", "rooms")).toMatchObject({ exitCode: 1, notices: expect.stringContaining("ENOENT") });
  });

  it("explains itself, and prints its version", async () => {
    expect(await create("--help")).toMatchObject({ exitCode: 0, results: expect.stringMatching(/^Usage: npm create/) });
    expect(await create("--version")).toMatchObject({ exitCode: 0, results: packageVersion });
  });
});
