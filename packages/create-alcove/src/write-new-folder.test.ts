import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeNewFolder } from "./write-new-folder.js";

let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "alcove-new-folder-"));
});

afterEach(() => rm(parent, { recursive: true, force: true }));

describe("a new folder", () => {
  it("has the rights every new folder has, and its files", async () => {
    await writeNewFolder(join(parent, "made"), [{ path: "a/b.txt", text: "b" }]);
    expect(await readFile(join(parent, "made/a/b.txt"), "utf8")).toBe("b");
    expect((await stat(join(parent, "made"))).mode).toBe((await stat(join(parent, "made/a"))).mode);
    expect(await readdir(parent)).toEqual(["made"]);
  });

  it("is not there at all when one of its files cannot be written", async () => {
    const files = [
      { path: "a.txt", text: "a" },
      { path: "a.txt/b.txt", text: "b" },
    ];
    await expect(writeNewFolder(join(parent, "made"), files)).rejects.toThrow(/ENOTDIR|EEXIST/);
    expect(await readdir(parent)).toEqual([]);
  });

  it("is made by one of two that try at once", async () => {
    const attempts = ["first", "second"].map((text) => writeNewFolder(join(parent, "made"), [{ path: "a.txt", text }]));
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await readdir(parent)).toEqual(["made"]);
  });
});
