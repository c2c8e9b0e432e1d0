import { packageNameFault } from "./package-name-fault.js";
import type { ProjectKind } from "./project-kind.js";
import { ProjectRefusedError } from "./project-refused-error.js";

/** What a project and its parts are called: all of it follows from the name of its package. */
export interface ProjectNames {
  /** The npm package: `@acme/alcove-plugin-word-count`. */
  readonly packageName: string;
  /** The folder it is made in: `alcove-plugin-word-count`. */
  readonly folderName: string;
  /** Names the plugin in its manifest, and the file of its function: `word-count`. */
  readonly id: string;
  /** The id as a part of a `_type`: `word_count`. */
  readonly typeName: string;
  /** For people: `Word count`. */
  readonly title: string;
}

// A manifest allows a type 64 characters, of which `per_user_` takes 9.
const LONGEST_ID = 55;
const RESERVED_ID = "alcove";

/**
 * Derives all names of a project from that of its package.
 *
 * @throws ProjectRefusedError when no package, or no plugin, can have that name; it says why, and what to take instead.
 */
export function projectNames(kind: ProjectKind, packageName: string): ProjectNames {
  const fault = packageNameFault(packageName);
  if (fault !== undefined) {
    throw new ProjectRefusedError(`${JSON.stringify(packageName)} cannot be the name of a package: ${fault}`);
  }
  const folderName = packageName.replace(/^@[^/]+\//, "");
  const id = idOf(folderName);
  const reason = kind === "plugin" ? idFault(id) : undefined;
  if (reason !== undefined) {
    throw new ProjectRefusedError(
      `${JSON.stringify(packageName)} cannot be the name of a plugin: its id would be ${JSON.stringify(id)}, and ${reason}. ` +
        "Take another name, e.g. alcove-plugin-word-count.",
    );
  }
  return { packageName, folderName, id, typeName: id.replaceAll("-", "_"), title: titleOf(id) };
}

function idFault(id: string): string | undefined {
  if (id === RESERVED_ID) {
    return "that is the id of what comes with Alcove";
  }
  const isWellFormed = id.length <= LONGEST_ID && /^[a-z]/.test(id);
  return isWellFormed ? undefined : `ids begin with a letter and have at most ${LONGEST_ID} characters`;
}

// That it is a plugin of Alcove goes without saying among plugins.
function idOf(folderName: string): string {
  return folderName.replace(/[._-]+/g, "-").replace(/^(?:alcove-)?plugin-/, "");
}

function titleOf(id: string): string {
  const words = id.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
