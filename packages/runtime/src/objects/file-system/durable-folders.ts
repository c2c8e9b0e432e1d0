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

/** Some systems cannot open a folder; they need not. What has been removed meanwhile is nobody's loss. */
async function syncFolder(folder: string): Promise<void> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(folder, "r");
  } catch {
    return;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
