import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, isAbsolute, resolve, sep } from "node:path";

/** What {@link findContainedFile} found. */
export type ContainedFile =
  | {
      readonly outcome: "found";
      /** Absolute, symbolic links resolved. */
      readonly path: string;
      readonly sizeBytes: number;
    }
  | { readonly outcome: "outside" }
  | { readonly outcome: "missing" /** Completes the sentence "the file …". */; readonly reason: string };

// Files are looked at one by one and without promises. A start looks at dozens for each plugin, has nothing else to do
// meanwhile, and would spend most of the time on handing them to threads and back.

/**
 * Finds a file a package names, and makes sure that it lies in the package: as written, and with every symbolic link
 * resolved.
 *
 * @param packageDirectory The package's real path.
 * @param baseDirectory The folder inside the package the path starts from.
 * @param realFolders Folders of the package that are known to be no links. Gets those that are found to be none, so that
 *   the next file beside this one is found at once.
 */
export function findContainedFile(
  packageDirectory: string,
  baseDirectory: string,
  path: string,
  realFolders = new Set<string>(),
): ContainedFile {
  const wanted = resolve(baseDirectory, path);
  if (isAbsolute(path) || !isInside(packageDirectory, wanted)) return { outcome: "outside" };
  try {
    realFolders.add(packageDirectory);
    const real = withoutLinks(wanted, realFolders);
    if (real.path !== wanted && !isInside(packageDirectory, real.path)) return { outcome: "outside" };
    return real.stats.isFile()
      ? { outcome: "found", path: real.path, sizeBytes: real.stats.size }
      : { outcome: "missing", reason: "is not a file" };
  } catch (error) {
    return { outcome: "missing", reason: describeFileError(error) };
  }
}

/** Resolves the links on the way to a file: mostly there are none, and then the way is not walked from the root. */
function withoutLinks(path: string, realFolders: Set<string>): { readonly path: string; readonly stats: Stats } {
  const stats = hasLink(dirname(path), realFolders) ? undefined : lstatSync(path);
  if (stats !== undefined && !stats.isSymbolicLink()) return { path, stats };
  const real = realpathSync.native(path);
  return { path: real, stats: statSync(real) };
}

/** @param folder A folder at or below one of the known ones. */
function hasLink(folder: string, realFolders: Set<string>): boolean {
  if (realFolders.has(folder)) return false;
  if (hasLink(dirname(folder), realFolders) || lstatSync(folder).isSymbolicLink()) return true;
  realFolders.add(folder);
  return false;
}

/** Finds a folder and resolves its symbolic links; `undefined` when it is not there, no folder, or out of reach. */
export function findRealDirectory(path: string): string | undefined {
  try {
    // Most places where Node looks for a package are empty, and an exception costs more than the look.
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isDirectory() === true ? realpathSync.native(path) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a path lies below a folder. Neither is looked up; the folder itself is not below itself.
 *
 * @param directory Absolute and normalized, and so is `path`.
 */
export function isInside(directory: string, path: string): boolean {
  const beginning = directory.endsWith(sep) ? directory : `${directory}${sep}`;
  return path.length > beginning.length && path.startsWith(beginning);
}

/** Why a file could not be read, to complete the sentence "the file …". */
export function describeFileError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return code === "ENOENT" || code === "ENOTDIR" ? "does not exist" : `cannot be read (${code})`;
}
