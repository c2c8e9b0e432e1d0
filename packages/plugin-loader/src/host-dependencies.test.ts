import { formatProblem } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { manifestText, TemporaryProject } from "../test/temporary-project.js";
import { discoverPlugins } from "./discover-plugins.js";

const discover = (project: TemporaryProject, ...specifiers: string[]) =>
  discoverPlugins({
    hostDirectory: project.directory,
    listed: specifiers.map((specifier) => ({
      specifier,
      directory: project.directory,
      source: { file: "config.yml", line: 1, column: 1 },
    })),
    alcoveVersion: "0.1.0",
    workingDirectory: project.directory,
  });

describe("discoverPlugins: what is declared and not installed", () => {
  it("says where it is declared, apart from the problems, and hides no types for it", async () => {
    await using project = await TemporaryProject.create();
    await project.write("package.json", '{\n  "dependencies": {\n    "a": "1.0.0",\n    "b": "1.0.0"\n  }\n}\n');
    await project.write("node_modules/a/package.json", { name: "a", version: "1.0.0" });

    const { uninstalled, problems, hidesTypes } = await discover(project);

    expect(uninstalled.map(({ problem }) => formatProblem(problem))).toEqual([
      expect.stringMatching(
        /^package\.json:4:5: The dependency b is declared and not installed, .* Run `npm install` in .* \[plugin-not-found\]$/,
      ),
    ]);
    expect({ problems, hidesTypes }).toEqual({ problems: [], hidesTypes: false });
  });

  it("passes over what npm may leave out, what is no package name, and what plugins: names, which is an error already", async () => {
    await using project = await TemporaryProject.create();
    await project.write("package.json", {
      dependencies: { perhaps: "*", "../no-name": "*", listed: "*" },
      optionalDependencies: { perhaps: "*" },
    });

    const { uninstalled, problems } = await discover(project, "listed");

    expect(uninstalled).toEqual([]);
    expect(problems.map(({ rule, severity }) => [rule, severity])).toEqual([["plugin-not-found", "error"]]);
  });
});

describe("discoverPlugins: what a refused plugin would contribute", () => {
  it.each([
    ["is no YAML", "contributes: ["],
    ["is empty", ""],
    ["has a section that is not known", manifestText({ contributes: "{ functoins: {} }" })],
  ])("cannot be told where its manifest %s", async (_, manifest) => {
    await using project = await TemporaryProject.create();
    await project.writeHost("notes");
    await project.writePlugin("node_modules/notes", { manifest });

    expect(await discover(project)).toMatchObject({ plugins: [], refused: [], hidesTypes: true });
  });

  it("is known of an entry without a module, and of a plugin whose id is taken", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("faulty", "first", "second");
    const faulty = manifestText({ id: "faulty", contributes: "{ functions: { add: { scope: shared } } }" });
    await project.writePlugin("node_modules/faulty", { name: "faulty", manifest: faulty });
    await project.writePlugin("node_modules/first", { name: "first" });
    const hook = "{ lifecycle: { warm: { module: ./warm.js, description: Warms up. } } }";
    await project.writePlugin("node_modules/second", {
      name: "second",
      manifest: manifestText({ contributes: hook }),
      modules: { "warm.js": "" },
    });

    const { refused, hidesTypes } = await discover(project);

    expect(refused).toMatchObject([
      { section: "functions", name: "add" },
      { section: "lifecycle", name: "warm" },
    ]);
    expect(hidesTypes).toBe(false);
  });
});
