import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { formatProblem } from "@alcove/plugin-api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { prepareApplication } from "./prepare-application.js";

const assistant = resolve(import.meta.dirname, "../../../plugins/per-user-assistant");
const clock = resolve(import.meta.dirname, "../../../plugins/time");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "alcove-prepare-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function reportOf(yaml: string): Promise<string[]> {
  const configFile = join(folder, "config.yml");
  await writeFile(configFile, `plugins: [${assistant}, ${clock}]\n${yaml}`);
  const { problems } = await prepareApplication({ configFile, isServed: true });
  return problems.map((problem) => formatProblem(problem).replace(`${configFile}:`, ""));
}

describe("the report on a configuration", () => {
  it("has the complaints of all who look at it, though one value in it could not even be read", async () => {
    const unset = "$" + "{UNSET_VARIABLE}";
    const report = await reportOf(
      [
        "general: { front_end: { host: 0.0.0.0 } }",
        "functions:",
        "  notepad: { _type: per_user_notepad, max_note: 5 }",
        "  nameless: { max_notes: 1 }",
        "  missing: { _type: nope }",
        `  clock: { _type: current_datetime, timezone: "${unset}" }`,
        "workflow: { _type: per_user_assistant, notepad_name: zzz, preferences_name: nameless }",
      ].join("\n"),
    );
    expect(report.map((line) => /^(\d+):\d+: .*\[(.*)\]$/.exec(line)?.slice(1).join(" ")).sort()).toEqual([
      "4 config-unknown-key",
      "5 config-schema",
      "6 type-unknown",
      "7 config-environment",
      "8 reference-unknown",
    ]);
  });

  it("says that others could reach the plain cookie, together with what else is wrong", async () => {
    const report = await reportOf(
      "general: { front_end: { host: 0.0.0.0 } }\nworkflow: { _type: per_user_assistant, notepad: x }",
    );
    expect(report).toEqual(
      expect.arrayContaining([
        expect.stringContaining("allow_insecure_identity"),
        expect.stringContaining("has no such field"),
      ]),
    );
  });

  it("never prints what came out of the environment, whoever words the complaint", async () => {
    vi.stubEnv("SECRET_VARIABLE", "hunter2-hunter2");
    const secret = "$" + "{SECRET_VARIABLE}";
    const report = await reportOf(
      [
        "functions:",
        `  clock: { _type: current_datetime, timezone: "${secret}" }`,
        `  other: { _type: current_datetime, timezone: "pre-${secret}" }`,
        `  third: { _type: "${secret}" }`,
        `workflow: { _type: per_user_assistant, notepad_name: "${secret}" }`,
      ].join("\n"),
    );
    expect(report.length).toBeGreaterThanOrEqual(4);
    expect(report.join("\n")).not.toContain("hunter2");
    expect(report.join("\n")).toContain(`(value of ${secret})`);
  });
});
