import { describe, expect, it } from "vitest";
import { TemporaryProject } from "../test/temporary-project.js";
import { findContainedFile, findRealDirectory, isInside } from "./contained-path.js";

describe("isInside", () => {
  it("tells what lies below a folder from what does not", () => {
    expect(isInside("/a/b", "/a/b/c")).toBe(true);
    expect(isInside("/a/b", "/a/b/..c")).toBe(true);
    expect(isInside("/a/b", "/a/b")).toBe(false);
    expect(isInside("/a/b", "/a/bc")).toBe(false);
    expect(isInside("/a/b", "/a")).toBe(false);
  });
});

describe("findContainedFile", () => {
  it("resolves links that stay inside the package", async () => {
    await using project = await TemporaryProject.create();
    await project.write("package/real.js", "// eight");
    await project.link("package/linked.js", "real.js");
    const directory = project.path("package");

    expect(findContainedFile(directory, directory, "./linked.js")).toEqual({
      outcome: "found",
      path: project.path("package/real.js"),
      sizeBytes: 8,
    });
  });

  it("refuses whatever leaves the package, by dots, absolutely, through a link or a linked folder", async () => {
    await using project = await TemporaryProject.create();
    await project.write("package/package.json", {});
    await project.write("outside/secret.js", "");
    await project.link("package/linked.js", "../outside/secret.js");
    await project.link("package/folder", "../outside");
    const directory = project.path("package");

    const paths = ["../outside/secret.js", project.path("outside/secret.js"), "./linked.js", "./folder/secret.js", "."];
    for (const path of paths) {
      expect(findContainedFile(directory, directory, path), path).toEqual({ outcome: "outside" });
    }
  });

  it("says why a file is missing", async () => {
    await using project = await TemporaryProject.create();
    await project.write("package/folder/file", "");
    const directory = project.path("package");

    const find = (path: string) => findContainedFile(directory, directory, path);
    expect(find("./no.js")).toEqual({ outcome: "missing", reason: "does not exist" });
    expect(find("./folder/file/no.js")).toEqual({ outcome: "missing", reason: "does not exist" });
    expect(find("./folder")).toEqual({ outcome: "missing", reason: "is not a file" });
    expect(find("./a\0b")).toMatchObject({ outcome: "missing" });
  });
});

describe("findRealDirectory", () => {
  it("follows links, and finds neither files nor links that lead nowhere or in circles", async () => {
    await using project = await TemporaryProject.create();
    await project.write("real/file", "");
    await project.link("linked", "real");
    await project.link("broken", "nowhere");
    await project.link("circle", "circle");

    expect(findRealDirectory(project.path("linked"))).toBe(project.path("real"));
    for (const path of ["real/file", "broken", "circle", "absent"]) {
      expect(findRealDirectory(project.path(path)), path).toBeUndefined();
    }
  });
});
