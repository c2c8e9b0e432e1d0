import { realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";

/** What {@link findContainedFile} found. */
export type ContainedFile =
  | { readonly outcome: "found" /** Absolute, symbolic links resolved. */; readonly path: string }
  | { readonly outcome: "outside" }
  | { readonly outcome: "missing" /** Completes the sentence "the file …". */; readonly reason: string };

/**
 * Finds a file a package names, and makes sure that it lies in the package: as written, and with every symbolic link
 * resolved.
 *
 * @param packageDirectory The package's real path.
 * @param baseDirectory The folder inside the package the path starts from.
 */
export async function findContainedFile(
  packageDirectory: string,
  baseDirectory: string,
  path: string,
): Promise<ContainedFile> {
  const wanted = resolve(baseDirectory, path);
  if (isAbsolute(path) || !isInside(packageDirectory, wanted)) return { outcome: "outside" };
  try {
    const real = await realpath(wanted);
    if (!isInside(packageDirectory, real)) return { outcome: "outside" };
    return (await stat(real)).isFile()
      ? { outcome: "found", path: real }
      : { outcome: "missing", reason: "is not a file" };
  } catch (error) {
    return { outcome: "missing", reason: describeFileError(error) };
  }
}

/** Finds a folder and resolves its symbolic links; `undefined` when it is not there, no folder, or out of reach. */
export async function findRealDirectory(path: string): Promise<string | undefined> {
  try {
    const real = await realpath(path);
    return (await stat(real)).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an absolute path lies below a folder. Neither is looked up; the folder itself is not below itself. */
export function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Why a file could not be read, to complete the sentence "the file …". */
export function describeFileError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return code === "ENOENT" || code === "ENOTDIR" ? "does not exist" : `cannot be read (${code})`;
}
