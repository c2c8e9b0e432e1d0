import { access, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { formatProblem } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { manifestText, TemporaryProject } from "../test/temporary-project.js";
import { discoverPlugins } from "./discover-plugins.js";
import type { ListedPlugin } from "./discovered-plugin.js";

const discover = (project: TemporaryProject, ...specifiers: string[]) =>
  discoverPlugins({
    hostDirectory: project.directory,
    listed: specifiers.map((specifier, index) => listing(project, specifier, index + 1)),
    alcoveVersion: "0.1.0",
    workingDirectory: project.directory,
  });

const listing = (project: TemporaryProject, specifier: string, line: number): ListedPlugin => ({
  specifier,
  directory: project.path("configs"),
  source: { file: "configs/config.yml", line, column: 5 },
});

const contribution = (module: string) => `{ scope: shared, module: ${module}, description: A type. }`;

describe("discoverPlugins: where plugins are found", () => {
  it("throws when the running version is no version, for that is a mistake of the caller", async () => {
    const asked = discoverPlugins({ hostDirectory: ".", listed: [], alcoveVersion: "one" });
    await expect(asked).rejects.toThrow(TypeError);
  });

  it("finds the direct dependencies that say they are plugins, in package.json's order, then the listed ones", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("zeta", "plain", "@scope/alpha");
    await project.writePlugin("node_modules/zeta", { name: "zeta", id: "zeta", version: "2.3.4" });
    await project.write("node_modules/plain/package.json", { name: "plain", version: "1.0.0" });
    await project.writePlugin("node_modules/@scope/alpha", { name: "@scope/alpha", id: "alpha" });
    await project.writePlugin("plugins/beta", { name: "beta", id: "beta" });
    await project.writePlugin("node_modules/aaa", { name: "aaa", id: "aaa" });

    const { plugins, problems } = await discover(project, "../plugins/beta", "aaa");

    expect(problems).toEqual([]);
    expect(plugins.map(({ id, isListed }) => [id, isListed])).toEqual([
      ["zeta", false],
      ["alpha", false],
      ["beta", true],
      ["aaa", true],
    ]);
    expect(plugins[0]).toMatchObject({
      packageName: "zeta",
      version: "2.3.4",
      directory: project.path("node_modules/zeta"),
      manifestFile: project.path("node_modules/zeta/plugin.yaml"),
      manifest: { id: "zeta", displayName: "Notes" },
    });
  });

  it("never finds transitive, development, peer or optional dependencies, or packages that are merely installed", async () => {
    await using project = await TemporaryProject.create();
    await project.write("package.json", {
      dependencies: { direct: "*" },
      devDependencies: { development: "*" },
      peerDependencies: { peer: "*" },
      optionalDependencies: { optional: "*" },
    });
    await project.write("node_modules/direct/package.json", { name: "direct", dependencies: { transitive: "*" } });
    for (const name of ["transitive", "development", "peer", "optional", "stray"]) {
      await project.writePlugin(`node_modules/${name}`, { name, id: name });
    }

    expect(await discover(project)).toMatchObject({
      plugins: [],
      refused: [],
      hidesTypes: false,
      problems: [],
      missing: [],
    });
  });

  it("looks in the node_modules of the folders above the host, the nearest first", async () => {
    await using project = await TemporaryProject.create();
    await project.writePlugin("node_modules/near", { name: "near", id: "near", version: "1.0.0" });
    await project.writePlugin("node_modules/far", { name: "far", id: "far" });
    await project.writePlugin("apps/app/node_modules/near", { name: "near", id: "near", version: "2.0.0" });
    await project.write("apps/app/package.json", { dependencies: { near: "*", far: "*" } });

    const { plugins } = await discoverPlugins({
      hostDirectory: project.path("apps/app"),
      listed: [],
      alcoveVersion: "0.1.0",
    });

    expect(plugins.map(({ id, version }) => `${id} ${version}`)).toEqual(["near 2.0.0", "far 1.0.0"]);
  });

  it("follows the links of workspaces and of stores, and of the host itself", async () => {
    await using project = await TemporaryProject.create();
    await project.write("host/package.json", { dependencies: { linked: "*", stored: "*", hoisted: "*" } });
    await project.writePlugin("plugins/linked", { name: "linked", id: "linked" });
    await project.link("host/node_modules/linked", "../../plugins/linked");
    await project.writePlugin("store/stored@1.0.0/node_modules/stored", { name: "stored", id: "stored" });
    await project.link("host/node_modules/stored", "../../store/stored@1.0.0/node_modules/stored");
    // Found from where the host really is, not from where the link to it stands.
    await project.writePlugin("node_modules/hoisted", { name: "hoisted", id: "hoisted" });
    await using elsewhere = await TemporaryProject.create();
    await elsewhere.link("current", project.path("host"));

    const { plugins, problems } = await discoverPlugins({
      hostDirectory: elsewhere.path("current"),
      listed: [],
      alcoveVersion: "0.1.0",
    });

    expect(problems).toEqual([]);
    expect(plugins.map(({ directory }) => directory)).toEqual([
      project.path("plugins/linked"),
      project.path("store/stored@1.0.0/node_modules/stored"),
      project.path("node_modules/hoisted"),
    ]);
  });

  it("finds listed folders by absolute path, and the host itself by a dot path", async () => {
    await using project = await TemporaryProject.create();
    await project.writePlugin(".", { name: "host-plugin", id: "host-plugin" });
    await project.writePlugin("elsewhere/notes", {});

    const { plugins, problems } = await discover(project, "..", project.path("elsewhere/notes"));

    expect(problems).toEqual([]);
    expect(plugins.map(({ id }) => id)).toEqual(["host-plugin", "notes"]);
  });

  it("counts a package once that is a dependency, listed by name and listed by path", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("notes");
    await project.writePlugin("plugins/notes");
    await project.link("node_modules/notes", "../plugins/notes");

    const { plugins, problems } = await discover(project, "notes", "../plugins/notes", "../plugins/../plugins/notes");

    expect(problems).toEqual([]);
    expect(plugins.map(({ id, isListed }) => [id, isListed])).toEqual([["notes", true]]);
  });

  it("ignores a declared dependency that is not installed, or whose name is no package name", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("absent", "../../etc", "__proto__", "a/../../b");
    await project.writePlugin("etc");

    expect(await discover(project)).toMatchObject({
      plugins: [],
      refused: [],
      hidesTypes: false,
      problems: [],
      missing: [],
    });
  });

  it("works for a host without a package.json", async () => {
    await using project = await TemporaryProject.create();
    await project.writePlugin("plugins/notes");

    expect((await discover(project, "../plugins/notes")).plugins).toHaveLength(1);
  });
});

describe("discoverPlugins: what stands against a package", () => {
  it("reads no manifest that would keep it busy for minutes", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("notes");
    await project.writePlugin("node_modules/notes", { manifest: `${manifestText()}\n#${" ".repeat(262_144)}` });
    const { plugins, problems } = await discover(project);
    expect(plugins).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      "The field alcove.manifest of the plugin notes 1.0.0 names ./plugin.yaml, which is larger than 262144 bytes.",
    ]);
  });

  it("tells what refused plugins would contribute, so that their absence need not be explained twice", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("notes");
    const contributes = "{ functions: { add: { scope: shared, module: ./add.js, description: Adds. } } }";
    await project.writePlugin("node_modules/notes", {
      manifest: manifestText({ requires: "^9.0.0", contributes }),
      modules: { "add.js": "" },
    });
    const { plugins, refused, problems } = await discover(project);
    expect(plugins).toEqual([]);
    expect(refused).toEqual([expect.objectContaining({ section: "functions", name: "add" })]);
    expect(problems.map(({ rule }) => rule)).toEqual(["plugin-version"]);
  });

  it("complains once of a plugin that is made for another Alcove, though its peer says the same", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("notes");
    await project.writePlugin("node_modules/notes", { manifest: manifestText({ requires: "^9.0.0" }) });
    await project.write("node_modules/notes/package.json", {
      name: "notes",
      version: "1.0.0",
      type: "module",
      alcove: { manifest: "./plugin.yaml" },
      peerDependencies: { "@alcove/plugin-api": "^9.0.0" },
    });
    const { problems } = await discover(project);
    expect(problems.map(({ rule }) => rule)).toEqual(["plugin-version"]);
  });

  it("complains of every listed plugin that cannot be found, at its place in the configuration", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("declared");
    await project.write("empty/file", "");
    const lines = async (...specifiers: string[]) =>
      (await discover(project, ...specifiers)).problems.map(formatProblem);

    expect(
      await lines("absent", "declared", "../../etc-of-nobody", "../empty", "notes@1.0.0", "plugins/notes", ""),
    ).toEqual([
      expect.stringMatching(
        /^configs\/config\.yml:1:5: The plugin absent is not installed .* Run `npm install absent` in .* \[plugin-not-found\]$/,
      ),
      expect.stringMatching(/^configs\/config\.yml:2:5: The plugin declared is not installed .* Run `npm install` in /),
      expect.stringMatching(
        /^configs\/config\.yml:3:5: The plugin "..\/..\/etc-of-nobody" was not found: there is no folder/,
      ),
      expect.stringMatching(/^configs\/config\.yml:5:5: "notes@1\.0\.0" is neither the name of a package nor a path/),
      expect.stringMatching(/^configs\/config\.yml:6:5: "plugins\/notes" is neither/),
      expect.stringMatching(/^configs\/config\.yml:7:5: "" is neither/),
      expect.stringMatching(
        /^configs\/config\.yml:4:5: The plugin "..\/empty" is no package: empty\/package\.json does not exist/,
      ),
    ]);
  });

  it("complains of a listed package that is no plugin", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("plain");
    await project.write("node_modules/plain/package.json", { name: "plain", version: "1.0.0", alcove: "plugin.yaml" });

    const { problems } = await discover(project, "plain");

    expect(problems.map(formatProblem)).toEqual([
      'configs/config.yml:1:5: "plain" is listed as a plugin and is none: node_modules/plain/package.json has no field alcove.manifest. Take it off the list, or add "alcove": { "manifest": "./plugin.yaml" } to its package.json. [plugin-manifest]',
    ]);
  });

  it("warns of a dependency whose package.json is damaged, and refuses a listed one", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("damaged");
    await project.write("node_modules/damaged/package.json", "{ not json");

    expect((await discover(project)).problems).toMatchObject([
      { severity: "warning", source: { file: "node_modules/damaged/package.json" } },
    ]);
    expect((await discover(project, "damaged")).problems).toMatchObject([
      { severity: "error", rule: "plugin-not-found", source: { line: 1 } },
    ]);
  });

  it("refuses a host whose package.json or dependencies cannot be read", async () => {
    await using project = await TemporaryProject.create();
    for (const content of ["{", "[]", '{ "dependencies": ["notes"] }']) {
      await project.write("package.json", content);
      expect((await discover(project)).problems, content).toMatchObject([
        { severity: "error", rule: "plugin-not-found", source: { file: "package.json" } },
      ]);
    }
  });

  it("accepts a package.json with a byte order mark", async () => {
    await using project = await TemporaryProject.create();
    await project.write("package.json", `\uFEFF${JSON.stringify({ dependencies: { notes: "*" } })}`);
    await project.writePlugin("node_modules/notes");

    expect((await discover(project)).plugins).toHaveLength(1);
  });

  it("refuses a plugin whose package has no proper name or version", async () => {
    await using project = await TemporaryProject.create();
    await project.writePlugin("plugins/a", { name: "../a" });
    await project.writePlugin("plugins/b", { version: "newest" });

    const { plugins, problems } = await discover(project, "../plugins/a", "../plugins/b");

    expect(plugins).toEqual([]);
    expect(problems.map(({ source }) => source?.file)).toEqual(["plugins/a/package.json", "plugins/b/package.json"]);
  });
});

describe("discoverPlugins: manifests", () => {
  it("reports all faults of all plugins at once, with file, line and column", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("one", "two", "three", "good");
    const manifest = manifestText({ contributes: "{ functions: { add: { scope: user, module: ./add.js } } }" });
    await project.writePlugin("node_modules/one", {
      name: "one",
      manifest: `${manifest}displayNane: x\n`,
      modules: { "add.js": "" },
    });
    await project.writePlugin("node_modules/two", { name: "two", manifest: "id: [unclosed\n" });
    await project.writePlugin("node_modules/three", { name: "three", manifest: manifestText({ requires: "soon" }) });
    await project.writePlugin("node_modules/good", { name: "good", id: "good" });

    const { plugins, problems } = await discover(project);

    expect(plugins.map(({ id }) => id)).toEqual(["good"]);
    expect(problems.map(formatProblem)).toEqual([
      expect.stringMatching(
        /^node_modules\/one\/plugin\.yaml:6:43: In the manifest of the plugin one 1\.0\.0 the field contributes\.functions\.add\.scope is wrong: /,
      ),
      expect.stringMatching(
        /^node_modules\/one\/plugin\.yaml:6:29: In the manifest .* the field contributes\.functions\.add\.description is missing\. Add it: One sentence .* \[plugin-manifest\]$/,
      ),
      "node_modules/one/plugin.yaml:7:1: In the manifest of the plugin one 1.0.0 the field displayNane is not known. Did you mean displayName? [plugin-manifest]",
      expect.stringMatching(
        /^node_modules\/two\/plugin\.yaml:2:1: The manifest of the plugin two 1\.0\.0 is not valid YAML: /,
      ),
      "node_modules/three/plugin.yaml:5:21: In the manifest of the plugin three 1.0.0 the field requires.alcove is not a range of versions: soon. Write a semver range, e.g. ^0.1.0. [plugin-manifest]",
    ]);
  });

  it("refuses a plugin that needs another version of Alcove, and still reports its other faults", async () => {
    await using project = await TemporaryProject.create();
    await project.writePlugin("plugins/notes", { manifest: `${manifestText({ requires: "^2.0.0" })}extra: 1\n` });

    const { plugins, problems } = await discover(project, "../plugins/notes");

    expect(plugins).toEqual([]);
    expect(problems.map(({ rule, source }) => [rule, source?.line])).toEqual([
      ["plugin-manifest", 7],
      ["plugin-version", 5],
    ]);
    expect(problems[1]?.message).toBe("The plugin notes 1.0.0 works with Alcove ^2.0.0, and this is Alcove 0.1.0.");
  });

  it("refuses a manifest that is missing, no path, or outside the package, through a link too", async () => {
    await using project = await TemporaryProject.create();
    await project.write("outside.yaml", manifestText());
    await project.link("plugins/linked/plugin.yaml", "../../outside.yaml");
    const fields = { missing: "./no.yaml", typed: 7, dots: "../../outside.yaml", linked: "./plugin.yaml", folder: "." };
    for (const [name, manifest] of Object.entries(fields)) {
      await project.write(`plugins/${name}/package.json`, { name, version: "1.0.0", alcove: { manifest } });
    }

    const specifiers = Object.keys(fields).map((name) => `../plugins/${name}`);
    const { plugins, problems } = await discover(project, ...specifiers);

    expect(plugins).toEqual([]);
    expect(problems.every(({ rule, severity }) => rule === "plugin-manifest" && severity === "error")).toBe(true);
    expect(problems.map(({ message }) => message.replace("The field alcove.manifest of the plugin ", ""))).toEqual([
      "missing 1.0.0 names ./no.yaml, and that file does not exist.",
      "typed 1.0.0 is not a path.",
      "dots 1.0.0 leads out of the package: ../../outside.yaml.",
      "linked 1.0.0 leads out of the package: ./plugin.yaml.",
      "folder 1.0.0 leads out of the package: ..",
    ]);
  });

  it("reports every module that is missing or outside the package, and keeps the plugin's types known", async () => {
    await using project = await TemporaryProject.create();
    await project.write("outside.js", "");
    await project.link("plugins/notes/linked.js", "../../outside.js");
    const functions = `{ a: ${contribution("./a.js")}, b: ${contribution("./b.js")}, c: ${contribution("./linked.js")} }`;
    const services = "{ s: { module: ./s.js, description: S. } }";
    await project.writePlugin("plugins/notes", {
      manifest: manifestText({ contributes: `{ functions: ${functions}, services: ${services} }` }),
      modules: { "b.js": "" },
    });

    const { plugins, problems } = await discover(project, "../plugins/notes");

    expect(plugins).toHaveLength(1);
    expect(problems.map(({ rule }) => rule)).toEqual(["plugin-module", "plugin-module", "plugin-module"]);
    expect(problems.map(({ message }) => message)).toEqual([
      "The plugin notes 1.0.0 names ./a.js in contributes.functions.a.module, and that file does not exist.",
      "The plugin notes 1.0.0 names ./linked.js in contributes.functions.c.module, which lies outside its package.",
      "The plugin notes 1.0.0 names ./s.js in contributes.services.s.module, and that file does not exist.",
    ]);
  });

  it("reports missing modules beside other faults, and a refused path only once", async () => {
    await using project = await TemporaryProject.create();
    const functions = `{ a: ${contribution("./a.js")}, b: ${contribution("../b.js")} }`;
    const manifest = `${manifestText({ contributes: `{ functions: ${functions} }` })}extra: 1\n`;
    await project.writePlugin("plugins/notes", { manifest });

    const { problems } = await discover(project, "../plugins/notes");

    expect(problems.map(({ rule, message }) => [rule, message.replace(/^.*notes 1\.0\.0 /, "")])).toEqual([
      ["plugin-manifest", expect.stringMatching(/^the field contributes\.functions\.b\.module is wrong: /)],
      ["plugin-manifest", "the field extra is not known."],
      ["plugin-module", "names ./a.js in contributes.functions.a.module, and that file does not exist."],
    ]);
  });

  it("takes module paths from the manifest's own folder", async () => {
    await using project = await TemporaryProject.create();
    await project.write("plugins/notes/package.json", {
      name: "notes",
      version: "1.0.0",
      alcove: { manifest: "meta/plugin.yaml" },
    });
    const contributes = `{ functions: { a: ${contribution("./a.js")} } }`;
    await project.write("plugins/notes/meta/plugin.yaml", manifestText({ contributes }));
    await project.write("plugins/notes/meta/a.js", "");

    expect((await discover(project, "../plugins/notes")).problems).toEqual([]);
  });

  it("runs no code of any plugin", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("notes");
    const trace = project.path("ran");
    const source = `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(trace)}, "yes");`;
    const services = "{ s: { module: ./a.js, description: S. } }";
    const contributes = `{ functions: { a: ${contribution("./a.js")} }, services: ${services} }`;
    await project.writePlugin("node_modules/notes", {
      manifest: manifestText({ contributes }),
      modules: { "a.js": source, "index.js": source },
    });

    const { plugins, problems } = await discover(project, "notes");

    expect(problems).toEqual([]);
    await expect(access(trace)).rejects.toMatchObject({ code: "ENOENT" });
    // The module does leave the trace once it is imported.
    await import(/* @vite-ignore */ join(plugins[0]!.directory, "a.js"));
    await expect(access(trace)).resolves.toBeUndefined();
  });

  it("sees what changed between two calls", async () => {
    await using project = await TemporaryProject.create();
    await project.writePlugin("plugins/notes");
    expect((await discover(project, "../plugins/notes")).plugins).toHaveLength(1);

    await unlink(project.path("plugins/notes/plugin.yaml"));
    expect((await discover(project, "../plugins/notes")).plugins).toHaveLength(0);

    await rename(project.path("plugins/notes"), project.path("plugins/moved"));
    expect((await discover(project, "../plugins/notes")).problems).toMatchObject([{ rule: "plugin-not-found" }]);
  });
});

describe("discoverPlugins: duplicates", () => {
  it("reports two packages with one plugin id, naming both, and keeps the first", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("a", "b");
    await project.writePlugin("node_modules/a", { name: "a", id: "notes" });
    await project.writePlugin("node_modules/b", { name: "b", id: "notes", version: "2.0.0" });

    const { plugins, problems } = await discover(project);

    expect(plugins.map(({ packageName }) => packageName)).toEqual(["a"]);
    expect(problems.map(formatProblem)).toEqual([
      "node_modules/b/plugin.yaml:2:5: The plugin id notes is claimed by 2 packages: a 1.0.0 in node_modules/a and b 2.0.0 in node_modules/b. Use one of them only, or give one of them another id. [plugin-duplicate]",
    ]);
  });

  it("reports two copies of one package, naming versions and places, once, whatever their ids", async () => {
    await using project = await TemporaryProject.create();
    await project.writeHost("notes");
    await project.writePlugin("node_modules/notes", { version: "1.0.0" });
    await project.writePlugin("plugins/notes", { version: "1.1.0" });
    await project.writePlugin("plugins/renamed", { version: "2.0.0", id: "renamed" });

    const { plugins, problems } = await discover(project, "../plugins/notes", "../plugins/renamed");

    expect(plugins.map(({ version }) => version)).toEqual(["1.0.0"]);
    expect(problems.map(formatProblem)).toEqual([
      "plugins/notes/package.json:1:9: The plugin package notes was found in 3 places: 1.0.0 in node_modules/notes, 1.1.0 in plugins/notes and 2.0.0 in plugins/renamed. Keep one of them in the host's dependencies and in plugins:. [plugin-duplicate]",
    ]);
  });
});
