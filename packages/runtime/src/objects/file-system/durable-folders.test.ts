import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { syncFolders } from "./durable-folders.js";

it("says so where a folder cannot be made durable, and takes one that is gone as it is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "alcove-folders-"));
  try {
    await symlink("loop", join(folder, "loop"));
    await expect(syncFolders(join(folder, "loop"), folder)).rejects.toMatchObject({ code: "ELOOP" });
    await expect(syncFolders(join(folder, "gone", "too"), folder)).resolves.toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});
