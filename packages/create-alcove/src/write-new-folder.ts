import { lstat, mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ProjectFile } from "./project-files.js";
import { ProjectRefusedError } from "./project-refused-error.js";

/**
 * Makes a folder with files in it, whole or not at all: it is written beside its place, and moved there. What fails leaves
 * nothing behind.
 *
 * @throws ProjectRefusedError when there is something at its place that is no empty folder
 */
export async function writeNewFolder(folder: string, files: readonly ProjectFile[]): Promise<void> {
  const isThere = await isEmptyFolder(folder);
  // On the same disk, so that it can be moved in one step.
  const workshop = await mkdtemp(join(dirname(folder), ".create-alcove-"));
  try {
    const made = join(workshop, "project");
    for (const { path, text } of files) {
      await mkdir(dirname(join(made, path)), { recursive: true });
      await writeFile(join(made, path), text);
    }
    if (isThere) {
      await rmdir(folder);
    }
    await rename(made, folder);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Whether there is an empty folder. @throws ProjectRefusedError when there is anything else. */
async function isEmptyFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") {
      throw error;
    }
    return undefined;
  });
  if (found === undefined) {
    return false;
  }
  const [entry] = found.isDirectory() ? await readdir(path) : ["no folder"];
  if (entry !== undefined) {
    const what = found.isDirectory() ? `is there already, and not empty (${entry})` : "is there already, and no folder";
    throw new ProjectRefusedError(`${path} ${what}. Move it away, or take another name.`);
  }
  return true;
}
