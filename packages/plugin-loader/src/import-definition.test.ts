import { access, readFile, rm } from "node:fs/promises";
import { formatProblem } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { definitionSource, manifestText, TemporaryProject } from "../test/temporary-project.js";
import { ComponentTypeRegistry } from "./component-type-registry.js";
import { discoverPlugins } from "./discover-plugins.js";
import { importComponentDefinition, importServices } from "./import-definition.js";

const DEFINITION = definitionSource("function", "shared");

/** Writes the plugin and discovers it. */
async function pluginOf(project: TemporaryProject, contributes: string, modules: Record<string, string>) {
  await project.writePlugin("plugins/notes", { manifest: manifestText({ contributes }), modules });
  const source = { file: "config.yml" };
  const { plugins } = await discoverPlugins({
    hostDirectory: project.directory,
    listed: [{ specifier: "./plugins/notes", directory: project.directory, source }],
    alcoveVersion: "0.1.0",
  });
  return plugins[0]!;
}

/** Imports the one function type `add` of a plugin with this module. */
async function importAdd(project: TemporaryProject, source: string, { scope = "shared", exportName = "default" } = {}) {
  const contributes = `{ functions: { add: { scope: ${scope}, module: ./add.js, export: ${exportName}, description: Adds. } } }`;
  const plugin = await pluginOf(project, contributes, { "add.js": source });
  return importComponentDefinition(new ComponentTypeRegistry([plugin]).all()[0]!);
}

describe("importComponentDefinition", () => {
  it("imports the default export, and the named one where the manifest names one", async () => {
    await using project = await TemporaryProject.create();
    expect(await importAdd(project, DEFINITION)).toMatchObject({
      definition: { kind: "function", scope: "shared" },
      problems: [],
    });
    await using other = await TemporaryProject.create();
    const named = DEFINITION.replace("export default", "export const add =");
    expect((await importAdd(other, named, { exportName: "add" })).definition).toBeDefined();
  });

  it("refuses a service of users that is another one than the manifest says", async () => {
    await using project = await TemporaryProject.create();
    const contributes =
      "{ per_user_services: { memory: { module: ./m.js, provides: notes/Memory, description: Remembers. } } }";
    const source = `export default {
      [Symbol.for("@alcove/plugin-api/Definition")]: true, kind: "per_user_service", scope: "per-user",
      service: Symbol.for("notes/Memories"),
    };`;
    const [type] = new ComponentTypeRegistry([await pluginOf(project, contributes, { "m.js": source })]).all();
    const { definition, problems } = await importComponentDefinition(type!);
    expect(definition).toBeUndefined();
    expect(problems.map(({ message, remedy }) => `${message} ${remedy}`)).toEqual([
      "The manifest of the plugin notes 1.0.0 promises the per-user service memory in ./m.js, but it provides notes/Memories, and the manifest says notes/Memory. Write notes/Memories there, or change the definition.",
    ]);
  });

  it("imports only the module of the type that is asked for, and runs it once", async () => {
    await using project = await TemporaryProject.create();
    const trace = (name: string) =>
      `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(project.path(name))}, "yes", { flag: "wx" });\n`;
    const type = (name: string) => `${name}: { scope: shared, module: ./${name}.js, description: A type. }`;
    const plugin = await pluginOf(project, `{ functions: { ${type("used")}, ${type("unused")} } }`, {
      "used.js": trace("used-ran") + DEFINITION,
      "unused.js": trace("unused-ran") + DEFINITION,
    });
    const [used] = new ComponentTypeRegistry([plugin]).all();

    expect((await importComponentDefinition(used!)).problems).toEqual([]);
    expect((await importComponentDefinition(used!)).problems).toEqual([]);

    await expect(access(project.path("used-ran"))).resolves.toBeUndefined();
    await expect(access(project.path("unused-ran"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.each([
    ["a wrong scope", definitionSource("function", "per-user"), 'export "default" is a per-user function', "scope"],
    [
      "a wrong kind",
      definitionSource("function_group", "shared"),
      'export "default" is a shared function group',
      "export",
    ],
    ["a middleware", definitionSource("middleware"), 'export "default" is a shared middleware', "export"],
    ["shared services", definitionSource("services"), 'export "default" is shared services', "export"],
    ["something else", "export default { scope: 'shared' };", "is no definition of @alcove/plugin-api", "export"],
    ["nothing defined", "export default undefined;", "is no definition of @alcove/plugin-api", "export"],
    [
      "a nested default",
      DEFINITION.replace("default {", "default { default: {").replace("};", "} };"),
      "CommonJS",
      "export",
    ],
  ])("refuses %s, naming plugin, module, export and what the manifest said", async (_, source, message, field) => {
    await using project = await TemporaryProject.create();
    const { definition, problems } = await importAdd(project, source);

    expect(definition).toBeUndefined();
    expect(problems).toMatchObject([
      { rule: "plugin-module", severity: "error", source: { line: 6, column: expect.any(Number) } },
    ]);
    expect(problems[0]?.source?.file).toMatch(/plugins\/notes\/plugin\.yaml$/);
    expect(problems[0]?.message).toContain(
      "The manifest of the plugin notes 1.0.0 promises the shared function add in ./add.js, but its",
    );
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.remedy).toBe("Export what defineFunction() returns, or correct the manifest.");
    const line = (await readFile(project.path("plugins/notes/plugin.yaml"), "utf8")).split("\n")[5]!;
    expect(line.slice(problems[0]!.source!.column! - 1)).toMatch(field === "scope" ? /^shared, / : /^default, /);
  });

  it.each([
    ["a shared one", definitionSource("middleware", "shared"), "is a shared middleware"],
    ["a function", definitionSource("function", "per-user"), "is a per-user function"],
  ])("refuses %s where the manifest promises a per-user middleware", async (_, source, message) => {
    await using project = await TemporaryProject.create();
    const contributes = "{ middleware: { guard: { scope: per-user, module: ./guard.js, description: Guards. } } }";
    const plugin = await pluginOf(project, contributes, { "guard.js": source });
    const { problems } = await importComponentDefinition(new ComponentTypeRegistry([plugin]).all()[0]!);
    expect(problems).toMatchObject([
      {
        rule: "plugin-module",
        message: expect.stringMatching(new RegExp(`promises the per-user middleware guard in .*${message}`)),
        remedy: "Export what definePerUserMiddleware() returns, or correct the manifest.",
      },
    ]);
  });

  it.each([
    ["an object store", definitionSource("object_store"), []],
    [
      "a middleware",
      definitionSource("middleware"),
      ["Export what defineObjectStore() returns, or correct the manifest."],
    ],
  ])("looks at %s where the manifest promises an object store, without a scope", async (_, source, remedies) => {
    await using project = await TemporaryProject.create();
    const contributes = "{ object_stores: { press: { module: ./press.js, description: Presses. } } }";
    const plugin = await pluginOf(project, contributes, { "press.js": source });
    const { problems } = await importComponentDefinition(new ComponentTypeRegistry([plugin]).all()[0]!);
    expect(problems.map(({ remedy }) => remedy)).toEqual(remedies);
  });

  it("warns of definitions that the manifest does not name, since nobody can use them", async () => {
    await using project = await TemporaryProject.create();
    const second = definitionSource("middleware", "shared").replace("export default", "export const guard =");
    const source = `${DEFINITION.replace("export default", "const add =")}export { add, add as default };\n${second}export const size = 1;`;
    const { definition, problems } = await importAdd(project, source);
    expect(definition).toBeDefined();
    expect(problems).toMatchObject([
      {
        rule: "plugin-module",
        severity: "warning",
        message: "./add.js of the plugin notes 1.0.0 exports definitions that its manifest does not name: guard.",
        source: { line: 6 },
      },
    ]);
  });

  it("names the exports there are when the one in the manifest is missing", async () => {
    await using project = await TemporaryProject.create();
    const source = `${DEFINITION}export const addNote = 1;`;
    const { problems } = await importAdd(project, source, { exportName: "addNotes" });
    expect(problems.map(formatProblem)).toEqual([
      expect.stringMatching(/but it has no export "addNotes"\. Did you mean addNote\? \[plugin-module\]$/),
    ]);

    await using other = await TemporaryProject.create();
    const { problems: inherited } = await importAdd(other, source, { exportName: "toString" });
    expect(inherited[0]?.remedy).toBe("Export it, or name one of its exports: addNote, default.");
  });

  it.each([
    [
      "throws an error",
      'throw new RangeError("out of notes\\nsecond line");',
      "importing it failed: RangeError: out of notes.",
    ],
    ["throws a text", 'throw "no error";', 'importing it failed: it threw "no error".'],
    ["throws nothing", "throw undefined;", "importing it failed: it threw a value of type undefined."],
    ["imports what is not there", 'import "not-installed-anywhere";', "not-installed-anywhere"],
    ["is no JavaScript", "export default {;", "importing it failed: "],
  ])("turns a module that %s into a problem", async (_, source, message) => {
    await using project = await TemporaryProject.create();
    const { definition, problems } = await importAdd(project, source);
    expect(definition).toBeUndefined();
    expect(problems).toMatchObject([
      { rule: "plugin-module", severity: "error", message: expect.stringContaining(message) },
    ]);
    expect(problems[0]?.message).not.toContain("\n");
  });

  it("says of a missing module what discovery says, and imports nothing from outside the package", async () => {
    await using project = await TemporaryProject.create();
    const trace = project.path("ran");
    await project.write(
      "outside.js",
      `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(trace)}, "yes"); ${DEFINITION}`,
    );
    await project.link("plugins/notes/linked.js", "../../outside.js");
    const type = (name: string) => `${name}: { scope: shared, module: ./${name}.js, description: A type. }`;
    await pluginOf(project, `{ functions: { ${type("missing")}, ${type("linked")} } }`, {});
    const { plugins, problems } = await discoverPlugins({
      hostDirectory: project.directory,
      listed: [{ specifier: "./plugins/notes", directory: project.directory, source: { file: "config.yml" } }],
      alcoveVersion: "0.1.0",
    });

    const imports = await Promise.all(new ComponentTypeRegistry(plugins).all().map(importComponentDefinition));

    expect(problems).toHaveLength(2);
    expect(imports.flatMap((imported) => imported.problems)).toEqual(problems);
    await expect(access(trace)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("still answers when the manifest has gone in the meantime", async () => {
    await using project = await TemporaryProject.create();
    const contributes = "{ functions: { add: { scope: shared, module: ./add.js, description: Adds. } } }";
    const plugin = await pluginOf(project, contributes, { "add.js": "export {};" });
    await rm(plugin.manifestFile);

    const { problems } = await importComponentDefinition(new ComponentTypeRegistry([plugin]).all()[0]!);

    expect(problems).toMatchObject([{ rule: "plugin-module", remedy: "Export it: the module exports nothing." }]);
    expect(problems[0]?.source).not.toHaveProperty("line");
  });
});

describe("importServices", () => {
  it("imports all shared services in the manifest's order, and reports the others", async () => {
    await using project = await TemporaryProject.create();
    const service = (name: string) => `${name}: { module: ./${name}.js, description: A service. }`;
    const plugin = await pluginOf(
      project,
      `{ services: { ${["weather", "broken", "wrong", "clock"].map(service).join(", ")} } }`,
      {
        "weather.js": definitionSource("services"),
        "broken.js": 'throw new Error("no");',
        "wrong.js": DEFINITION,
        "clock.js": definitionSource("services"),
      },
    );

    const { services, problems } = await importServices(plugin);

    expect(services.map(({ name }) => name)).toEqual(["weather", "clock"]);
    expect(services[0]).toMatchObject({ plugin, definition: { kind: "services" } });
    expect(problems.map(({ message }) => message)).toEqual([
      "The manifest of the plugin notes 1.0.0 promises the shared services broken in ./broken.js, but importing it failed: Error: no.",
      'The manifest of the plugin notes 1.0.0 promises the shared services wrong in ./wrong.js, but its export "default" is a shared function.',
    ]);
  });

  it("refuses services that provide what the manifest does not say they bind", async () => {
    await using project = await TemporaryProject.create();
    const source = definitionSource("services").replace("[]", '[Symbol("notes/Kept"), Symbol("notes/Extra")]');
    const contributes = "{ services: { kept: { module: ./kept.js, description: A service., binds: [notes/Kept] } } }";
    const { services, problems } = await importServices(await pluginOf(project, contributes, { "kept.js": source }));
    expect(services).toEqual([]);
    expect(problems.map(({ message, remedy }) => [message, remedy])).toEqual([
      [
        "The manifest of the plugin notes 1.0.0 promises the shared services kept in ./kept.js, but it provides notes/Extra, which the manifest does not say it binds.",
        'Add to its binds: ["notes/Extra"].',
      ],
    ]);
  });

  it("names the plugin and the module whose import hangs", async () => {
    await using project = await TemporaryProject.create();
    // Something has to keep the process alive: Node gives up an import nothing can ever go on with.
    const source = `await new Promise((resolve) => setTimeout(resolve, 500));\n${definitionSource("services")}`;
    const contributes = "{ services: { slow: { module: ./slow.js, description: A service. } } }";
    const { problems } = await importServices(await pluginOf(project, contributes, { "slow.js": source }), 20);
    expect(problems.map(({ message }) => message)).toEqual([
      "The manifest of the plugin notes 1.0.0 promises the shared services slow in ./slow.js, but importing it had not ended after 0.02 s.",
    ]);
  });

  it("has nothing to do for a plugin without services", async () => {
    await using project = await TemporaryProject.create();
    expect(await importServices(await pluginOf(project, "{}", {}))).toEqual({ services: [], problems: [] });
  });
});
