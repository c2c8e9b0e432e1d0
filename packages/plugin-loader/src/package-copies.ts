import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { findRealDirectory } from "./contained-path.js";
import { readPackageFile } from "./package-file.js";
import { findPackageIn } from "./package-lookup.js";

/** The package with what plugins may see of Alcove. */
export const API = "@alcove/plugin-api";

/** A package as it is installed somewhere. */
export interface InstalledCopy {
  readonly version: string;
  /** A real path. */
  readonly directory: string;
}

/** Looks packages up as Node does. Made for one look at all plugins, so that what many of them share is read once. */
export class PackageCopies {
  readonly #directories = new Map<string, string | undefined>();
  readonly #versions = new Map<string, string | undefined>();
  readonly #own = new Map<string, InstalledCopy | undefined>();

  /** The copy that code in a folder would import; `undefined` where there is none with a version. */
  find(name: string, fromDirectory: string): InstalledCopy | undefined {
    const directory = this.#directoryOf(name, fromDirectory);
    if (directory === undefined) return undefined;
    const version = remembered(this.#versions, directory, () => versionOf(directory));
    return version === undefined ? undefined : { version, directory };
  }

  /** Plugins beside each other go the same way, from the folder they are in. */
  #directoryOf(name: string, fromDirectory: string): string | undefined {
    return remembered(this.#directories, JSON.stringify([name, fromDirectory]), () => {
      const above = dirname(fromDirectory);
      return (
        findPackageIn(fromDirectory, name) ?? (above === fromDirectory ? undefined : this.#directoryOf(name, above))
      );
    });
  }

  /** The copy Alcove itself uses; zod is the one of `@alcove/plugin-api`. */
  own(name: string): InstalledCopy | undefined {
    return remembered(this.#own, name, () => {
      const here = findRealDirectory(dirname(fileURLToPath(import.meta.url)));
      const api = here === undefined ? undefined : this.find(API, here);
      return name === API || api === undefined ? api : this.find(name, api.directory);
    });
  }
}

function versionOf(directory: string): string | undefined {
  const reading = readPackageFile(directory);
  const version = reading.outcome === "read" ? reading.packageFile.content["version"] : undefined;
  return typeof version === "string" ? version : undefined;
}

function remembered<Value>(
  known: Map<string, Value | undefined>,
  key: string,
  find: () => Value | undefined,
): Value | undefined {
  if (!known.has(key)) known.set(key, find());
  return known.get(key);
}
