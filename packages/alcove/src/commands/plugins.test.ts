import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "@alcove/plugin-api";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runCommandLine } from "../command-line.js";
import { commands } from "./commands.js";

const todo = resolve(import.meta.dirname, "../../../../plugins/todo");
let folder: string;

// From sources it takes a test runner much longer than Node.
beforeAll(async () => void (await commands.find(({ name }) => name === "plugins")?.load()), 60_000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "alcove-plugins-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function alcove(...commandArguments: string[]) {
  const lines = { result: [] as string[], notice: [] as string[] };
  const exitCode = await runCommandLine(["plugins", ...commandArguments], {
    output: { result: (line) => lines.result.push(line), notice: (line) => lines.notice.push(line) },
    isTerminal: false,
    showsStacks: false,
    stopSignal: () => new Promise(() => undefined),
  });
  return { exitCode, result: lines.result.join("\n"), notice: lines.notice.join("\n") };
}

/** A project that uses the to-do list through a pnpm-style store, and has a plugin made for another Alcove. */
async function project(yaml = "function_groups: { todo: { _type: per_user_todo } }"): Promise<string> {
  const store = join(folder, "node_modules/.pnpm/later@1.0.0/node_modules/later");
  await mkdir(store, { recursive: true });
  await mkdir(join(folder, "node_modules/@alcove"), { recursive: true });
  await symlink(todo, join(folder, "node_modules/@alcove/plugin-todo"));
  await symlink(store, join(folder, "node_modules/later"));
  await writeFile(
    join(store, "package.json"),
    '{"name":"later","version":"1.0.0","alcove":{"manifest":"./plugin.yaml"}}',
  );
  await writeFile(
    join(store, "plugin.yaml"),
    "manifest: 1\nid: later\ndisplayName: Later\ndescription: Of a later time.\nrequires: { alcove: ^9.0.0 }\ncontributes: {}\n",
  );
  const dependencies = { "@alcove/plugin-todo": "*", later: "*" };
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "host", dependencies }));
  await writeFile(join(folder, "config.yml"), yaml);
  return join(folder, "config.yml");
}

/** The to-do list can be loaded, the other two cannot. */
const withOptional = `plugins:
  load:
    - { plugin: "@alcove/plugin-todo", startup: optional }
    - { plugin: later, startup: optional }
    - { plugin: absent, startup: optional }
`;

describe("alcove plugins", () => {
  it("lists what was found, from where, whether it is in use, and why another was not loaded", async () => {
    const { exitCode, result, notice } = await alcove("list", "--config_file", await project());
    expect(exitCode).toBe(0);
    expect(result).toMatch(/^todo +@alcove\/plugin-todo +0\.1\.0 +dependency +yes +3 entries +\/.*plugins\/todo$/m);
    expect(notice).toMatch(
      /plugin\.yaml:5:\d+: The plugin later 1\.0\.0 works with Alcove \^9\.0\.0, and this is Alcove /,
    );
  });

  it("says of a plugin that was refused why, and ends with 1, since nobody has misspelt anything", async () => {
    const { exitCode, notice } = await alcove("info", "later", "--config_file", await project());
    expect(exitCode).toBe(1);
    expect(notice).toMatch(/The plugin later 1\.0\.0 works with Alcove .*\nerror: No plugin "later" was loaded\. /s);
  });

  it("does not say that no plugin is installed where one is, and was refused", async () => {
    await project();
    await writeFile(join(folder, "package.json"), '{"name":"host","dependencies":{"later":"*"}}');
    const { result, notice } = await alcove("list", "--config_file", join(folder, "config.yml"));
    expect(result).toBe("No plugin could be loaded.");
    expect(notice).toContain("The plugin later 1.0.0 works with Alcove");
  });

  it("shows the middleware of a plugin, and whether a configuration uses it", async () => {
    await writeFile(
      join(folder, "plugin.yaml"),
      "manifest: 1\nid: masks\ndisplayName: Masks\ndescription: Masks words.\nrequires: { alcove: '*' }\ncontributes:\n" +
        "  middleware: { mask_words: { scope: shared, module: ./mask.js, description: Masks words. } }\n",
    );
    await writeFile(join(folder, "mask.js"), "");
    await writeFile(
      join(folder, "package.json"),
      '{"name":"masks","version":"1.0.0","alcove":{"manifest":"./plugin.yaml"}}',
    );
    const configFile = join(folder, "config.yml");
    await writeFile(configFile, "plugins: [./]\nmiddleware: { polite: { _type: mask_words } }\n");
    const { result } = await alcove("info", "masks", "--config_file", configFile);
    expect(result).toMatch(/^middleware +mask_words +yes +Masks words\.$/m);
  });

  it("shows services, hooks and health checks as in use with any configuration, since every start takes them up", async () => {
    await writeFile(
      join(folder, "plugin.yaml"),
      "manifest: 1\nid: greeter\ndisplayName: Greeter\ndescription: Greets.\nrequires: { alcove: '*' }\ncontributes:\n" +
        "  lifecycle: { greet: { module: ./part.js, description: Greets. } }\n" +
        "  functions: { hello: { scope: shared, module: ./part.js, description: Says hello. } }\n",
    );
    await writeFile(join(folder, "part.js"), "");
    await writeFile(
      join(folder, "package.json"),
      '{"name":"greeter","version":"1.0.0","alcove":{"manifest":"./plugin.yaml"}}',
    );
    await writeFile(join(folder, "config.yml"), "plugins: [./]\n");
    const { result } = await alcove("info", "greeter", "--config_file", join(folder, "config.yml"));
    expect(result).toMatch(/^lifecycle +greet +yes +Greets\.$/m);
    expect(result).toMatch(/^functions +hello +no +Says hello\.$/m);
    const { result: list } = await alcove("list", "--config_file", join(folder, "config.yml"));
    expect(list).toMatch(/^greeter +greeter +1\.0\.0 +plugins: +yes /m);
  });

  it("shows one plugin with everything it contributes, for scripts too", async () => {
    const configFile = await project();
    const { result } = await alcove("info", "todo", "--config_file", configFile);
    expect(result).toMatch(/^function_groups +per_user_todo +yes /m);
    expect(result).toMatch(/^functions +per_user_todo_assistant +no /m);
    expect(result).toMatch(/^DELETE \/plugins\/todo\/items\/\{id\} +user +per_user_todo_routes$/m);
    const { result: json } = await alcove("info", "@alcove/plugin-todo", "--config_file", configFile, "--json");
    expect(JSON.parse(json)).toMatchObject({
      id: "todo",
      foundBy: "dependency",
      inUse: ["function_groups.per_user_todo"],
    });
    const { contributes } = z
      .object({ contributes: z.array(z.looseObject({ name: z.string() })) })
      .parse(JSON.parse(json));
    expect(contributes.find(({ name }) => name === "per_user_todo_routes")).toMatchObject({
      section: "http_routes",
      routes: expect.arrayContaining([{ method: "GET", path: "/plugins/todo/items", serves: "user" }]),
    });
  });

  it("lists what is optional and was not loaded apart, with the reason as a warning, and does not fail for it", async () => {
    const { exitCode, result, notice } = await alcove("list", "--config_file", await project(withOptional));
    expect(exitCode).toBe(0);
    expect(result).toMatch(/^todo /m);
    expect(result).not.toMatch(/^later /m);
    expect(result).toMatch(/^Optional, and not loaded: absent, later$/m);
    expect(notice).toMatch(/^2 warnings found:$/m);
    expect(notice).toMatch(/The plugin later 1\.0\.0 works with Alcove \^9\.0\.0/);
    expect(notice).toMatch(/config\.yml:5:\d+: .*absent/);
  });

  it("tells scripts which plugins may fail, and which have failed", async () => {
    const { result } = await alcove("list", "--config_file", await project(withOptional), "--json");
    const report = JSON.parse(result) as {
      plugins: { id: string; startup: string }[];
      missing: string[];
      problems: { severity: string }[];
    };
    expect(report.plugins.map(({ id, startup }) => [id, startup])).toEqual([["todo", "optional"]]);
    expect(report.missing).toEqual(["absent", "later"]);
    expect(report.problems.map(({ severity }) => severity)).toEqual(["warning", "warning"]);
  });

  it("shows of one plugin whether the application starts without it", async () => {
    const optional = await alcove("info", "todo", "--config_file", await project(withOptional));
    expect(optional.result).toMatch(/^startup +optional$/m);
    await writeFile(join(folder, "config.yml"), "{}");
    const required = await alcove("info", "todo", "--config_file", join(folder, "config.yml"));
    expect(required.result).toMatch(/^startup +required$/m);
  });

  it("names the plugins found, the nearest first, and ends with 2, when there is none of that name", async () => {
    const configFile = await project();
    await mkdir(join(folder, "node_modules/alarm"));
    await writeFile(
      join(folder, "node_modules/alarm/package.json"),
      '{"name":"alarm","version":"1.0.0","alcove":{"manifest":"./plugin.yaml"}}',
    );
    await writeFile(
      join(folder, "node_modules/alarm/plugin.yaml"),
      "manifest: 1\nid: alarm\ndisplayName: Alarm\ndescription: Rings.\nrequires: { alcove: '*' }\ncontributes: {}\n",
    );
    const dependencies = { alarm: "*", "@alcove/plugin-todo": "*" };
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "host", dependencies }));
    const { exitCode, notice } = await alcove("info", "tood", "--config_file", configFile);
    expect(exitCode).toBe(2);
    expect(notice).toMatch(
      /^error: No plugin "tood" was loaded\. Found: todo \(@alcove\/plugin-todo\), alarm \(alarm\)\.\nhow to mend it: .*`alcove plugins list`/,
    );
  });

  it("says of a dependency that is declared and not installed where it is declared, and does not fail for it", async () => {
    const configFile = await project();
    await writeFile(
      join(folder, "package.json"),
      '{\n  "dependencies": {\n    "@alcove/plugin-todo": "*",\n    "acme-notes": "^1.0.0"\n  }\n}\n',
    );
    const warning =
      /package\.json:4:5: The dependency acme-notes is declared and not installed.* Run `npm install` in .*\[plugin-not-found\]$/m;
    for (const command of ["list", "check"]) {
      const { exitCode, notice } = await alcove(command, "--config_file", configFile);
      expect(exitCode, command).toBe(command === "list" ? 0 : 1);
      expect(notice, command).toMatch(warning);
    }
  });

  it("says so, and nothing else, when there is no plugin at all", async () => {
    await writeFile(join(folder, "config.yml"), "{}");
    const { notice } = await alcove("info", "todo", "--config_file", join(folder, "config.yml"));
    expect(notice).toMatch(/^error: No plugin "todo" was loaded\. There are no others either\.\nhow to mend it: /);
  });

  it("checks as a start would, and ends with 1 when anything is wrong", async () => {
    const configFile = await project("workflow: { _type: per_user_todo_assistent }");
    const { exitCode, result } = await alcove("check", "--config_file", configFile, "--json");
    expect(exitCode).toBe(1);
    const rules = (JSON.parse(result) as { problems: { rule: string }[] }).problems.map(({ rule }) => rule);
    expect(rules).toEqual(["plugin-version", "type-unknown"]);
  });
});
