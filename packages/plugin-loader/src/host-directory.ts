import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/**
 * Finds the host project of a configuration file, whose direct dependencies are searched for plugins: the nearest
 * folder at or above the file's that holds a package.json. Without one it is the file's own folder.
 *
 * @param configFile The path as the user gave it; relative ones start from the working directory. It need not exist.
 * @returns An absolute path.
 */
export async function findHostDirectory(configFile: string): Promise<string> {
  const start = dirname(resolve(configFile));
  for (let directory = start; ; directory = dirname(directory)) {
    if (await isFile(join(directory, "package.json"))) return directory;
    if (dirname(directory) === directory) return start;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
