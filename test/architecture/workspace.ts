import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "@alcove/plugin-api";

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

/** Something others may import of a package: an entry of its `exports` that is code. */
export interface PackageEntry {
  /** The folder of the package, relative to the workspace: `packages/state`. */
  readonly folder: string;
  /** The key in `exports`: `.`, or a path below it. */
  readonly subpath: string;
  /** The source, relative to the workspace. */
  readonly source: string;
  /** The declarations that are built from it, relative to the workspace. */
  readonly declarations: string;
}

const codeEntry = z.object({ "alcove-source": z.string(), types: z.string() });
const exportsSchema = z.object({ exports: z.record(z.string(), z.union([codeEntry, z.string()])) });

/** The entries of all packages. Plugins have none: Alcove finds their modules through their manifests. */
export function packageEntries(): PackageEntry[] {
  return memberNames("packages").flatMap((name) => {
    const folder = `packages/${name}`;
    const { exports } = exportsSchema.parse(JSON.parse(readText(`${folder}/package.json`)));
    return Object.entries(exports).flatMap(([subpath, entry]) =>
      typeof entry === "string"
        ? []
        : [{ folder, subpath, source: join(folder, entry["alcove-source"]), declarations: join(folder, entry.types) }],
    );
  });
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
