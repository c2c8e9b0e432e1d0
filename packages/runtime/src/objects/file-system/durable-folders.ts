import { open } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes the names in a folder durable, those that are new and those that are gone, and the folder itself, as far up as
 * another one. A folder that has not changed since it was synced costs next to nothing.
 */
export async function syncFolders(innermost: string, outermost: string): Promise<void> {
  for (let folder = innermost; ; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === outermost || folder === dirname(folder)) {
      return;
    }
  }
}

// What has been removed meanwhile is nobody's loss; and some systems cannot open a folder, and need not.
const NOTHING_TO_SYNC: readonly unknown[] = ["ENOENT", "EACCES", "EISDIR", "EPERM"];

/** @throws what the system says where the folder is not durable, for want of handles say. */
async function syncFolder(folder: string): Promise<void> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(folder, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && NOTHING_TO_SYNC.includes(error.code)) {
      return;
    }
    throw error;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
