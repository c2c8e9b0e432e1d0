import { formatProblem } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { TemporaryProject } from "../test/temporary-project.js";
import { discoverPlugins } from "./discover-plugins.js";

const store = "node_modules/.pnpm/notes@1.2.3/node_modules";

/** The report on the plugin `notes` in a linked store as pnpm makes it, with these packages linked beside it. */
async function reportOn(packageFile: object, beside: Readonly<Record<string, string>> = {}): Promise<string[]> {
  await using project = await TemporaryProject.create();
  await project.writeHost("notes");
  await project.writePlugin(`${store}/notes`, { name: "notes", id: "notes", version: "1.2.3" });
  await project.write(`${store}/notes/package.json`, {
    name: "notes",
    version: "1.2.3",
    type: "module",
    alcove: { manifest: "./plugin.yaml" },
    ...packageFile,
  });
  await project.link("node_modules/notes", ".pnpm/notes@1.2.3/node_modules/notes");
  for (const [name, version] of Object.entries(beside)) {
    const real = `node_modules/.pnpm/${name.replace("/", "+")}@${version}/node_modules/${name}`;
    await project.write(`${real}/package.json`, { name, version });
    await project.link(`${store}/${name}`, project.path(real));
  }
  const workingDirectory = project.directory;
  const { problems } = await discoverPlugins({
    hostDirectory: project.directory,
    listed: [],
    alcoveVersion: "0.1.0",
    workingDirectory,
  });
  return problems.map((problem) => `${problem.severity}: ${formatProblem(problem)}`);
}

describe("the packages a plugin shares with its host", () => {
  it("are fine where every peer is there in its range, and optional ones are not", async () => {
    const peers = {
      peerDependencies: { express: "^5.0.0", extra: "*" },
      peerDependenciesMeta: { extra: { optional: true } },
    };
    expect(await reportOn(peers, { express: "5.1.0" })).toEqual([]);
  });

  it("are refused where a peer is missing", async () => {
    expect(await reportOn({ peerDependencies: { express: "^5.0.0" } })).toEqual([
      `error: ${store}/notes/package.json:1:109: The plugin notes 1.2.3 needs its peer express ^5.0.0, and none is installed in ${store}/notes or a folder above it. Install express ^5.0.0 in the project that installs notes. [plugin-peer]`,
    ]);
  });

  it("are complained of where a peer is outside its range", async () => {
    expect(await reportOn({ peerDependencies: { express: "^5.0.0" } }, { express: "4.9.0" })).toEqual([
      `warning: ${store}/notes/package.json:1:109: The plugin notes 1.2.3 works with express ^5.0.0, and finds 4.9.0 in node_modules/.pnpm/express@4.9.0/node_modules/express. Install express in that range, or a version of notes made for 4.9.0. [plugin-peer]`,
    ]);
    const [report] = await reportOn(
      { peerDependencies: { "@alcove/plugin-api": "^7.0.0" } },
      { "@alcove/plugin-api": "6.0.0" },
    );
    expect(report).toMatch(
      /^error: .* works with @alcove\/plugin-api \^7\.0\.0, and finds 6\.0\.0 in node_modules\/\.pnpm/,
    );
  });

  it.each([
    ["@alcove/plugin-api", {}],
    ["zod", { dependencies: { zod: "^3.0.0" } }],
  ])("are refused where the plugin has another version of %s than Alcove, naming both", async (name, packageFile) => {
    const reports = await reportOn(packageFile, { [name]: "3.2.1" });
    expect(reports).toEqual([
      expect.stringMatching(
        new RegExp(
          `^error: ${store}/notes/package\\.json:1:\\d+: The plugin notes 1\\.2\\.3 uses a copy of ${name} of its own: 3\\.2\\.1 in node_modules/\\.pnpm/\\S+, beside Alcove's \\d\\S+ in \\S+\\. .*\\[plugin-duplicate\\]$`,
        ),
      ),
    ]);
  });

  it("are not looked at where the plugin does not use zod itself", async () => {
    expect(await reportOn({}, { zod: "3.2.1" })).toEqual([]);
  });
});
