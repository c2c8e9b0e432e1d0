import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { TemporaryProject } from "../test/temporary-project.js";
import { findHostDirectory } from "./host-directory.js";

describe("findHostDirectory", () => {
  it("finds the nearest package.json above the configuration file", async () => {
    await using project = await TemporaryProject.create();
    await project.write("package.json", {});
    await project.write("app/package.json", {});
    await project.write("app/configs/deep/config.yml", "");

    expect(await findHostDirectory(project.path("app/configs/deep/config.yml"))).toBe(project.path("app"));
  });

  it("finds the one beside the configuration file, for a relative path too", async () => {
    await using project = await TemporaryProject.create();
    await project.write("package.json", {});

    expect(await findHostDirectory(relative(process.cwd(), project.path("config.yml")))).toBe(project.directory);
  });

  it("passes over a folder that is called package.json", async () => {
    await using project = await TemporaryProject.create();
    await project.write("package.json", {});
    await project.write("configs/package.json/file", "");

    expect(await findHostDirectory(project.path("configs/config.yml"))).toBe(project.directory);
  });

  it("is the configuration file's folder where there is no package.json at all", async () => {
    // Right below the root, because the folders above a temporary one may well hold a package.json.
    const folder = resolve("/", "no-such-folder-of-alcove");

    expect(await findHostDirectory(join(folder, "config.yml"))).toBe(folder);
  });
});
