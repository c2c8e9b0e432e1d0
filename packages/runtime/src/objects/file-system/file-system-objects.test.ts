import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectToStore } from "@alcove/plugin-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileSystemObjects } from "./file-system-objects.js";

const clock = { nowMs: () => 1_000, monotonicMs: () => 0 };
const untilEnd = new AbortController().signal;

let folder: string;
let store: FileSystemObjects;

function object(text: string, more: Partial<ObjectToStore> = {}): ObjectToStore {
  const body = new TextEncoder().encode(text);
  return { body, contentType: "text/plain", metadata: { kind: "note" }, ifAbsent: false, ...more };
}

/** Every file below the folder, by its path from there. */
async function files(): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "alcove-objects-"));
  store = await FileSystemObjects.open(folder, clock);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("objects in a file system", () => {
  it("are one file each, readable by their owner only", async () => {
    await store.put("users/a/note", object("text"), untilEnd);
    expect(await files()).toEqual(["objects/dusers/da/fnote"]);
    const { mode } = await stat(join(folder, "objects/dusers/da/fnote"));
    expect(mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "objects/dusers"))).mode & 0o777).toBe(0o700);
  });

  it("leave nothing behind when they are deleted, neither files nor folders", async () => {
    await store.put("users/a/note", object("text"), untilEnd);
    await store.put("users/b", object("text"), untilEnd);
    await store.delete("users/a/note");
    expect(await readdir(join(folder, "objects/dusers"))).toEqual(["fb"]);
    await store.delete("users/b");
    expect(await readdir(join(folder, "objects"))).toEqual([]);
  });

  it("leave nothing behind when they are not put, because there is one or nobody waits any more", async () => {
    await store.put("a", object("first"), untilEnd);
    expect(await store.put("a", object("second", { ifAbsent: true }), untilEnd)).toBe(false);
    await expect(store.put("b", object("third"), AbortSignal.abort(new Error("given up")))).rejects.toThrow();
    expect(await files()).toEqual(["objects/fa"]);
  });

  it.each([
    ["cut short", (file: Buffer) => file.subarray(0, -1)],
    ["longer than it was", (file: Buffer) => Buffer.concat([file, Buffer.from("x")])],
    ["emptied", () => Buffer.alloc(0)],
    ["written over at its beginning", (file: Buffer) => Buffer.concat([Buffer.from("X"), file.subarray(1)])],
    ["of a later format", (file: Buffer) => Buffer.from(file.toString().replace("alcove-object 1", "alcove-object 2"))],
    ["without a header", () => Buffer.from("alcove-object 1 20\n{}\n")],
    [
      "with a header that claims another length",
      (file: Buffer) => Buffer.from(file.toString().replace('"size":4', '"size":3')),
    ],
  ])("are not given out when a file is %s", async (_what, damage) => {
    await store.put("a", object("text"), untilEnd);
    const path = join(folder, "objects/fa");
    await writeFile(path, damage(await readFile(path)));
    await expect(store.get("a")).rejects.toMatchObject({ code: "OBJECT_UNREADABLE" });
    await expect(store.stat("a")).rejects.toMatchObject({ code: "OBJECT_UNREADABLE" });
    expect(await store.list({ prefix: "", after: undefined, limit: 1 })).toMatchObject([{ key: "a" }]);
    await store.put("a", object("mended"), untilEnd);
    expect((await store.get("a"))?.size).toBe(6);
  });

  it("are not given out when a bit of the content has changed", async () => {
    await store.put("a", object("text"), untilEnd);
    const path = join(folder, "objects/fa");
    await writeFile(path, (await readFile(path, "utf8")).replace(/text$/, "texu"));
    await expect(store.get("a")).rejects.toMatchObject({ code: "OBJECT_UNREADABLE" });
  });

  it("are listed without what else lies in the folder", async () => {
    await store.put("a/b", object("text"), untilEnd);
    await writeFile(join(folder, "objects/.DS_Store"), "");
    await writeFile(join(folder, "objects/da/notes.txt"), "");
    const listed = await store.list({ prefix: "", after: undefined, limit: 10 });
    expect(listed).toEqual([{ key: "a/b", size: 4, modifiedAtMs: 1_000 }]);
  });

  it("are cleared of what a writer that was killed has left, once it is old", async () => {
    const [left, recent] = [join(folder, "unfinished/left"), join(folder, "unfinished/recent")];
    await writeFile(left, "half an obj");
    await writeFile(recent, "half an obj");
    const hoursAgo = new Date(Date.now() - 2 * 3_600_000);
    await utimes(left, hoursAgo, hoursAgo);
    await FileSystemObjects.open(folder, clock);
    expect(await files()).toEqual(["unfinished/recent"]);
  });
});
