import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createProject } from "./create-project.js";
import { projectKinds } from "./project-kind.js";

const workspace = new URL("../../../", import.meta.url);
let parentFolder: string;

beforeEach(async () => {
  parentFolder = await mkdtemp(join(tmpdir(), "alcove-create-"));
});

afterEach(() => rm(parentFolder, { recursive: true, force: true }));

async function jsonOf(file: URL | string): Promise<Record<string, Record<string, string>>> {
  return JSON.parse(await readFile(file, "utf8"));
}

describe("a new plugin", () => {
  it("has a manifest, a function, its test, a configuration to try it, and a README", async () => {
    const { folder, files } = await createProject({ kind: "plugin", name: "@acme/plugin-word-count", parentFolder });
    expect(folder).toBe(join(parentFolder, "plugin-word-count"));
    expect(files).toEqual([
      "README.md",
      "config.yml",
      ".gitignore",
      "package.json",
      "plugin.yaml",
      "src/word-count.ts",
      "test/word-count.test.js",
      "tsconfig.json",
    ]);
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    expect(found.filter((entry) => entry.isFile())).toHaveLength(files.length);
    const manifest = await readFile(join(folder, "plugin.yaml"), "utf8");
    expect(manifest).toContain('id: "word-count"\ndisplayName: "Word count"\n');
    expect(manifest).toContain("per_user_word_count:\n      scope: per-user\n      module: ./dist/word-count.js\n");
    expect(await readFile(join(folder, "config.yml"), "utf8")).toContain("_type: per_user_word_count\n");
    const conformance = 'testPlugin(test, { plugin: ".", examples: { per_user_word_count: [';
    expect(await readFile(join(folder, "test/word-count.test.js"), "utf8")).toContain(conformance);
    expect((await readFile(join(folder, ".gitignore"), "utf8")).split("\n")).toContain("node_modules/");
  });

  it("has a function of at most fifteen lines", async () => {
    const { folder } = await createProject({ kind: "plugin", name: "word-count", parentFolder });
    const lines = (await readFile(join(folder, "src/word-count.ts"), "utf8")).split("\n");
    expect(lines.filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(15);
  });
});

describe.each(projectKinds)("a new %s", (kind) => {
  it("is made in its folder, with nothing of the template's names in it", async () => {
    const { folder, files, summary } = await createProject({ kind, name: "@acme/word-count", parentFolder });
    expect(await readdir(parentFolder)).toEqual(["word-count"]);
    expect(summary).toContain(`Created the ${kind} @acme/word-count in ${folder}.`);
    for (const file of files) {
      expect(`${file}: ${await readFile(join(folder, file), "utf8")}`).not.toMatch(/template/i);
    }
  });

  it("asks for the packages of the workspace, and for the tools the workspace is built with", async () => {
    const { folder } = await createProject({ kind, name: "word-count", parentFolder });
    const file = await jsonOf(join(folder, "package.json"));
    const asked = { ...file["dependencies"], ...file["peerDependencies"], ...file["devDependencies"] };
    const { dependencies: tools = {} } = await jsonOf(new URL("package.json", workspace));
    for (const [name, range] of Object.entries(asked)) {
      const folders = [`packages/${name.replace("@alcove/", "")}`, `plugins/${name.replace("@alcove/plugin-", "")}`];
      const own = await Promise.any(folders.map((each) => jsonOf(new URL(`${each}/package.json`, workspace)))).catch(
        () => ({ version: tools[name] }),
      );
      expect([name, range]).toEqual([name, `^${own["version"]}`]);
    }
    expect(Object.keys(asked)).toEqual(expect.arrayContaining(["alcove", "@alcove/testing"]));
  });

  it("takes a folder that is there and empty", async () => {
    await mkdir(join(parentFolder, "word-count"));
    const { folder } = await createProject({ kind, name: "word-count", parentFolder });
    expect(await readdir(folder)).toContain("package.json");
  });

  it.each([
    ["a folder that is not empty", () => mkdir(join(parentFolder, "word-count/src"), { recursive: true }), "not empty"],
    ["a file", () => writeFile(join(parentFolder, "word-count"), "mine"), "no folder"],
    ["a link", () => symlink("elsewhere", join(parentFolder, "word-count")), "no folder"],
  ])("is refused where there is %s, which stays as it is", async (_what, prepare, reason) => {
    await prepare();
    const before = await readdir(parentFolder, { recursive: true });
    await expect(createProject({ kind, name: "word-count", parentFolder })).rejects.toThrow(reason);
    expect(await readdir(parentFolder, { recursive: true })).toEqual(before);
  });

  it("cannot be called as one of its own dependencies", async () => {
    const dependency = kind === "plugin" ? "typescript" : "alcove";
    await expect(createProject({ kind, name: dependency, parentFolder })).rejects.toThrow(`depend on ${dependency}`);
    await expect(createProject({ kind, name: "start", parentFolder })).resolves.toBeDefined();
  });

  it("leaves nothing behind when it cannot be written", async () => {
    await expect(createProject({ kind, name: "x", parentFolder: join(parentFolder, "gone") })).rejects.toThrow(
      "ENOENT",
    );
    expect(await readdir(parentFolder)).toEqual([]);
  });
});
