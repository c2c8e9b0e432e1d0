import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasRoomOnDisk } from "./room-on-disk.js";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alcove-room-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("hasRoomOnDisk", () => {
  it("finds room beside a file, and leaves nothing there", () => {
    expect(hasRoomOnDisk(join(folder, "sessions.sqlite"))).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("writes to nothing that a link of the same name leads to", () => {
    writeFileSync(join(folder, "other"), "kept");
    symlinkSync("other", join(folder, "sessions.sqlite-room"));
    expect(hasRoomOnDisk(join(folder, "sessions.sqlite"))).toBe(true);
    expect(readFileSync(join(folder, "other"), "utf8")).toBe("kept");
  });

  it("finds none, and does not throw, where a folder has the name of the file it would write", () => {
    mkdirSync(join(folder, "sessions.sqlite-room"));
    expect(hasRoomOnDisk(join(folder, "sessions.sqlite"))).toBe(false);
  });

  it("finds none where nothing can be written", () => {
    expect(hasRoomOnDisk(join(folder, "nowhere", "sessions.sqlite"))).toBe(false);
  });
});
