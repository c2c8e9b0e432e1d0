import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { formatProblem, type Problem, problemRules } from "@alcove/plugin-api";
import { rehearseStart } from "alcove";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { runAlcove, workspaceFolder } from "./command-line.js";
import { type FaultFixture, FaultyProject, readFaults, readSoundProject } from "./fault-fixtures.js";

const faults = await readFaults();

/** What is said against a fixture. */
interface Report {
  readonly fixture: FaultFixture;
  readonly problems: readonly Problem[];
  /** One line a problem, with paths relative to the project. */
  readonly lines: readonly string[];
  /** Whether an error has a file and a place that are there. */
  readonly isPlaced: boolean;
}

async function reportOn(fixture: FaultFixture): Promise<Report> {
  await using project = await FaultyProject.create(fixture);
  const { folder } = project;
  process.chdir(folder);
  // As `alcove serve` checks and starts it before it listens, and as `alcove plugins check --start` closes it again.
  const { configFile, overrides } = fixture;
  const { problems } = await rehearseStart({ configFile, overrides, isServed: true });
  const lines = problems.map((problem) => {
    const label = problem.severity === "warning" ? "warning: " : "";
    return `${label}${withoutMachine(formatProblem(problem), folder)}`;
  });
  return { fixture, problems, lines, isPlaced: errorsOf(problems).every((error) => isPlaceIn(folder, error)) };
}

/** A line as it would be on any machine: paths relative to the project, and to Alcove. */
function withoutMachine(line: string, folder: string): string {
  const places = [workspaceFolder, `${relative(folder, workspaceFolder)}/`];
  return places
    .reduce((text, place) => text.replaceAll(place, "<alcove>/"), line)
    .replaceAll(`${folder}/`, "")
    .replaceAll(folder, ".")
    .replace(/(?<=Alcove's )\S+(?= in )/, "<version>");
}

function errorsOf(problems: readonly Problem[]): Problem[] {
  return problems.filter(({ severity }) => severity === "error");
}

/** Only a file that is not there, and an option of the command line, have no lines. */
function isPlaceIn(folder: string, { rule, source: { file, line, column } }: Problem): boolean {
  if (file.startsWith("--override ")) {
    return line === undefined;
  }
  const path = join(folder, file);
  if (rule === "config-file" && !existsSync(path)) {
    return line === undefined;
  }
  const lines = readFileSync(path, "utf8").split("\n");
  const text = lines[(line ?? 0) - 1];
  return text !== undefined && column !== undefined && column >= 1 && column <= text.length + 1;
}

describe("the fault catalogue", () => {
  const home = process.cwd();
  let reports: Report[] = [];

  beforeAll(async () => {
    for (const fault of faults) {
      reports.push(await reportOn(fault));
    }
    return () => {
      reports = [];
    };
  });
  afterAll(() => process.chdir(home));

  /** The names of the faults of which something does not hold. */
  const faultsWithout = (holds: (report: Report) => boolean): string[] =>
    reports.filter((report) => !holds(report)).map(({ fixture }) => fixture.name);

  it("begins with a project in which nothing is wrong", async () => {
    expect((await reportOn(await readSoundProject())).lines).toEqual([]);
  });

  it("says of each fault what is wrong, in one line", () => {
    expect(faultsWithout(({ problems }) => errorsOf(problems).length === 1)).toEqual([]);
    expect(faultsWithout(({ lines }) => lines.every((line) => !line.includes("\n")))).toEqual([]);
  });

  it("names the file and the place of each fault", () => {
    expect(faultsWithout(({ isPlaced }) => isPlaced)).toEqual([]);
  });

  it("says how to mend each fault, in a sentence", () => {
    const isSentence = ({ remedy }: Problem): boolean => /^\S.*\s.*[.?]$/.test(remedy);
    expect(faultsWithout(({ problems }) => problems.every(isSentence))).toEqual([]);
  });

  it("has a fault for every rule there is", () => {
    const shown = new Set(reports.flatMap(({ problems }) => errorsOf(problems).map(({ rule }) => rule)));
    expect(problemRules.filter((rule) => !shown.has(rule))).toEqual([]);
  });

  it("has these messages", async () => {
    const text = reports.flatMap(({ fixture, lines }) => [fixture.name, ...lines.map((line) => `  ${line}`), ""]);
    await expect(text.join("\n")).toMatchFileSnapshot("../fixtures/faults/messages.txt");
  });

  test.for([
    "configs/cycle",
    "configs/override-of-unknown-key",
    "plugins/manifest-unknown-field",
    "plugins/module-hangs",
    "plugins/start-build-throws",
    "plugins/start-service-replaces-the-clock",
  ])("is what `alcove serve` says before it ends without having listened: %s", async (name) => {
    const report = reports.find(({ fixture }) => fixture.name === name);
    const { configFile, overrides } = report!.fixture;
    await using project = await FaultyProject.create(report!.fixture);
    const options = overrides.flatMap(({ path, value }) => ["--override", path, value]);
    const { exitCode, stdout, stderr } = await runAlcove(
      ["serve", "--config_file", configFile, "--port", "0", ...options],
      { cwd: project.folder },
    );
    const lines = withoutMachine(stderr.trimEnd(), project.folder).split("\n");
    expect({ exitCode, lines }).toEqual({
      exitCode: 1,
      lines: ["1 error found:", ...report!.lines.map((line) => `  ${line}`)],
    });
    expect(stdout).not.toContain("Listening");
  });
});
