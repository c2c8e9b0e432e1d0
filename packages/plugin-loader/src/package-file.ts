import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { describeFileError } from "./contained-path.js";

/** A package.json that holds a JSON object; what is in it has not been checked. */
export interface PackageFile {
  /** The package's folder. */
  readonly directory: string;
  /** The absolute path of the package.json. */
  readonly file: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** What {@link readPackageFile} found. */
export type PackageFileReading =
  | { readonly outcome: "read"; readonly packageFile: PackageFile }
  | { readonly outcome: "missing"; readonly file: string }
  | { readonly outcome: "unreadable"; readonly file: string /** Completes "the file …". */; readonly reason: string };

const jsonObject = z.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);
const pluginPackage = z.object({ alcove: z.object({ manifest: z.unknown() }) });

/** Reads the package.json of a folder. */
export function readPackageFile(directory: string): PackageFileReading {
  const file = join(directory, "package.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const reason = describeFileError(error);
    return reason === "does not exist" ? { outcome: "missing", file } : { outcome: "unreadable", file, reason };
  }
  const content = parseJsonObject(text);
  return content === undefined
    ? { outcome: "unreadable", file, reason: "does not hold a JSON object" }
    : { outcome: "read", packageFile: { directory, file, content } };
}

/** The `alcove.manifest` field of a package.json, whatever its type; `undefined` in a package that is no plugin. */
export function manifestFieldOf({ content }: PackageFile): unknown {
  return pluginPackage.safeParse(content).data?.alcove.manifest;
}

function parseJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    // npm accepts a byte order mark, JSON.parse does not.
    return jsonObject.safeParse(JSON.parse(text.replace(/^\uFEFF/, ""))).data;
  } catch {
    return undefined;
  }
}
