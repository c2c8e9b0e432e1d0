import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { filesBelow, memberNames, readText, workspaceRoot } from "./workspace.js";

const members = (["packages", "plugins"] as const).flatMap((kind) =>
  memberNames(kind).map((name) => `${kind}/${name}`),
);
const plugins = members.filter((member) => member.startsWith("plugins/"));

const packageFileSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  description: z.string().min(10),
  license: z.literal("Apache-2.0"),
  type: z.literal("module"),
  engines: z.object({ node: z.literal(">=20.19") }),
  exports: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])),
  files: z.array(z.string()).min(1),
  scripts: z.object({
    prepack: z.literal("tsc --build && node --eval \"fs.copyFileSync('../../LICENSE', 'LICENSE')\""),
  }),
});
const pluginFileSchema = packageFileSchema.extend({
  alcove: z.object({ manifest: z.literal("./plugin.yaml") }),
  peerDependencies: z.object({ "@alcove/plugin-api": z.string() }),
});

/** The client libraries that plugins are there to bring. */
const clients: Readonly<Record<string, readonly string[]>> = { "plugins/object-store-s3": ["@aws-sdk/client-s3"] };

function packageFile(member: string): z.output<typeof packageFileSchema> {
  return packageFileSchema.parse(JSON.parse(readText(`${member}/package.json`)));
}

function isFile(name: string): boolean {
  return statSync(join(workspaceRoot, name), { throwIfNoEntry: false })?.isFile() === true;
}

describe("the top level", () => {
  it("holds exactly what it may hold", () => {
    const visible = readdirSync(workspaceRoot).filter((name) => !name.startsWith(".") && name !== "node_modules");
    expect(visible.sort()).toEqual(
      [
        "LICENSE",
        "README.md",
        "configs",
        "package-lock.json",
        "package.json",
        "packages",
        "plugins",
        "test",
        "tsconfig.json",
      ].sort(),
    );
  });

  it("references every package and plugin in tsconfig.json", () => {
    const { references } = z
      .object({ references: z.array(z.object({ path: z.string() })) })
      .parse(JSON.parse(readText("tsconfig.json")));
    expect(references.map(({ path }) => path).sort()).toEqual([...members].sort());
  });
});

describe("file names", () => {
  it("say what is in them", () => {
    const nondescript = /(^|\/)(utils?|helpers?|misc|common|shared|stuff)(\/|\.[a-z.]+$)/i;
    const everything = ["packages", "plugins", "configs", "test"].flatMap((folder) => filesBelow(folder));
    expect(everything.filter((name) => nondescript.test(name))).toEqual([]);
  });
});

describe.each(members)("%s", (member) => {
  it("has a README", () => {
    expect(isFile(`${member}/README.md`)).toBe(true);
  });

  it("can be published", () => {
    const { name } = packageFile(member);
    const [kind, folder] = member.split("/");
    const unscoped = ["alcove", "create-alcove"];
    const ofPackage = unscoped.includes(folder ?? "") ? folder : `@alcove/${folder}`;
    expect(name).toBe(kind === "plugins" ? `@alcove/plugin-${folder}` : ofPackage);
  });

  it("exports its types and its sources beside its code", () => {
    const entry = packageFile(member).exports["."];
    // A plugin exports its manifest only; its modules are found through that.
    const wanted = member.startsWith("plugins/")
      ? undefined
      : { "alcove-source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" };
    expect(entry).toEqual(wanted);
    expect(packageFile(member).exports["./package.json"]).toBe("./package.json");
  });

  it.runIf(member.startsWith("packages/"))("has its public surface written down", () => {
    expect(isFile(`${member}/api-report.md`)).toBe(true);
  });

  it("names only files that are there, or are built, in `files`", () => {
    const named = packageFile(member).files.filter((name) => !name.startsWith("!") && name !== "dist");
    expect(
      named.filter((name) => !isFile(`${member}/${name}`) && filesBelow(`${member}/${name}`).length === 0),
    ).toEqual([]);
  });
});

describe.each(plugins)("%s", (plugin) => {
  it("has a manifest where its package.json says, and delivers it", () => {
    const file = pluginFileSchema.parse(JSON.parse(readText(`${plugin}/package.json`)));
    expect(isFile(`${plugin}/plugin.yaml`)).toBe(true);
    expect(file.files).toContain("plugin.yaml");
    expect(file.exports["./plugin.yaml"]).toBe("./plugin.yaml");
  });

  it("has a source for every module its manifest names", () => {
    const modules = [...readText(`${plugin}/plugin.yaml`).matchAll(/module:\s*\.\/dist\/([\w/-]+)\.js/g)];
    expect(modules.length).toBeGreaterThan(0);
    expect(modules.map((match) => `${plugin}/src/${match[1]}.ts`).filter((name) => !isFile(name))).toEqual([]);
  });

  it("depends on nothing but the plugin API, and the client of what it stands for", () => {
    const file = z
      .looseObject({ dependencies: z.record(z.string(), z.string()).default({}) })
      .parse(JSON.parse(readText(`${plugin}/package.json`)));
    expect(Object.keys(file.dependencies)).toEqual(clients[plugin] ?? []);
  });
});
