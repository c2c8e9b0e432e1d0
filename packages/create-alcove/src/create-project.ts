import { join, resolve } from "node:path";
import { packageVersion } from "./package-version.js";
import { type ProjectFile, projectFiles } from "./project-files.js";
import type { ProjectKind } from "./project-kind.js";
import { projectNames } from "./project-names.js";
import { ProjectRefusedError } from "./project-refused-error.js";
import { writeNewFolder } from "./write-new-folder.js";

/** Options of {@link createProject}. */
export interface CreateProjectOptions {
  /** A plugin, or a project that serves plugins. */
  readonly kind: ProjectKind;
  /** The name of its package: `alcove-plugin-word-count`, `@acme/word-count`. The folder is called so, too, without the scope. */
  readonly name: string;
  /** The folder the project's own folder is made in. */
  readonly parentFolder: string;
}

/** A project that has been made. */
export interface CreatedProject {
  /** Its folder, in full. */
  readonly folder: string;
  /** Its files, relative to the folder. */
  readonly files: readonly string[];
  /** What was made and what to do next, in lines for people; its commands are for a shell in the parent folder. */
  readonly summary: string;
}

/**
 * Makes a new project in a folder of its own: whole, or not at all. It depends on the packages of Alcove in the version this package has.
 *
 * @throws ProjectRefusedError when the name cannot be one, or there is something in the folder's place
 */
export async function createProject({ kind, name, parentFolder }: CreateProjectOptions): Promise<CreatedProject> {
  const names = projectNames(kind, name);
  const files = await projectFiles(kind, names, packageVersion);
  refuseNameOfDependency(name, files);
  const folder = join(resolve(parentFolder), names.folderName);
  await writeNewFolder(folder, files);
  const commands = [`cd ${names.folderName}`, "npm install", "npm test", "npm start"];
  return {
    folder,
    files: files.map(({ path }) => path),
    summary: [`Created the ${kind} ${name} in ${folder}. Next:`, ...commands.map((command) => `  ${command}`)].join(
      "\n",
    ),
  };
}

/** npm installs no package into one of the same name. */
function refuseNameOfDependency(name: string, files: readonly ProjectFile[]): void {
  const packageFile = files.find(({ path }) => path === "package.json");
  // Dependencies are the fields whose value is a range.
  if (packageFile?.text.includes(`${JSON.stringify(name)}: "^`) === true) {
    throw new ProjectRefusedError(`The project will depend on ${name}, so it cannot have that name. Take another one.`);
  }
}
