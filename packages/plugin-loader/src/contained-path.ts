import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";

/** What {@link findContainedFile} found. */
export type ContainedFile =
  | { readonly outcome: "found" /** Absolute, symbolic links resolved. */; readonly path: string }
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
 */
export function findContainedFile(packageDirectory: string, baseDirectory: string, path: string): ContainedFile {
  const wanted = resolve(baseDirectory, path);
  if (isAbsolute(path) || !isInside(packageDirectory, wanted)) return { outcome: "outside" };
  try {
    const real = withoutLinks(packageDirectory, wanted);
    if (!isInside(packageDirectory, real.path)) return { outcome: "outside" };
    return real.stats.isFile()
      ? { outcome: "found", path: real.path }
      : { outcome: "missing", reason: "is not a file" };
  } catch (error) {
    return { outcome: "missing", reason: describeFileError(error) };
  }
}

/** Resolves the links below a folder that holds none itself: mostly there are none, and then the way to it is not walked again. */
function withoutLinks(realDirectory: string, path: string): { readonly path: string; readonly stats: Stats } {
  let place = realDirectory;
  let stats = lstatSync(place);
  for (const segment of relative(realDirectory, path).split(sep)) {
    place = join(place, segment);
    stats = lstatSync(place);
    if (stats.isSymbolicLink()) {
      const real = realpathSync.native(path);
      return { path: real, stats: statSync(real) };
    }
  }
  return { path: place, stats };
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
