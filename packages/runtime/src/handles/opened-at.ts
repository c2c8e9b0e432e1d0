import { sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A line of code. */
export interface CodePlace {
  /** An absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const framePattern = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):(\d+)\)?$/;

/** The lines of code of a stack, innermost first, without those of Node itself. */
export function placesOf(stack: string): CodePlace[] {
  return stack.split("\n").flatMap((frame) => {
    const [, path, line, column] = framePattern.exec(frame) ?? [];
    return path === undefined
      ? []
      : [{ file: path.startsWith("file:") ? fileURLToPath(path) : path, line: Number(line), column: Number(column) }];
  });
}

/** Whether a file is a package's own, and not one of those that are installed inside of its folder. */
export function isOwnFile(file: string, packageDirectory: string): boolean {
  if (!file.startsWith(packageDirectory + sep)) {
    return false;
  }
  return !file.slice(packageDirectory.length).split(sep).includes("node_modules");
}
