import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { keyPart } from "./object-paths.js";

/** The keys of all objects below a folder that begin with a prefix, in no order. Looks into no folder that cannot hold any. */
export async function listKeys(folder: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  const visit = async (path: string, begun: string): Promise<void> => {
    for (const entry of await entriesOf(path)) {
      const part = keyPart(entry.name);
      const key = `${begun}${part?.text ?? ""}`;
      if (part === undefined || !(key.startsWith(prefix) || (part.isFolder && prefix.startsWith(key)))) {
        continue;
      }
      if (part.isFolder && entry.isDirectory()) {
        await visit(join(path, entry.name), key);
      } else if (!part.isFolder && entry.isFile()) {
        keys.push(key);
      }
    }
  };
  await visit(folder, "");
  return keys;
}

/** None where the folder has just been removed. */
async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return [];
    }
    throw error;
  }
}
