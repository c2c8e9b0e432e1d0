import { relative } from "node:path";

/** A path as messages show it: relative to the working directory where that is shorter, absolute where it is not. */
export function displayPath(path: string, workingDirectory: string = process.cwd()): string {
  const fromHere = relative(workingDirectory, path);
  return fromHere !== "" && fromHere.length < path.length ? fromHere : path;
}
