import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { renewLog } from "./sqlite-log.js";

let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alcove-log-"));
  path = join(folder, "sessions.sqlite");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

it.for([0, 1, 4_120, 1_000_003])("a log of %i bytes holds the same afterwards", async (length) => {
  const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 31) % 251));
  writeFileSync(`${path}-wal`, bytes);
  await renewLog(path);
  expect(readFileSync(`${path}-wal`).equals(bytes)).toBe(true);
});

it("a database without a log gets none", async () => {
  await renewLog(path);
  expect(() => readFileSync(`${path}-wal`)).toThrow("ENOENT");
});
