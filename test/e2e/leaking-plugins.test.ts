import { describe, expect } from "vitest";
import { pluginPaths, test, type Workplace } from "./workplace.js";

interface Holding {
  readonly holds: readonly string[];
  readonly gives_back?: boolean;
}

/** A configuration whose holders hold what they are told to, beside a plugin that is innocent. */
async function configured(workplace: Workplace, holder: Holding, own: Holding = { holds: [] }): Promise<string> {
  return workplace.write("config.yml", {
    plugins: [pluginPaths.leaking, pluginPaths.time],
    functions: {
      holder: { _type: "holder", ...holder },
      own: { _type: "own_holder", ...own },
      time: { _type: "current_datetime" },
    },
    workflow: { _type: "holding_workflow", uses: ["holder", "own", "time"] },
  });
}

const check = async (workplace: Workplace, configFile: string) => {
  const { exitCode, stdout, stderr } = await workplace.alcove(
    "plugins",
    "check",
    "--start",
    "--config_file",
    configFile,
  );
  return { exitCode, stdout, lines: stderr.trimEnd().split("\n") };
};

describe("a plugin that leaves something open when it is closed", () => {
  test("is named by alcove plugins check --start, with what it is, where it was opened, and how to mend it", async ({
    workplace,
  }) => {
    const configFile = await configured(workplace, { holds: ["timer", "server", "worker"] });
    const { exitCode, lines } = await check(workplace, configFile);
    expect(exitCode).toBe(1);
    expect(lines[0]).toBe("3 errors found:");
    const opened = (line: number, what: string, remedy: string): unknown =>
      expect.stringMatching(
        new RegExp(
          `leaking/holder\\.js:${line}:\\d+: The plugin @alcove-test/plugin-leaking 0\\.1\\.0 has left ${what} open, which the component holder \\(leaking/holder\\) opened\\. ${remedy} where the part ends: .*\\[plugin-leak\\]$`,
        ),
      );
    expect(lines.slice(1)).toEqual([
      opened(8, "a timer", "Clear it"),
      opened(16, "a server", "Close it"),
      opened(21, "a worker thread", "Terminate it"),
    ]);
  });

  test("is found in what it builds for one user, too", async ({ workplace }) => {
    const configFile = await configured(workplace, { holds: [] }, { holds: ["timer"] });
    const { exitCode, lines } = await check(workplace, configFile);
    expect(exitCode).toBe(1);
    expect(lines[1]).toContain("left a timer open, which the component own (leaking/own_holder) opened");
  });

  test("is named in the log of a server that stops, which stops all the same", async ({ workplace }) => {
    const configFile = await configured(workplace, { holds: ["server", "timer"] });
    const server = await workplace.start({ configFile });
    expect(await server.stop()).toBe(0);
    const warnings = server.printed
      .split("\n")
      .filter((line) => line.includes("A plugin has left something open"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(warnings).toEqual([
      expect.objectContaining({
        plugin: "leaking",
        part: "the component holder (leaking/holder)",
        what: "a server",
        openedAt: expect.stringMatching(/leaking\/holder\.js:16:\d+$/),
      }),
      expect.objectContaining({ plugin: "leaking", what: "a timer" }),
    ]);
  });
});

describe("a plugin that gives everything back", () => {
  test("is accused of nothing", async ({ workplace }) => {
    const everything = { holds: ["timer", "server", "worker"], gives_back: true };
    const configFile = await configured(workplace, everything, everything);
    expect(await check(workplace, configFile)).toEqual({ exitCode: 0, stdout: "OK: 2 plugins\n", lines: [""] });
    const server = await workplace.start({ configFile });
    expect(await server.stop()).toBe(0);
    expect(server.printed).not.toContain("left something open");
  });

  test("may leave a timer that keeps no process alive", async ({ workplace }) => {
    const configFile = await configured(workplace, { holds: ["idle_timer"] }, { holds: ["idle_timer"] });
    expect((await check(workplace, configFile)).exitCode).toBe(0);
  });
});

describe("alcove plugins check --start", () => {
  test("asks for the configuration to start", async ({ workplace }) => {
    const { exitCode, stderr } = await workplace.alcove("plugins", "check", "--start");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("add --config_file");
  });

  test("begins no session, and leaves the store alone", async ({ workplace }) => {
    const configFile = await configured(workplace, { holds: [] });
    expect((await check(workplace, configFile)).exitCode).toBe(0);
    const { stdout } = await workplace.alcove("sessions", "list", "--config_file", configFile, "--json");
    expect(stdout).toBe("");
  });
});
