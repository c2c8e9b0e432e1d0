import { formatProblem } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { TemporaryProject } from "../test/temporary-project.js";
import { discoverPlugins } from "./discover-plugins.js";

/** What becomes of two plugins, `notes` 1.2.3 of which is a dependency and `extra` 2.0.0 a listed folder. */
async function discoverWith(allow: Readonly<Record<string, string>> | undefined) {
  await using project = await TemporaryProject.create();
  await project.writeHost("notes");
  // A linked store, as pnpm makes it.
  await project.writePlugin(".store/notes@1.2.3/node_modules/notes", { name: "notes", id: "notes", version: "1.2.3" });
  await project.link("node_modules/notes", "../.store/notes@1.2.3/node_modules/notes");
  await project.writePlugin("extra", { name: "extra", id: "extra", version: "2.0.0" });
  const file = "config.yml";
  const { plugins, problems } = await discoverPlugins({
    hostDirectory: project.directory,
    listed: [{ specifier: "./extra", directory: project.directory, source: { file, line: 2, column: 5 } }],
    allowList: allow && {
      packages: Object.entries(allow).map(([packageName, range], index) => ({
        packageName,
        range,
        source: { file, line: 4 + index, column: 9 },
      })),
      source: { file, line: 3, column: 3 },
    },
    alcoveVersion: "0.1.0",
    workingDirectory: project.directory,
  });
  return { ids: plugins.map(({ id }) => id), report: problems.map(formatProblem) };
}

describe("plugins.allow", () => {
  it("lets everything through where there is none, and whatever is in its ranges", async () => {
    expect(await discoverWith(undefined)).toEqual({ ids: ["notes", "extra"], report: [] });
    expect(await discoverWith({ notes: "^1.0.0", extra: "*" })).toEqual({ ids: ["notes", "extra"], report: [] });
  });

  it("refuses what it does not name, whether that is a dependency or listed", async () => {
    expect(await discoverWith({ notes: "1.2.3" })).toEqual({
      ids: ["notes"],
      report: [
        'config.yml:3:3: The plugin extra 2.0.0 in extra is not among the packages plugins.allow names. Uninstall it or take it off plugins, or allow it with "extra": 2.0.0. [plugin-not-allowed]',
      ],
    });
    expect(await discoverWith({ extra: "2" })).toMatchObject({
      ids: ["extra"],
      report: [expect.stringContaining("notes 1.2.3")],
    });
    expect((await discoverWith({})).ids).toEqual([]);
  });

  it("refuses another version than it takes, naming both", async () => {
    expect(await discoverWith({ notes: "^1.3.0", extra: "2" })).toEqual({
      ids: ["extra"],
      report: [
        "config.yml:4:9: The plugin notes 1.2.3 in .store/notes@1.2.3/node_modules/notes was found, and plugins.allow takes it only in ^1.3.0. Install a version of notes in that range, or change the range. [plugin-not-allowed]",
      ],
    });
  });

  it("complains of a range that is none, once", async () => {
    const { report } = await discoverWith({ notes: "latest", extra: "2" });
    expect(report).toEqual([
      'config.yml:4:9: plugins.allow takes notes in "latest", which is not a range of versions. Write a semver range, e.g. ^1.0.0. [plugin-not-allowed]',
    ]);
  });
});
