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

  it("has what is wrong with general together with where the rest of it leads", async () => {
    const report = await reportOf(
      [
        "general:",
        "  nonsense: 1",
        "  middleware: [nobody]",
        "  front_end:",
        "    port: -5",
        "    endpoints:",
        "      - { function_name: notepad }",
        "      - { function_name: nobody, path: /v1/nobody }",
        "      - { function_name: notepad, path: /health, method: GET }",
        "functions: { notepad: { _type: per_user_notepad }, prefs: { _type: per_user_preferences } }",
        "workflow: { _type: per_user_assistant, preferences_name: prefs }",
      ].join("\n"),
    );
    expect(report.map((line) => /^(\d+):\d+: .*\[(.*)\]$/.exec(line)?.slice(1).join(" ")).sort()).toEqual([
      "10 name-clash",
      "3 config-unknown-key",
      "4 reference-unknown",
      "6 config-schema",
      "8 config-schema",
      "9 reference-unknown",
    ]);
  });

  it("warns of a workflow without routes, and of endpoints whose calls could only be refused", async () => {
    const report = await reportOf(
      [
        "general:",
        "  front_end:",
        "    disable_legacy_routes: true",
        "    workflow: { path: null }",
        "    endpoints:",
        "      - { function_name: prefs, path: /v1/prefs, method: GET }",
        "      - { function_name: prefs, path: /v1/set-prefs }",
        "      - { function_name: clock, path: /v1/now, method: GET }",
        "functions:",
        "  prefs: { _type: per_user_preferences }",
        "  notes: { _type: per_user_notepad }",
        "  clock: { _type: current_datetime }",
        "workflow: { _type: per_user_assistant, notepad_name: notes, preferences_name: prefs }",
      ].join("\n"),
    );
    expect(report).toEqual([
      expect.stringMatching(/^5:15: .* has no routes: it can be called over the WebSocket alone\./),
      expect.stringMatching(/^7:.* serves prefs with GET, .* every call will be refused with 422\./),
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
