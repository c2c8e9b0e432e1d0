import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProjectKind } from "./project-kind.js";
import type { ProjectNames } from "./project-names.js";

/** A file of a project that is about to be made. */
export interface ProjectFile {
  /** Where in the project, with `/`. */
  readonly path: string;
  readonly text: string;
}

const templatesFolder = fileURLToPath(new URL("../templates", import.meta.url));

/** Fills in the template of a project. The packages of Alcove that it depends on are asked for in `version`, or later ones like it. */
export async function projectFiles(
  kind: ProjectKind,
  names: ProjectNames,
  version: string,
): Promise<readonly ProjectFile[]> {
  const folder = join(templatesFolder, kind);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const fill = filledIn(names, version);
  return Promise.all(
    files.sort().map(async (file) => ({
      path: fill(relative(folder, file).split(sep).join("/")).replace(/^gitignore$/, ".gitignore"),
      text: fill(await readFile(file, "utf8")),
    })),
  );
}

/** The templates are real projects of this name and version, so that they are checked as such. */
function filledIn(names: ProjectNames, version: string): (text: string) => string {
  const words = new Map([
    ["template-package", names.packageName],
    ["template-name", names.id],
    ["template_name", names.typeName],
    ["Template name", names.title],
    ["0.0.0-template", version],
  ]);
  const pattern = new RegExp([...words.keys()].map((word) => word.replaceAll(".", "\\.")).join("|"), "g");
  return (text) => text.replace(pattern, (word) => words.get(word) ?? word);
}
