import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the workspace, without a trailing separator. */
export const workspaceRoot = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

const generated = new Set(["node_modules", "dist", ".git", "coverage", ".alcove"]);

/** The names of the packages or of the plugins, in alphabetical order. */
export function memberNames(kind: "packages" | "plugins"): string[] {
  return readdirSync(join(workspaceRoot, kind), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Every file below a folder of the workspace, without what is generated; relative to the workspace, with `/`. */
export function filesBelow(folder: string): string[] {
  const start = join(workspaceRoot, folder);
  if (!statSync(start, { throwIfNoEntry: false })?.isDirectory()) {
    return [];
  }
  return readdirSync(start, { withFileTypes: true }).flatMap((entry) => {
    const path = join(start, entry.name);
    const name = relative(workspaceRoot, path).split(sep).join("/");
    if (generated.has(entry.name)) {
      return [];
    }
    return entry.isDirectory() ? filesBelow(name) : [name];
  });
}

/** The TypeScript sources of all packages and plugins, tests included; relative to the workspace. */
export function sourceFiles(): string[] {
  return (["packages", "plugins"] as const)
    .flatMap((kind) => memberNames(kind).flatMap((name) => filesBelow(`${kind}/${name}/src`)))
    .filter((name) => name.endsWith(".ts"));
}

/** The text of a file of the workspace. */
export function readText(name: string): string {
  return readFileSync(join(workspaceRoot, name), "utf8");
}
